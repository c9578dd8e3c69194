"""A fine-tuning run in its folder: what is expected of it, how it begins or goes on, and how it ends. Torch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tutor.engine import data_parallel, estimate, finetuning, plan, tuned
from tutor.engine.finetuning import Losses, mean_loss
from tutor.engine.linear_head import STEPS
from tutor.engine.plan import Budget, Course, Estimate
from tutor.engine.run_folder import Row, RunFolder
from tutor.engine.tuning import Tuning


@dataclass(frozen=True)
class Expected:
    """What was measured before, and what it leads one to expect."""

    course: Course
    estimate: Estimate
    losses: Losses
    """Held-out, before."""
    first: Row
    """The line of the curve before training."""


def expect(tuning: Tuning, budget: Budget) -> Expected:
    """Measure the held-out loss, make a sample, and train for two seconds without changing anything."""
    beginning = time.perf_counter()
    losses = tuning.material.losses()
    sample = tuning.sample(budget.seed) if tuning.prompt else None
    look = time.perf_counter() - beginning
    seconds = min(estimate.MEASURED_SECONDS, 0.1 * budget.minutes * 60)
    pace = estimate.measure(tuning.trained, tuning.material, look, seconds)
    if tuning.is_only_head:
        steps = min(budget.steps or STEPS, STEPS)
        course = Course(steps, steps, budget.learning_rate, budget.seed, budget.minutes * 60)
    else:
        course = estimate.course_of(pace, budget)
    macro_f1 = tuning.material.macro_f1() if tuning.material.macro_f1 else None
    loss, spent = mean_loss(losses), time.perf_counter() - beginning
    first = Row(0, loss, 0, 0.0, spent, held_out_loss=loss, sample=sample, macro_f1=macro_f1)
    return Expected(course, _estimated(tuning, course, pace), losses, first)


def _estimated(tuning: Tuning, course: Course, pace: estimate.Pace) -> Estimate:
    return estimate.estimate(
        pace,
        course,
        tuning.trained,
        method=tuning.method,
        parameters=sum(parameter.numel() for parameter in tuning.loaded.model.parameters()),
        tokens_a_step=tuning.tokens_a_step,
        training_tokens=tuning.training_tokens,
        held_out=tuning.held_out_tokens,
        unit="texts" if tuning.task == "classify" else "tokens",
        repeated=tuning.repeated,
        reading_steps=tuning.reading_steps,
        is_only_read=tuning.is_only_head,
        device=tuning.loaded.device,
    )


def begin(tuning: Tuning, folder: RunFolder, budget: Budget) -> tuple[Course, Estimate]:
    """Begin the run, or go back to where the folder's state leaves off. Of several processes the first decides."""
    kept = folder.plan()
    if kept is None:
        expected = expect(tuning, budget)
        if data_parallel.is_first():
            folder.go_back(-1)
            folder.write_losses(before=expected.losses)
            folder.append(expected.first)
            kept = plan.kept(expected.course, expected.estimate)
            folder.write_plan(kept)
    elif data_parallel.is_first():
        folder.go_back(finetuning.steps_done(folder))
    kept, folder.rows = data_parallel.from_first((kept, folder.rows))
    return plan.read(kept)


def fit_head(tuning: Tuning, folder: RunFolder, course: Course, cancelled: Callable[[], bool]) -> Iterator[Row]:
    """Find a classifier's head for the decoder as it is; lines of the curve where that is all there is to do."""
    assert tuning.fit_head is not None
    beginning, before = time.perf_counter(), folder.rows[-1].seconds

    def is_over() -> bool:
        return cancelled() or (tuning.is_only_head and folder.rows[-1].step >= course.steps)

    for progress in tuning.fit_head(is_over):
        if tuning.is_only_head and progress.phase == "head" and progress.loss is not None:
            seconds = time.perf_counter() - beginning
            row = Row(
                step=progress.step,
                loss=progress.loss,
                tokens=tuning.training_tokens,
                tokens_per_second=tuning.training_tokens / seconds,
                seconds=before + seconds,
                held_out_loss=progress.held_out_loss,
                macro_f1=progress.held_out_macro_f1,
            )
            folder.append(row, on_disk=data_parallel.is_first())
            yield row


def why_ended(tuning: Tuning, folder: RunFolder, course: Course, was_cancelled: bool) -> str:
    """`budget`, `held-out` if it stopped because it got worse, `converged` or `cancelled`."""
    last = folder.rows[-1]
    if last.step >= course.steps or last.seconds - folder.rows[0].seconds > course.seconds:
        return "budget"
    if not tuning.is_only_head and finetuning.has_peaked(folder.rows):
        return "held-out"
    return "cancelled" if was_cancelled else "converged" if tuning.is_only_head else "budget"


@dataclass(frozen=True)
class Ended:
    """What a run has come to."""

    before: Losses
    after: Losses
    sample: str | None


def end(tuning: Tuning, folder: RunFolder, seed: int) -> Ended:
    """Take the weights that did best, measure them, and keep the model under the run's name."""
    before = folder.losses()["before"]
    after = finetuning.settle(tuning.trained, tuning.material, folder)
    folder.write_losses(before=before, after=after)
    sample = tuning.sample(seed) if tuning.prompt else None
    tuned.keep(folder.name, tuning.write)
    return Ended(before, after, sample)

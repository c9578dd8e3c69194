"""The records of a fine-tuning run, which the experiments finetune, report and timeline share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.engine.classification_metrics import Scores
    from tutor.engine.plan import Course, Estimate
    from tutor.engine.run_folder import Row, RunFolder
    from tutor.engine.tuning import Tuning
    from tutor.engine.tuning_run import Ended


@dataclass(frozen=True)
class Started:
    """What the run begins with, or goes on from."""

    name: str
    model: str
    training_tokens: int
    held_out_tokens: int
    """Those whose loss is measured; of a classifier, texts."""
    steps: int
    seconds: float
    """The estimate: the middle of its range."""
    loss: float
    """Held-out, before, in nats per token."""
    prompt: str
    sample: str
    estimate: Estimate | None = None
    task: str = "lm"
    step: int = 0
    """Steps that were done before, if the run goes on."""


@dataclass(frozen=True)
class Update:
    """Where the run stands."""

    step: int
    steps: int
    loss: float
    """On the batch, in nats per token; of a classifier, per text."""
    held_out_loss: float | None
    tokens_per_second: float
    seconds: float
    seconds_left: float
    macro_f1: float | None = None
    """Of a classifier, on the held-out side, where it was measured."""


@dataclass(frozen=True)
class Sampled:
    """What the model wrote at a look, always from the same prompt and the same random numbers."""

    step: int
    """0 is before training."""
    held_out_loss: float
    text: str
    """With the prompt."""


@dataclass(frozen=True)
class Result:
    name: str
    model: str
    """What was tuned."""
    task: str
    """`lm`, `prompt` or `classify`."""
    method: str
    """`full`, `lora` or `head`."""
    device: str
    seed: int
    estimate: Estimate
    """What was expected before."""
    steps: int
    tokens: int
    """Tokens trained on, counting each time one was seen."""
    seconds: float
    bytes: int | None
    """The most memory that the process held; None where the system does not tell."""
    training_tokens: int
    held_out_tokens: int
    """Those whose loss is measured; of a classifier, texts."""
    loss_before: float
    """Held-out, in nats per token; of a classifier, per text, with a head that knows nothing."""
    loss_after: float | None
    """None in an estimate, where nothing has been trained."""
    fall_low: float | None
    """The lower end of the 95 % interval of the fall, in nats per token."""
    fall_high: float | None
    perplexity_before: float | None
    """None of a classifier."""
    perplexity_after: float | None
    scores_before: Scores | None
    """Of a classifier: how well always giving the commonest label does on the held-out texts."""
    scores_after: Scores | None
    curve: tuple[Update, ...]
    """The looks at the held-out side."""
    prompt: str
    samples: tuple[Sampled, ...]
    sample_before: str
    sample_after: str
    notes: tuple[str, ...]
    """What was found in the file: its encoding, its columns, the rows that were left out."""
    finished: str
    """`budget`, `held-out` (it had stopped getting better), `converged` (a head at its best), `cancelled` or
    `estimate`."""
    succeeded: bool
    """Whether the held-out loss fell, and by more than chance explains; true of an estimate."""


def update_of(row: Row, course: Course, beginning: float) -> Update:
    """A line of the curve as it is shown, with the time that is left; training began after `beginning` seconds."""
    left = (course.steps - row.step) * (row.seconds - beginning) / max(row.step, 1)
    left = min(left, course.seconds - (row.seconds - beginning))
    return Update(
        step=row.step,
        steps=course.steps,
        loss=row.loss,
        held_out_loss=row.held_out_loss,
        tokens_per_second=row.tokens_per_second,
        seconds=row.seconds,
        seconds_left=max(left, 0.0),
        macro_f1=row.macro_f1,
    )


def result_of(
    tuning: Tuning, folder: RunFolder, course: Course, estimate: Estimate, ended: Ended | None, finished: str
) -> Result:
    """The record of a run that has ended, or, where `ended` is None, of one that was only estimated."""
    from tutor.engine import finetuning, memory, significance

    first, last = folder.rows[0], folder.rows[-1]
    before, after = first.loss, finetuning.mean_loss(ended.after) if ended else None
    low, high = significance.interval(ended.before, ended.after) if ended else (None, None)
    looks = [row for row in folder.rows if row.held_out_loss is not None]
    return Result(
        name=folder.name,
        model=tuning.loaded.entry.name,
        task=tuning.task,
        method=tuning.method,
        device=tuning.loaded.device,
        seed=course.seed,
        estimate=estimate,
        steps=last.step,
        tokens=last.tokens,
        seconds=last.seconds,
        bytes=memory.peak(tuning.loaded.device),
        training_tokens=tuning.training_tokens,
        held_out_tokens=tuning.held_out_tokens,
        loss_before=before,
        loss_after=after,
        fall_low=low,
        fall_high=high,
        perplexity_before=_perplexity(before, tuning.task),
        perplexity_after=_perplexity(after, tuning.task),
        scores_before=tuning.usual_scores() if tuning.usual_scores else None,
        scores_after=tuning.scores() if tuning.scores and ended else None,
        curve=tuple(update_of(row, course, first.seconds) for row in looks if row.step),
        prompt=tuning.prompt,
        samples=tuple(Sampled(row.step, row.held_out_loss or 0.0, row.sample) for row in looks if row.sample),
        sample_before=first.sample or "",
        sample_after=(ended.sample or "") if ended else "",
        notes=tuning.notes,
        finished=finished,
        succeeded=low is None or low > 0,
    )


def _perplexity(loss: float | None, task: str) -> float | None:
    """The number of equally likely tokens that is as hard to choose among; of a classifier there is none."""
    return None if loss is None or task == "classify" else math.exp(loss)

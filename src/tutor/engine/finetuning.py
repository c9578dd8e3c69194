"""The fine-tuning loop: train, look at the held-out side, keep the best, stop when it gets worse. Torch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from tutor.engine import data_parallel
from tutor.engine.plan import Course
from tutor.engine.run_folder import Row, RunFolder
from tutor.engine.trained import Trained
from tutor.engine.training import TrainingOptions, train
from tutor.errors import InputError

Losses = list[NDArray[np.float64]]
"""The loss in nats of every token that is measured, an array (n,) for each stretch or example."""

PATIENCE = 3
"""So many looks in a row without a new best end the run: the model then learns the file by heart."""
CHECKPOINTS, CHECKPOINT_BYTES = 8, 120_000_000
"""How many 16-bit copies a run keeps, if they are small; how much room they may take, if not."""


@dataclass(frozen=True)
class Material:
    """What is learned from, and what it is measured on."""

    batch: Callable[[int], Any]
    """What is learned in step i, from 0; a pure function of i."""
    learn: Callable[[Any], tuple[float, int]]
    """Adds the gradient of a batch; gives its mean loss in nats per token, and the tokens that were read."""
    losses: Callable[[], Losses]
    """Of the held-out side."""
    macro_f1: Callable[[], float] | None = None
    """Of a classifier, on the held-out side."""
    heaviest: Callable[[], Any] | None = None
    """The batch that takes the most memory; None where all are alike."""


def mean_loss(losses: Losses) -> float:
    """Nats per token over all stretches."""
    return float(np.concatenate(losses).mean())


def steps_done(folder: RunFolder) -> int:
    """The steps that the folder's state holds; 0 if there is none. Raises InputError if it is damaged."""
    if not folder.state.exists():
        return 0
    try:
        with safe_open(folder.state, framework="pt") as file:
            return int((file.metadata() or {})["step"])
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise InputError(str(folder.state), f"not a state of a run ({error})", "run the fine-tuning again") from None


def tune(
    trained: Trained,
    material: Material,
    course: Course,
    folder: RunFolder,
    *,
    sample: Callable[[], str] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Row]:
    """Train from the folder's state, or from the beginning, with AdamW; yield a line of the curve after each step.

    It leaves the weights of the last step in the model: `settle` takes the best. A run that is killed goes on from
    its last look, to the same weights as one that is not.
    """
    watch = _Watch(trained, material, folder, sample)

    def stop() -> bool:
        is_over = cancelled() or watch.seconds - folder.rows[0].seconds > course.seconds
        return bool(data_parallel.from_first(is_over))

    if has_peaked(folder.rows):
        return
    for progress in train(
        trained,
        watch.batch,
        _options(course),
        learn=watch.learn,
        evaluate=watch.look,
        checkpoint=folder.state,
        cancelled=stop,
    ):
        watch.tokens_per_second = progress.tokens_per_second
        if progress.held_out_loss is None:
            watch.note(progress.loss)
        elif data_parallel.is_first():
            folder.drop_old_bests()  # the state has caught up
        yield folder.rows[-1]
        if has_peaked(folder.rows):
            break
    trained.eval()


def _options(course: Course) -> TrainingOptions:
    return TrainingOptions(
        steps=course.steps,
        learning_rate=course.learning_rate,
        muon_learning_rate=0.0,
        warmup=min(10, course.steps // 4 + 1),
        decay_fraction=0.8,
        evaluate_every=course.look_every,
        checkpoint_every=course.look_every,
        seed=course.seed,
    )


def has_peaked(rows: list[Row]) -> bool:
    """Whether the last looks have all been worse than the best one before them."""
    looks = [row.held_out_loss for row in rows if row.held_out_loss is not None and row.step]
    best = looks.index(min(looks)) if looks else 0
    return len(looks) - 1 - best >= PATIENCE


class _Watch:
    """Sees every step, and writes what a resumed run needs before the training loop saves its state."""

    def __init__(
        self, trained: Trained, material: Material, folder: RunFolder, sample: Callable[[], str] | None
    ) -> None:
        self.trained, self.material, self.folder, self.sample = trained, material, folder, sample
        last = folder.rows[-1]
        self.step, self.loss, self.tokens = last.step, last.loss, last.tokens
        self.tokens_per_second = last.tokens_per_second
        self.beginning = time.perf_counter() - last.seconds
        self.writes = data_parallel.is_first()

    def batch(self, step: int) -> Any:
        self.step = step + 1
        return self.material.batch(step)

    def learn(self, trained: Trained, batch: Any) -> tuple[float, int]:
        self.loss, seen = self.material.learn(batch)
        self.tokens += seen * data_parallel.processes()
        return self.loss, seen

    def look(self) -> float:
        """Measure and sample; keep the weights as a copy, and as the best ones if they are."""
        held_out = mean_loss(self.material.losses())
        macro_f1 = self.material.macro_f1() if self.material.macro_f1 else None
        text = self.sample() if self.sample and self.writes else None
        if self.writes:
            tensors = self.trained.tensors()
            if held_out < best_loss(self.folder.rows):
                self.folder.write_best(self.step, tensors)
            most = min(CHECKPOINTS, max(2, CHECKPOINT_BYTES // (2 * self.trained.count + 1)))
            self.folder.write_checkpoint(self.step, tensors, most)
        self.note(data_parallel.average_of(self.loss), held_out, text, macro_f1)
        return held_out

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.beginning

    def note(
        self, loss: float, held_out: float | None = None, sample: str | None = None, macro_f1: float | None = None
    ) -> None:
        """Add the line of this step to the curve."""
        row = Row(self.step, loss, self.tokens, self.tokens_per_second, self.seconds, held_out, sample, macro_f1)
        self.folder.append(row, on_disk=self.writes)


def best_loss(rows: list[Row]) -> float:
    """The lowest held-out loss since training began."""
    return min((row.held_out_loss for row in rows if row.step and row.held_out_loss is not None), default=math.inf)


def settle(trained: Trained, material: Material, folder: RunFolder) -> Losses:
    """Leave the weights in the model that did best on the held-out side; returns their losses there."""
    best, was_looked_at = folder.best(), folder.rows[-1].held_out_loss is not None
    if best is None or not was_looked_at:
        losses = material.losses()
        if best is None or mean_loss(losses) < best_loss(folder.rows):
            return losses
    trained.restore(best)
    return material.losses()

"""Before a fine-tuning run: what it will take on this machine, from a measurement of two seconds, and whether it
makes sense. Torch."""

from __future__ import annotations

import itertools
import statistics
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine import data_parallel, memory
from tutor.engine.finetuning import Material
from tutor.engine.plan import Budget, Course, Estimate
from tutor.engine.trained import Trained
from tutor.engine.training import TrainingOptions, train

MEASURED_SECONDS = 2.0
LOOKS = 12
"""How often a run looks at its held-out side, if there is time for it."""
LOOK_SHARE = 0.2
"""How much of the time they may take."""
DISK = 200e6
"""Bytes a second that checkpoints are assumed to be written with."""

_NUMBER = 4
"""Bytes of a number in training."""
_FEW = {"tokens": 1_000, "texts": 40}
"""What is held out, below which an interval gets wide."""
_OFTEN = {"full": 12, "head": 20, "lora": 20}
"""Passes over a file after which the practice files were known by heart: the held-out loss rose again."""
_PHRASE = 8
"""Tokens in a row that, come again, make a text repetitive."""


@dataclass(frozen=True)
class Pace:
    """What a measurement found, in seconds."""

    steps: tuple[float, ...]
    """Of each step."""
    look: float
    """Of a look at the held-out side, with its sample and its checkpoint."""

    @property
    def usual(self) -> float:
        return statistics.median(self.steps)

    @property
    def least(self) -> float:
        return min(self.steps) if len(self.steps) > 2 else 0.8 * min(self.steps)

    @property
    def most(self) -> float:
        """Other programs may want the processor later on, so that a quarter is added."""
        return 1.25 * max(self.steps)


def measure(trained: Trained, material: Material, look: float, seconds: float = MEASURED_SECONDS) -> Pace:
    """Train for some seconds at a learning rate of 0, which changes no weight, and take the time of each step.

    `look` is how long a look took, without writing.
    """
    still = TrainingOptions(steps=1000, learning_rate=0.0, muon_learning_rate=0.0, evaluate_every=0)
    heaviest = material.heaviest
    unlike = 1 if heaviest is None else 2  # the first step sets things up, and the heaviest batch takes longer
    beginning = time.perf_counter()
    ends = [beginning]

    def batch(step: int) -> Any:
        """In the second step, when the optimiser's memory is there, the one that takes the most."""
        return heaviest() if heaviest is not None and step == 1 else material.batch(step)

    def is_over() -> bool:
        ends.append(time.perf_counter())
        # Two steps at least: the optimiser's memory is there from the second one on.
        return bool(data_parallel.from_first(ends[-1] - beginning > seconds and len(ends) > 3))

    for _ in train(trained, batch, still, learn=lambda _, batch: material.learn(batch), cancelled=is_over):
        pass
    trained.eval()
    for parameter in trained.parameters():
        parameter.grad = None
    taken = [after - before for before, after in itertools.pairwise(ends[1:])]
    written = _NUMBER * trained.count * (0.5 + 1 + 3)  # 16 bits, the best, the state with two moments
    usual = taken[unlike:] or taken[:1]
    return Pace(tuple(usual), look + written / DISK)


def course_of(pace: Pace, budget: Budget) -> Course:
    """As many steps as were asked for, or as fit into the minutes with their looks."""
    rate, seed = budget.learning_rate, budget.seed
    if budget.steps is not None:
        every = max(budget.steps // LOOKS, min(budget.steps // 4, 2), 1)  # a look takes about as long as two steps
        return Course(budget.steps, every, rate, seed)
    seconds = budget.minutes * 60
    most = max(LOOKS, int(budget.minutes))  # in a long run a kill should not cost more than a minute
    looks = min(max(int(LOOK_SHARE * seconds / pace.look), 2), most)
    left = 0.95 * seconds - looks * pace.look
    steps = max(int(left / pace.usual), 2)
    every = max(steps // looks, 1)
    return Course(steps // every * every, every, rate, seed, seconds)


def estimate(
    pace: Pace,
    course: Course,
    trained: Trained,
    *,
    method: str,
    parameters: int,
    tokens_a_step: float,
    training_tokens: int,
    held_out: int,
    unit: str,
    repeated: float,
    reading_steps: int,
    is_only_read: bool,
    device: str,
) -> Estimate:
    """The range of time is that of the fastest and the slowest step that were measured.

    A classifier's head needs `reading_steps` to read all texts once; nothing more where `is_only_read`.
    """
    steps, looks = (0, 1) if is_only_read else (course.steps, course.steps // course.look_every)
    passes = 1.0 if is_only_read else steps * tokens_a_step / max(training_tokens, 1)
    high = min(steps * pace.most + looks * pace.look * 1.5, course.seconds + 2 * pace.look)
    low = min(steps * pace.least + looks * pace.look * 0.8, 0.95 * course.seconds)
    held = memory.peak(device)
    if held is not None and not is_only_read:
        held += _NUMBER * trained.count  # at its end a run reads its best weights back beside those of the last step
    return Estimate(
        steps=course.steps,
        tokens=round(passes * training_tokens),
        passes=passes,
        seconds_low=low + reading_steps * pace.least,
        seconds_high=high + reading_steps * pace.most,
        bytes=held,
        trained=trained.count,
        parameters=parameters,
        warnings=warnings(passes, held_out, unit, repeated, high, held, method),
    )


def warnings(
    passes: float, held_out: int, unit: str, repeated: float, seconds: float, bytes: int | None, method: str
) -> tuple[str, ...]:
    """What may go wrong with a run, a sentence each; `unit` is what is held out, `tokens` or `texts`."""
    found = []
    if held_out < _FEW[unit]:
        found.append(
            f"Too small to be sure: {held_out:,} {unit} are held out; only a large change can be told from luck."
        )
    if repeated > 0.2:
        found.append(
            f"Repetitive: {repeated:.0%} of the text are passages that stand in it more than once, so that what is "
            "held out has partly been learned."
        )
    if passes > _OFTEN[method]:
        found.append(
            f"It will learn the file by heart: every token is read {passes:.0f} times. The run stops when the "
            "held-out loss has risen three times."
        )
    if seconds > 3600:
        found.append(f"Slow on this machine: about {seconds / 3600:.1f} hours.")
    there_is = memory.there_is()
    if bytes is not None and there_is is not None and bytes > 0.8 * there_is:
        found.append(f"It needs {bytes / 1e9:.1f} GB of this machine's {there_is / 1e9:.1f} GB of memory.")
    return tuple(found)


def repeated_share(ids: NDArray[np.integer]) -> float:
    """The share of a text's phrases of eight tokens that stood in it before, ids (N,)."""
    count = len(ids) - _PHRASE + 1
    if count < 2:
        return 0.0
    hashes = np.zeros(count, np.uint64)
    for place in range(_PHRASE):  # a polynomial hash; two phrases share one with a probability of about N² / 2⁶⁴
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + ids[place : place + count].astype(np.uint64)
    return 1 - len(np.unique(hashes)) / count

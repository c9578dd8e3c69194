"""One frozen base learns a task from few examples; beside it the same architecture learns it from nothing.

A head on the pretrained, frozen model is trained on ever more examples, with several seeds. Beside it stand a head
on a model of the same architecture that was never trained, and such a model with all its weights trained on the same
examples. All are measured on the same held-out texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import UsageError
from tutor.experiments.frame.inputs import Device, Model, Option, Seed

if TYPE_CHECKING:
    from tutor.engine.adapting import Task
    from tutor.engine.adapting import Trial as Measured

TOPIC = "Foundation models"
SCHEMA = 1
NEEDS_TORCH = True
EXAMPLES = (
    "tutor adapt --task topic --examples 8 --examples 16 --seeds 1",
    "tutor adapt --task spam --examples 16 --seeds 1 --plain",
)

_SMALLEST = 2


@dataclass(frozen=True)
class Inputs:
    task: Annotated[str, Option("What is learned.", choices=("spam", "sentiment", "topic"))] = "topic"
    examples: Annotated[
        tuple[str, ...], Option("How many examples to learn from, or all; may be given several times.")
    ] = ("8", "32", "all")
    seeds: Annotated[int, Option("How often each is done, with other examples.", low=1, high=20)] = 3
    seconds: Annotated[int, Option("Begin no other training after so long.", low=1, high=3600, step=10)] = 60
    """A fresh model of 6 million numbers takes about 10 s on one core to be trained on all examples."""
    model: Model = "storyteller"
    device: Device = "auto"
    seed: Seed = 0


@dataclass(frozen=True)
class Trial:
    """One training and what came of it."""

    number: int
    """From 1."""
    of: int
    """How many there will be."""
    way: str
    """`probe`: a head on the frozen base; `untrained`: a head on fresh, frozen weights; `scratch`: all weights."""
    examples: int
    seed: int
    seconds: float
    """From the texts to the trained classifier."""
    trained_parameters: int
    accuracy: float
    """On the held-out texts."""
    macro_f1: float


@dataclass(frozen=True)
class Row:
    """One way with one number of examples, over its seeds."""

    way: str
    examples: int
    seeds: int
    seconds: float
    """The mean of the trainings."""
    trained_parameters: int
    accuracy: float
    accuracy_spread: float
    """The standard deviation over the seeds; 0 for a single one."""
    macro_f1: float
    macro_f1_spread: float


@dataclass(frozen=True)
class Result:
    task: str
    labels: tuple[str, ...]
    model: str
    device: str
    held_out: int
    """Texts that every classifier is measured on."""
    majority_accuracy: float
    """Of always giving the commonest label."""
    majority_macro_f1: float
    rows: tuple[Row, ...]
    """By way, then by examples."""
    trials: tuple[Trial, ...]
    seconds: float
    finished: str
    """`done`, `time` was up, or `cancelled`."""


def stream(inputs: Inputs, cancelled: Callable[[], bool]) -> Iterator[Trial | Result]:
    """Raises UsageError for a number of examples that is none, InputError for an unknown model."""
    import time

    from tutor.engine import adapting, loading
    from tutor.engine.classification_metrics import majority

    sizes, start = _sizes(inputs.examples), time.perf_counter()
    base, task = loading.decoder(inputs.model, inputs.device), _task(inputs.task)
    available = len(task.sides.training)
    counts = sorted({min(size or available, available) for size in sizes})
    seeds = range(inputs.seed, inputs.seed + inputs.seeds)
    made: list[Trial] = []

    def stop() -> bool:
        # The first seed is always finished: without it there would be nothing to show.
        late = time.perf_counter() - start > inputs.seconds and len(made) >= 3 * len(counts)
        return cancelled() or late

    for measured in adapting.trials(base, task, counts, seeds, stop):
        made.append(_trial(measured, len(made) + 1, 3 * len(counts) * len(seeds)))
        yield made[-1]
    commonest = majority([task.given[row] for row in task.sides.held_out], task.labels)
    yield Result(
        task=inputs.task,
        labels=task.labels,
        model=base.entry.name,
        device=base.device,
        held_out=len(task.sides.held_out),
        majority_accuracy=commonest.accuracy,
        majority_macro_f1=commonest.macro_f1,
        rows=_rows(made),
        trials=tuple(made),
        seconds=time.perf_counter() - start,
        finished="cancelled" if cancelled() else "done" if len(made) == 3 * len(counts) * len(seeds) else "time",
    )


def _sizes(given: tuple[str, ...]) -> list[int | None]:
    """The numbers of examples; None for all."""
    for one in given:
        if one != "all" and not (one.isascii() and one.isdigit() and int(one) >= _SMALLEST):
            raise UsageError(f"--examples {one}"[:80], "no number of examples", f"give {_SMALLEST} or more, or: all")
    return [None if one == "all" else int(one) for one in given]


def _task(name: str) -> Task:
    """The practice texts of a bundled task, a quarter of them held out."""
    from tutor import paths
    from tutor.engine import bundled_heads, registry
    from tutor.engine.adapting import Task
    from tutor.engine.holding_out import split

    said = bundled_heads.recipe(paths.bundled_models() / registry.HEADS)
    files = next(head["files"] for head in said["head"] if head["name"] == name)
    texts, given = bundled_heads.examples(files)
    return Task(texts, given, tuple(dict.fromkeys(given)), split(texts, given, said["held_out"], said["seed"]))


def _trial(measured: Measured, number: int, of: int) -> Trial:
    return Trial(
        number=number,
        of=of,
        way=measured.way,
        examples=measured.examples,
        seed=measured.seed,
        seconds=measured.seconds,
        trained_parameters=measured.parameters,
        accuracy=measured.scores.accuracy,
        macro_f1=measured.scores.macro_f1,
    )


def _rows(trials: list[Trial]) -> tuple[Row, ...]:
    grouped: dict[tuple[str, int], list[Trial]] = {}
    for way in ("probe", "untrained", "scratch"):
        for trial in sorted(trials, key=lambda trial: trial.examples):
            if trial.way == way:
                grouped.setdefault((way, trial.examples), []).append(trial)
    return tuple(_row(way, examples, alike) for (way, examples), alike in grouped.items())


def _row(way: str, examples: int, alike: list[Trial]) -> Row:
    from statistics import mean, stdev

    accuracies, f1s = [one.accuracy for one in alike], [one.macro_f1 for one in alike]
    several = len(alike) > 1
    return Row(
        way=way,
        examples=examples,
        seeds=len(alike),
        seconds=mean(one.seconds for one in alike),
        trained_parameters=alike[0].trained_parameters,
        accuracy=mean(accuracies),
        accuracy_spread=stdev(accuracies) if several else 0.0,
        macro_f1=mean(f1s),
        macro_f1_spread=stdev(f1s) if several else 0.0,
    )

"""How a fine-tuning run is to go, and what it is expected to take: decided once, and kept with the run. No torch."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Budget:
    """What a run may take."""

    steps: int | None
    """So many, whatever time they take; None for as many as fit into the minutes."""
    minutes: float
    learning_rate: float
    seed: int


@dataclass(frozen=True)
class Course:
    """What has to be the same when a run is taken up again."""

    steps: int
    look_every: int
    """Steps between two looks at the held-out side, which are also those between two checkpoints."""
    learning_rate: float
    """AdamW's, at its highest."""
    seed: int
    seconds: float = math.inf
    """The run ends after so much training, however far it is."""


@dataclass(frozen=True)
class Estimate:
    """What a run will take on this machine, from a measurement of about two seconds."""

    steps: int
    tokens: int
    """Read in all, each time counted."""
    passes: float
    """How often each token of the training side is read."""
    seconds_low: float
    """If all steps are like the fastest that was measured."""
    seconds_high: float
    """If they are slower than the slowest by a quarter."""
    bytes: int | None
    """The most memory that the process held; None where the system does not tell."""
    trained: int
    """Numbers that are trained."""
    parameters: int
    """Numbers that the model has."""
    warnings: tuple[str, ...]
    """What may go wrong, a sentence each."""


def kept(course: Course, estimate: Estimate) -> dict[str, Any]:
    """Both as a JSON object; a run without a limit has None for its seconds."""
    written = dataclasses.asdict(course)
    written["seconds"] = None if math.isinf(course.seconds) else course.seconds
    return {"course": written, "estimate": dataclasses.asdict(estimate)}


def read(plan: Mapping[str, Any]) -> tuple[Course, Estimate]:
    """What `kept` made a JSON object of."""
    course, estimate = dict(plan["course"]), dict(plan["estimate"])
    course["seconds"] = math.inf if course["seconds"] is None else course["seconds"]
    return Course(**course), Estimate(**estimate | {"warnings": tuple(estimate["warnings"])})

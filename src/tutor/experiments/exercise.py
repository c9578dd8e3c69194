"""Write a part of a transformer yourself: it is tested by its properties, then a bundled model works with it.

Without a file the task and a starting point are given; save it, fill in the function and name the file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tutor.engine.exercises import NAMES
from tutor.errors import InputError
from tutor.experiments.frame.inputs import Argument, Model, Option

if TYPE_CHECKING:
    from tutor.engine.exercises import Exercise
    from tutor.engine.exercises.swaps import Swapped

TOPIC = "Build it yourself"
SCHEMA = 1
NEEDS_TORCH = True
EXAMPLES = ("tutor exercise softmax", "tutor exercise top-p --plain")


@dataclass(frozen=True)
class Inputs:
    name: Annotated[str, Argument(f"Which part: {', '.join(NAMES)}.", piped=False)]
    file: Annotated[str | None, Argument("Your Python file; without one the task is shown.", piped=False)] = None
    prompt: Annotated[str, Option("What the model goes on from when your part is in it.")] = "Once upon a time"
    model: Model = "storyteller"


@dataclass(frozen=True)
class Check:
    """One property of the function."""

    name: str
    passed: bool
    detail: str
    """The first case in which it does not hold; empty if it holds."""


@dataclass(frozen=True)
class Result:
    name: str
    title: str
    function: str
    starter: str
    """The starting point: a Python file with the task in it."""
    file: str | None
    checks: tuple[Check, ...]
    model: str | None
    """The model that worked with the function; None while a property does not hold."""
    where: str
    """What the function did in it."""
    prompt: str
    ours: str
    """What the model did with our function."""
    theirs: str
    """The same with the learner's."""
    succeeded: bool
    """Whether every property holds and the model did the same with both."""


def run(inputs: Inputs) -> Result:
    """Raises UsageError for an unknown exercise, InputError for a file that cannot be run or has no such function."""
    from tutor.engine import exercises

    exercise = exercises.find(inputs.name)
    if inputs.file is None:
        return _result(exercise, inputs, (), None, succeeded=True)
    from tutor import paths
    from tutor.engine.exercises import theirs

    file = paths.named(inputs.file)
    function = theirs.load(file, exercise.function)
    checks = _checks(exercise.name, function, file)
    if not all(check.passed for check in checks):
        return _result(exercise, inputs, checks, None, succeeded=False)
    swapped = _swapped(inputs, function, file)
    return _result(exercise, inputs, checks, swapped, succeeded=swapped.ours == swapped.theirs)


def _checks(name: str, function: Callable[..., Any], file: Path) -> tuple[Check, ...]:
    from tutor.engine.exercises import properties
    from tutor.engine.exercises.theirs import described

    checks = []
    for sentence, problem_of in properties.OF[name]:
        try:
            detail = problem_of(function)
        except properties.NotComparableError as wrong:
            detail = str(wrong)
        except Exception as error:  # noqa: BLE001 - whatever their function raises is what is to be told
            detail = described(error, file)
        checks.append(Check(sentence, not detail, detail))
    return tuple(checks)


def _swapped(inputs: Inputs, function: Callable[..., Any], file: Path) -> Swapped:
    from tutor.engine.exercises import swaps
    from tutor.engine.exercises.theirs import described
    from tutor.errors import TutorError

    try:
        return swaps.swap(inputs.name, function, inputs.model, inputs.prompt)
    except TutorError:
        raise
    except Exception as error:
        raise InputError(
            str(file), f"inside the model: {described(error, file)}", "correct it, run it again"
        ) from error


def _result(
    exercise: Exercise, inputs: Inputs, checks: tuple[Check, ...], swapped: Swapped | None, *, succeeded: bool
) -> Result:
    return Result(
        name=exercise.name,
        title=exercise.title,
        function=exercise.function,
        starter=exercise.starter.read_text(encoding="utf-8"),
        file=inputs.file,
        checks=checks,
        model=swapped.model if swapped else None,
        where=swapped.where if swapped else "",
        prompt=swapped.prompt if swapped else inputs.prompt,
        ours=swapped.ours if swapped else "",
        theirs=swapped.theirs if swapped else "",
        succeeded=succeeded,
    )

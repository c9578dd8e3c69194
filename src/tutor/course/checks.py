"""A step against a live record: is the task done, what is the answer, was the guess right."""

from __future__ import annotations

import math
from typing import Any

from tutor.course.lesson import Prediction, Preset, Step
from tutor.course.whitelist import ExpressionError

_NEAR = 0.1
"""A guessed number counts as right within a tenth of the answer: the point is the size, not the digits."""


def task_done(step: Step, preset: Preset | None, name: str, inputs: Any, result: Any) -> bool:
    """Whether this run does what a `try` or `check` step asks.

    A record of another experiment, or one without the fields that are asked about, does not. A step that says
    nothing about the record is done by any run whose inputs differ from the preset.
    """
    if step.task is None:
        return preset is None or name != preset.experiment or inputs != preset.inputs
    try:
        return step.task.that.holds(inputs, result)
    except ExpressionError:
        return False


def answer(prediction: Prediction, inputs: Any, result: Any) -> str:
    """The live answer as it is shown. Raises ExpressionError if the record has none."""
    value = prediction.answer.value(inputs, result)
    if prediction.choices and isinstance(value, (int, float)) and not isinstance(value, bool):
        return _nearest(prediction.choices, value)
    if isinstance(value, bool) and prediction.choices:
        return _of_choices(prediction.choices, ("yes", "true") if value else ("no", "false"))
    return shown(value)


def shown(value: Any) -> str:
    """A value as a learner reads it: no quotation marks, three digits that matter, lists with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3g}" if math.isfinite(value) and abs(value) < 1e6 else str(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(part) for part in value)
    return str(value).strip()


def is_right(prediction: Prediction, guess: str, live: str) -> bool:
    """Whether a guess is what the model says: the same word, or a number within a tenth of it."""
    if _same(guess, live):
        return True
    guessed, true = _number(guess), _number(live)
    if prediction.choices or guessed is None or true is None:
        return False
    return math.isclose(guessed, true, rel_tol=_NEAR, abs_tol=1e-9)


def _same(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    return text.strip().strip("'\"“”‘’·▁Ġ").strip().casefold()


def _number(text: str) -> float | None:
    """The number that a text is, a percentage as its share; None if it is no number."""
    bare = text.strip().replace("−", "-")
    share = bare.endswith("%")
    try:
        value = float(bare.removesuffix("%").strip().replace(",", "."))
    except ValueError:
        return None
    return value / 100 if share else value


def _nearest(choices: tuple[str, ...], value: float) -> str:
    """The choice that stands for a number: the one equal to it, or nearest if all are numbers."""
    for choice in choices:
        if _same(choice, shown(value)):
            return choice
    numbers = [_number(choice) for choice in choices]
    if any(number is None for number in numbers):
        return shown(value)
    distances = [abs((number or 0.0) - value) for number in numbers]
    return choices[distances.index(min(distances))]


def _of_choices(choices: tuple[str, ...], words: tuple[str, ...]) -> str:
    return next((choice for choice in choices if choice.strip().casefold() in words), words[0])

"""A step against a live record: is the task done, what is the answer, was the guess right."""

from __future__ import annotations

import math
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Live:
    """What the model says to a prediction."""

    text: str
    """In the words of the choices where there are any."""
    exact: str
    """As it was computed, if that says more; else empty."""


def answer(prediction: Prediction, inputs: Any, result: Any) -> Live:
    """The live answer. Raises ExpressionError if the record has none."""
    value = prediction.answer.value(inputs, result)
    exact = shown(value)
    text = _of_choices(prediction.choices, value) if prediction.choices else exact
    if text.endswith("%") and isinstance(value, (int, float)):
        exact = f"{shown(100 * value)} %"
    return Live(text, "" if _same(text, exact) or isinstance(value, bool) else exact)


def shown(value: Any) -> str:
    """A value as a learner reads it: no quotation marks, three digits that matter, lists with commas.

    What is less than a ten thousandth is rounded: next to nothing is 0, not 4.41e-07.
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{round(value, 4):.3g}" if math.isfinite(value) and abs(value) < 1e6 else str(value)
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


def _of_choices(choices: tuple[str, ...], value: Any) -> str:
    """The choice that stands for a value: the same word, yes or no, or the nearest if all are numbers."""
    for choice in choices:
        if _same(choice, shown(value)):
            return choice
    if isinstance(value, bool):
        words = ("yes", "true") if value else ("no", "false")
        return next((choice for choice in choices if _bare(choice) in words), words[0])
    numbers = [_number(choice) for choice in choices]
    if not isinstance(value, (int, float)) or any(number is None for number in numbers):
        return shown(value)
    distances = [abs((number or 0.0) - value) for number in numbers]
    return choices[distances.index(min(distances))]

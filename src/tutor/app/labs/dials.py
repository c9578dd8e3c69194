"""What one press of an arrow key does to a value, and how the value is written. No widgets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

from rich.cells import cell_len

from tutor.experiments.frame.inputs import Field, Option

NOT_GIVEN = "–"
"""How an option that is not given is written."""


class Dial(Protocol):
    """The values of one control, in an order that arrows can walk."""

    def moved(self, value: Any, steps: int) -> Any:
        """The value `steps` presses further (back if negative); it stays within what is allowed."""

    def text(self, value: Any) -> str:
        """The value as written."""

    def width(self, value: Any) -> int:
        """The cells to keep for the value, so that the next control does not jump."""


@dataclass(frozen=True)
class Numbers:
    """Numbers from `low` to `high`; arrows stop at multiples of `step` and at both ends.

    >>> Numbers(low=1, high=1024, step=8, whole=True).moved(1, 1)
    8
    """

    low: float | None
    high: float | None
    step: float
    whole: bool
    optional: bool = False
    """Whether the value may be None, which stands below the lowest number."""

    def moved(self, value: Any, steps: int) -> Any:
        lowest = self.low if self.low is not None else 0.0
        if value is None:
            return self._clamped(lowest) if steps > 0 else None
        if self.optional and steps < 0 and value <= lowest:
            return None
        count = value / self.step
        count = math.floor(count + 1e-9) if steps > 0 else math.ceil(count - 1e-9)
        return self._clamped((count + steps) * self.step)

    def _clamped(self, value: float) -> float | int:
        if self.low is not None:
            value = max(value, self.low)
        if self.high is not None:
            value = min(value, self.high)
        return round(value) if self.whole else round(value, 6)

    def text(self, value: Any) -> str:
        if value is None:
            return NOT_GIVEN
        return str(value) if self.whole else f"{value:g}"

    def width(self, value: Any) -> int:
        return len(self.text(value))


@dataclass(frozen=True)
class Words:
    """A few words, in a circle."""

    choices: tuple[Any, ...]
    labels: tuple[str, ...] = ()
    """How the choices are written, where that is not the word itself."""

    def moved(self, value: Any, steps: int) -> Any:
        place = self.choices.index(value) if value in self.choices else 0
        return self.choices[(place + steps) % len(self.choices)]

    def text(self, value: Any) -> str:
        if value in self.choices and self.labels:
            return self.labels[self.choices.index(value)]
        return NOT_GIVEN if value is None else str(value)

    def width(self, value: Any) -> int:
        return max(cell_len(self.text(choice)) for choice in (*self.choices, value))


def dial_for(field: Field, names: tuple[str, ...] = (), high: float | None = None) -> Dial | None:
    """The dial of an option, or None if its value has to be typed.

    `names` are those that its source offers; `high` is a limit tighter than the option's own.
    """
    spec = field.spec
    assert isinstance(spec, Option)
    if field.kind == "bool":
        return Words((False, True), ("off", "on"))
    if field.kind in ("int", "float"):
        return Numbers(spec.low, spec.high if high is None else high, spec.step, field.kind == "int", field.optional)
    if field.kind == "str" and (spec.choices or spec.source):
        words = spec.choices or names or (() if field.default is None else (field.default,))
        return Words((None, *words) if field.optional else words) if words or field.optional else None
    return None

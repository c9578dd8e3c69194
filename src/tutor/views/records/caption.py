"""A picture with the caption that the model gives it, and the ten usual captions as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.pixels import Pixels
from tutor.views.sentences import percent

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.caption import Result


def picture(result: Result) -> RenderableType:
    """The picture, its caption, and how the captions of the ten digits compare."""
    bars = Bars([Bar(one.label, one.probability) for one in result.labels], high=1.0, unit="%")
    return Group(Pixels(result.picture), Text(f'"{result.caption}"', style="bold"), Text(), bars)


def words(result: Result) -> list[str]:
    """The caption, the runner-up, and all ten."""
    best, second = result.labels[:2]
    return [
        f"{result.model} writes '{result.caption}'.",
        f"Of the captions of the ten digits '{best.label}' has {percent(best.probability)}, '{second.label}' "
        f"{percent(second.probability)}.",
        f"These ten hold {percent(result.share)} of all that it might have written.",
        *(f"'{one.label}': {percent(one.probability)}." for one in result.labels),
    ]

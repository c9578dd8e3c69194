"""A picture and the captions that were tried on it, as bars, with their cosines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.pixels import Pixels
from tutor.views.sentences import percent

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.match import Result, Score


def picture(result: Result) -> RenderableType:
    """The picture, then each caption with its probability and its cosine."""
    bars = [Bar(one.caption, one.probability, f"cosine {one.similarity:+.2f}") for one in result.captions]
    note = f"probability: softmax of {result.scale:.1f} x cosine over these captions"
    return Group(Pixels(result.picture), Text(), Bars(bars, high=1.0, unit="%"), Text(note, style="dim"))


def words(result: Result) -> list[str]:
    """The best caption, how far it is ahead, and all of them."""
    best, *others = result.captions
    ahead = f"; next is {_scored(others[0])}" if others else ", the only one tried, so it has all the probability"
    return [
        f"'{best.caption}' fits best: {percent(best.probability)}, cosine {best.similarity:+.2f}{ahead}.",
        f"A cosine is multiplied by {result.scale:.1f} before the softmax, and one of the captions is taken to be "
        "right, whether or not any is.",
        *(f"{_scored(one)}." for one in others),
    ]


def _scored(one: Score) -> str:
    return f"'{one.caption}': {percent(one.probability)}, cosine {one.similarity:+.2f}"

"""How far apart two orders of the same words are, with and without what tells the model their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.token_strip import TokenStrip

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.shuffle import Condition, Result

_NOTHING = 1e-3  # a distance that rounding alone makes


def picture(result: Result) -> RenderableType:
    """Both sentences as tokens, then their distance under each condition."""
    bars = [Bar(_name(one), one.distance, f"cosine {one.similarity:.3f}") for one in result.conditions]
    return Group(
        TokenStrip([token.text for token in result.first]),
        TokenStrip([token.text for token in result.second]),
        Text("\ndistance, as a share of the vectors' length", style="dim"),
        Bars(bars, unit="%"),
    )


def words(result: Result) -> list[str]:
    """What happens to the distance when positions are taken away, and when the mask is too."""
    whole, unplaced, bag = result.conditions
    sentences = [
        f"With positions {result.model} puts the two {_percent(whole)} of their length apart, without them "
        f"{_percent(unplaced)}.",
    ]
    if not result.same_tokens:
        sentences.append("They are not made of the same tokens, so they differ by more than their order.")
    elif bag.distance < _NOTHING:
        sentences.append(
            "Without positions and without the causal mask they are one and the same: a transformer that is told no "
            "order sees a bag of words."
        )
    sentences += [
        f"{_name(one).capitalize()}: cosine similarity {one.similarity:.3f}, {_percent(one)} apart."
        for one in result.conditions
    ]
    return sentences


def _name(one: Condition) -> str:
    if one.positions:
        return "as trained"
    return "no positions" if one.mask else "no positions, no mask"


def _percent(one: Condition) -> str:
    return f"{100 * one.distance:.1f} %"

"""Loss by position as two curves, with the trained length named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.curve import Curve, Series
from tutor.views.sentences import counted

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.beyond import Result


def picture(result: Result) -> RenderableType:
    """A point a group of positions, at its middle."""
    middles = [(group.start + group.end) / 2 for group in result.groups]
    read = {
        "everything before": [group.loss for group in result.groups],
        "within the trained length": [group.loss_within for group in result.groups],
    }
    curves = [Series(name, list(zip(middles, losses, strict=True))) for name, losses in read.items()]
    title = Text(f"{result.model} was trained on up to {result.trained_length:,} tokens", style="dim")
    return Group(title, Curve(curves, x="position", y="loss, nats per token", height=12, beside=1))


def words(result: Result) -> list[str]:
    """What lies beyond against what lies within, then group by group."""
    length = f"{result.trained_length:,}"
    sentences = [
        f"Beyond its trained length of {length} tokens the loss of {result.model} is {result.loss_beyond:.2f} nats a "
        f"token; the same tokens, read within that length, cost {result.loss_beyond_within:.2f}.",
        f"Within it the loss is {result.loss_first:.2f} at the first positions and {result.loss_trained:.2f} in the "
        f"second half, over {counted(result.windows, 'stretch', 'stretches')} of the text.",
    ]
    return sentences + [
        f"Positions {group.start:,} to {group.end - 1:,}: {group.loss:.3f} with everything before, "
        f"{group.loss_within:.3f} within the trained length."
        for group in result.groups
    ]

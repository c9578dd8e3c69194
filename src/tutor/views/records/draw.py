"""A drawing with its numbers, and how sure the model was of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.beside import Beside
from tutor.views.heatmap import Heatmap
from tutor.views.pixels import Pixels
from tutor.views.sentences import counted

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.draw import Result

_WIDE, _DRAWING = 96, 46
"""Columns from which a drawing has its openness beside it, and its own."""
_CERTAIN = 0.1  # bits: a grey with a probability of about 99 %


def picture(result: Result) -> RenderableType:
    """The drawing, what it is called by the model that drew it, and how open it was."""
    note = (
        f"drawn from: {' '.join(result.words)}   read back as: {result.read_as or 'nothing'}   "
        f"{counted(round(result.surprise), 'bit')} of chance in 64 pixels"
    )
    drawing = Beside(
        Pixels(result.picture), _openness(result), room=_WIDE, left_width=_DRAWING, shares=(1, 1), is_extra=True
    )
    return Group(drawing, Text(note, style="dim"))


def _openness(result: Result) -> Heatmap:
    """Where the model hesitated, pixel by pixel."""
    high = max(float(result.openness.max()), 1.0)
    return Heatmap(result.openness, high=round(high, 1), numbers=True, unit="bits: how open each pixel was")


def words(result: Result) -> list[str]:
    """What was drawn, where the choice was most open, and the rows of numbers."""
    row, column = divmod(int(result.openness.argmax()), result.openness.shape[1])
    certain = int((result.openness < _CERTAIN).sum())
    return [
        f"{result.model} drew '{' '.join(result.words)}' and, shown the drawing, calls it "
        f"'{result.read_as or 'nothing'}'.",
        f"{certain} of 64 pixels were all but certain; the most open was row {row + 1}, column {column + 1}, with "
        f"{result.openness[row, column]:.1f} bits, like {2 ** float(result.openness[row, column]):.1f} equally "
        f"likely greys.",
        f"Of all pictures this one had {result.surprise:.0f} bits of surprise.",
        *(f"Row {i}: {', '.join(map(str, levels))}." for i, levels in enumerate(result.picture.tolist(), 1)),
        f"{result.tokens} tokens in {result.seconds:.2f} s.",
    ]

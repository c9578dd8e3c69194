"""A small picture in grey, two characters a pixel, with its numbers beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

from tutor.views import palette
from tutor.views.heatmap import is_shaded

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GAP = "   "
_DIM = Style(dim=True)
_PAPER, _INK = 245, 20
"""The grey of a pixel without and with ink, from 0 (black) to 255."""


@dataclass(frozen=True)
class Pixels:
    """`levels` (rows × columns) from 0, the paper, to `high`, the ink; the numbers stand beside it where they fit.

    Without colour, or in ASCII, a pixel is a shade, and a frame shows where the paper ends.
    """

    levels: NDArray[Any]
    high: int = 16

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        columns = self.levels.shape[1]
        return Measurement(min(2 * columns, options.max_width), min(5 * columns + 6, options.max_width))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        shaded = is_shaded(console, options)
        columns = self.levels.shape[1]
        edge = "|" if shaded else ""
        across = 2 * (columns + len(edge))
        numbered = options.max_width >= across + len(_GAP) + 3 * columns
        thin = options.max_width < across  # one character a pixel is better than half of a picture
        for row in self.levels.tolist():
            yield Segment(edge)
            for level in row:
                yield self._pixel(level / self.high, 1 if thin else 2, shaded, options.ascii_only)
            yield Segment(edge)
            if numbered:
                yield Segment(_GAP + " ".join(f"{level:2}" for level in row), _DIM)
            yield Segment.line()

    def _pixel(self, share: float, width: int, shaded: bool, ascii_only: bool) -> Segment:
        if shaded:
            return Segment(palette.shade(share, ascii_only) * width)
        grey = round(_PAPER + (_INK - _PAPER) * min(max(share, 0.0), 1.0))
        return Segment(" " * width, Style(bgcolor=f"#{grey:02x}{grey:02x}{grey:02x}"))

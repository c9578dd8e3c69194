"""Many matrices at a glance: rows of small heat maps, two cells to a character."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

from tutor.views import palette
from tutor.views.heatmap import is_shaded, legend
from tutor.views.pooling import pooled

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DIM = Style(dim=True)
_SMALLEST = 6  # cells a side; less shows no shape any more
_LARGEST = 24


@dataclass(frozen=True)
class Thumbnails:
    """`matrices` of shape (rows, columns, height, width), drawn as a grid of small heat maps.

    A character shows two cells, one above the other, so that cells look square. A matrix that is too large is
    pooled to the largest value of each block; NaN cells stay blank. Columns that do not fit go on a further line.
    """

    matrices: NDArray[Any]
    rows: Sequence[str]
    """A label a row."""
    columns: Sequence[str]
    """A label a column."""
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    """What the values are, for the legend."""
    height: int = 40
    """Lines to keep within, as far as shapes stay visible: what can be taken in at a glance."""

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(20, options.max_width), options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        shaded = is_shaded(console, options)
        gutter, across, side = self._layout(options.max_width)
        shares, count = self._scaled(side), len(self.columns)
        for first in range(0, count, across):
            chosen = range(first, min(first + across, count))
            yield from self._band(shares, chosen, side, gutter, shaded, options.ascii_only)
        yield from legend(self.low, self.high, self.unit, gutter, shaded, options.ascii_only)

    def _layout(self, width: int) -> tuple[int, int, int]:
        """For so many columns: those of the labels, how many matrices stand side by side, and the cells of a side."""
        gutter = max(cell_len(label) for label in self.rows) + 1
        room = max(width - gutter, _SMALLEST + 1)
        count = len(self.columns)
        across = min(count, max(room // (_SMALLEST + 1), 1))
        across = math.ceil(count / math.ceil(count / across))  # lines of equal length
        lines = max(self.height // (len(self.rows) * math.ceil(count / across)), _SMALLEST // 2)
        return gutter, across, min(room // across - 1, 2 * lines, _LARGEST)

    def side(self, width: int) -> int:
        """The cells of a side of each matrix, in so many columns."""
        return self._layout(width)[2]

    def at(self, x: int, y: int, width: int) -> tuple[int, int] | None:
        """The row and column of the matrix that is drawn at column `x` of line `y`, in so many columns."""
        gutter, across, side = self._layout(width)
        tall = len(_lines(self._scaled(side)[0, 0], side, shaded=True, ascii_only=True))
        band, line = divmod(y, 1 + len(self.rows) * tall)
        column = band * across + (x - gutter) // (side + 1)
        inside = line > 0 and gutter <= x < gutter + across * (side + 1) and column < len(self.columns)
        return ((line - 1) // tall, column) if inside else None

    def _band(
        self, shares: NDArray[Any], chosen: range, side: int, gutter: int, shaded: bool, ascii_only: bool
    ) -> Iterator[Segment]:
        """The columns `chosen` of every row, under their labels."""
        labels = "".join(set_cell_size(self.columns[column], side).ljust(side + 1) for column in chosen)
        yield Segment(" " * gutter)
        yield Segment(labels.rstrip(), _DIM)
        yield Segment.line()
        for label, row in zip(self.rows, shares, strict=True):
            drawn = [_lines(row[column], side, shaded, ascii_only) for column in chosen]
            for index, parts in enumerate(zip(*drawn, strict=True)):
                yield Segment(set_cell_size(label if index == 0 else "", gutter), _DIM)
                for part in parts:
                    yield from part
                    yield Segment(" ")
                yield Segment.line()

    def _scaled(self, side: int) -> NDArray[Any]:
        """Shares of the scale, each matrix pooled to `side` cells a side, or its cells repeated to fill them."""
        shares = (self.matrices - self.low) / (self.high - self.low or 1.0)
        for axis in (2, 3):
            shares = pooled(shares, side, axis, "largest")
        times = max(side // max(shares.shape[2:]), 1)
        return shares.repeat(times, axis=2).repeat(times, axis=3)


def _lines(shares: NDArray[Any], side: int, shaded: bool, ascii_only: bool) -> list[list[Segment]]:
    """One matrix as lines of `side` columns, two rows of cells to a line."""
    lines = []
    for top in range(0, len(shares), 2):
        upper = shares[top].tolist()
        lower = shares[top + 1].tolist() if top + 1 < len(shares) else [math.nan] * len(upper)
        draw = _shade_pair if shaded else _colour_pair
        cells = [draw(a, b, ascii_only) for a, b in zip(upper, lower, strict=True)]
        lines.append([*cells, Segment(" " * (side - len(cells)))])
    return lines


def _colour_pair(upper: float, lower: float, ascii_only: bool) -> Segment:
    if math.isnan(upper) and math.isnan(lower):
        return Segment(" ")
    if math.isnan(upper):
        return Segment("▄", _style(palette.step_of(lower), None))
    return Segment("▀", _style(palette.step_of(upper), None if math.isnan(lower) else palette.step_of(lower)))


@functools.cache
def _style(ink: int, paper: int | None) -> Style:
    """The colours of a character by their steps. Kept, because making a style takes longer than drawing with it."""
    top = palette.STEPS - 1
    return Style(
        color=palette.hexadecimal(ink / top), bgcolor=None if paper is None else palette.hexadecimal(paper / top)
    )


def _shade_pair(upper: float, lower: float, ascii_only: bool) -> Segment:
    known = [share for share in (upper, lower) if not math.isnan(share)]
    return Segment(palette.shade(max(known), ascii_only) if known else " ")

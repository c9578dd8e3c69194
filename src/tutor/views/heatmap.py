"""A matrix as a grid of coloured cells with labels: attention patterns, positional encodings, similarities."""

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
from tutor.views.pooling import Pooling, pooled

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DIM = Style(dim=True)
_PLAIN = Style()
SCALE = 8
"""Cells of the scale in a legend."""
_NARROWEST = 3  # columns of a cell whose label still says something


@dataclass(frozen=True)
class Heatmap:
    """`values` (rows × columns) drawn to the width at hand.

    Cells are as wide as their labels need and the width allows; a matrix with more columns than cells is
    made smaller block by block and says so. A NaN cell is left blank: it is masked. Without colour, or in
    ASCII, a cell shows a shade character.
    """

    values: NDArray[Any]
    rows: Sequence[str] = ()
    """A label a row, or none."""
    columns: Sequence[str] = ()
    """A label a column, or none."""
    low: float = 0.0
    """The value at the dark end of the scale."""
    high: float = 1.0
    """The value at the bright end."""
    mark: int | None = None
    """The row to point at."""
    numbers: bool = False
    """Write each value into its cell where it fits."""
    texts: Sequence[Sequence[str]] = ()
    """What to write into each cell, instead of its value; not for a matrix that may be too large for the room."""
    height: int | None = None
    """The most lines to use for cells; longer matrices are made smaller."""
    unit: str = ""
    """What the values are, for the legend."""
    square: bool = False
    """Make rows fewer together with columns, so that a long matrix keeps its shape: a line is two columns high."""
    pooling: Pooling = "mean"
    """What stands for a block of cells where not all fit."""

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(20, options.max_width), options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        ascii_only, shaded = options.ascii_only, is_shaded(console, options)
        gutter = self._gutter(options.max_width)
        margin = gutter + 2
        values, rows, columns = self._fitted(max(options.max_width - margin, 1))
        width = self._cell_width(max(options.max_width - margin, 1), values.shape[1], columns)
        if self._is_headed(columns, width):
            yield from _heading(columns, margin, width)
        for index, row in enumerate(values):
            yield from self._row_label(index, rows, gutter, ascii_only)
            texts = self.texts[index] if self.texts else ()
            yield from self._cells(row, texts, width, shaded, ascii_only)
            yield Segment.line()
        yield from legend(self.low, self.high, self.unit, margin, shaded, ascii_only)
        if values.shape != self.values.shape:
            sizes = f"{_size(self.values)} shown as {_size(values)},"
            yield from remark([sizes, f"the {self.pooling} of each block"], margin, options.max_width)

    def row_at(self, y: int, width: int) -> int | None:
        """The row that is drawn on line `y` in so many columns; None where a line is several rows or none."""
        room = max(width - self._gutter(width) - 2, 1)
        values, _, columns = self._fitted(room)
        row = y - self._is_headed(columns, self._cell_width(room, values.shape[1], columns))
        return row if len(values) == len(self.values) and 0 <= row < len(values) else None

    def _gutter(self, width: int) -> int:
        """Columns of the labels at the left."""
        return min(max((cell_len(label) for label in self.rows), default=0), width // 3)

    def _is_headed(self, columns: Sequence[str], width: int) -> bool:
        """Whether there is a line of labels above cells of that width."""
        return bool(columns) and width >= min(_NARROWEST, 1 + max(map(cell_len, columns)))

    def _fitted(self, room: int) -> tuple[NDArray[Any], Sequence[str], Sequence[str]]:
        """The values with at most `room` columns and `height` rows; labels only where every one has its cell."""
        values = pooled(self.values, room, 1, self.pooling)
        values = pooled(values, self._most_rows(values.shape[1]), 0, self.pooling)
        rows = self.rows if len(values) == len(self.values) else ()
        columns = self.columns if values.shape[1] == self.values.shape[1] else ()
        return values, rows, columns

    def _most_rows(self, columns: int) -> int:
        """How many lines of cells there may be beside that many columns."""
        limits = [len(self.values)]
        if self.height is not None:
            limits.append(max(self.height, 1))
        if self.square and columns < self.values.shape[1]:
            limits.append(max(columns // 2, 1))
        return min(limits)

    def _cell_width(self, room: int, count: int, columns: Sequence[str]) -> int:
        wanted = max(cell_len(label) for label in columns) + 1 if columns else 2
        wanted = max(wanted, 5) if self.numbers else wanted
        wanted = max(wanted, 1 + max(cell_len(text) for row in self.texts for text in row)) if self.texts else wanted
        return max(min(wanted, room // max(count, 1)), 1)

    def _row_label(self, index: int, rows: Sequence[str], gutter: int, ascii_only: bool) -> Iterator[Segment]:
        marked = index == self.mark and len(rows) > 0
        pointer = (">" if ascii_only else "▸") if marked else " "
        label = rows[index] if rows else ""
        padded = set_cell_size(" " * max(gutter - cell_len(label), 0) + label, gutter)
        yield Segment(f"{pointer}{padded} ", Style(bold=True) if marked else _PLAIN)

    def _cells(
        self, row: NDArray[Any], texts: Sequence[str], width: int, shaded: bool, ascii_only: bool
    ) -> Iterator[Segment]:
        span = self.high - self.low or 1.0
        for column, value in enumerate(row.tolist()):
            if math.isnan(value):
                yield Segment(" " * width, _PLAIN)
                continue
            share = (value - self.low) / span
            text = texts[column] if texts else _number(value, width) if self.numbers else ""
            shown = set_cell_size(_centred(set_cell_size(text, min(cell_len(text), width - 1)), width), width)
            if shaded:
                shade = palette.shade(share, ascii_only) * min(width, 2)
                yield Segment(shown if text else shade.center(width), _PLAIN)
            else:
                yield Segment(shown, _cell_style(palette.step_of(share)))


@functools.cache
def _cell_style(step: int) -> Style:
    """A cell's colours. Kept, because making a style takes longer than drawing with it."""
    share = step / (palette.STEPS - 1)
    return Style(bgcolor=palette.hexadecimal(share), color=palette.ink(share))


def is_shaded(console: Console, options: ConsoleOptions) -> bool:
    """Whether values have to be shown as characters, because colours are missing or too few."""
    return options.ascii_only or console.no_color or console.color_system in (None, "standard")


def legend(low: float, high: float, note: str, margin: int, shaded: bool, ascii_only: bool) -> Iterator[Segment]:
    """One line: the scale from `low` to `high`, and what it measures."""
    yield Segment(" " * margin)
    yield Segment(f"{low:g} ", _DIM)
    for step in range(SCALE):
        share = step / (SCALE - 1)
        if shaded:
            yield Segment(palette.shade(share, ascii_only), _PLAIN)
        else:
            yield Segment(" ", Style(bgcolor=palette.hexadecimal(share)))
    yield Segment(f" {high:g} {note}".rstrip(), _DIM)
    yield Segment.line()


def remark(parts: Sequence[str], margin: int, width: int) -> Iterator[Segment]:
    """Parts of a dimmed remark on one line, or each on its own where the width is less."""
    together = " ".join(parts)
    for part in [together] if margin + cell_len(together) <= width else parts:
        yield Segment(set_cell_size(" " * margin + part, min(margin + cell_len(part), width)), _DIM)
        yield Segment.line()


def _number(value: float, width: int) -> str:
    """The value in the digits that fit a cell with a blank beside it, or nothing."""
    text = f"{value:.2f}"
    shorter = (f"{value:.1f}", f"{value:.0f}") if abs(value) > 1 else ()
    bare = text.replace("0.", ".", 1) if abs(value) < 1 else text
    return next((shown for shown in (text, bare, *shorter) if len(shown) < width), "")


def _size(values: NDArray[Any]) -> str:
    return f"{values.shape[0]} x {values.shape[1]}"


def _heading(labels: Sequence[str], margin: int, width: int) -> Iterator[Segment]:
    cells = "".join(set_cell_size(_centred(label, width - 1), width - 1) + " " for label in labels)
    yield Segment(" " * margin)
    yield Segment(cells.rstrip(), _DIM)
    yield Segment.line()


def _centred(label: str, width: int) -> str:
    return " " * max((width - cell_len(label)) // 2, 0) + label

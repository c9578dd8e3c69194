"""A matrix as a grid of coloured cells with labels: attention patterns, positional encodings, similarities."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

from tutor.views import palette

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DIM = Style(dim=True)
_PLAIN = Style()


@dataclass(frozen=True)
class Heatmap:
    """`values` (rows × columns) drawn to the width at hand.

    Cells are as wide as their labels need and the width allows; a matrix with more columns than cells is
    averaged down to what fits and says so. Without colour, or in ASCII, a cell shows a shade character.
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
    """Write each value into its cell where four columns fit."""
    height: int | None = None
    """The most lines to use for cells; longer matrices are averaged down."""
    unit: str = ""
    """What the values are, for the legend."""

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(20, options.max_width), options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        ascii_only = options.ascii_only
        shaded = ascii_only or console.no_color or console.color_system in (None, "standard")
        gutter = min(max((cell_len(label) for label in self.rows), default=0), options.max_width // 3)
        margin = gutter + 2
        room = max(options.max_width - margin, 1)
        values, rows, columns = self._fitted(room)
        width = self._cell_width(room, values.shape[1], columns)
        if columns and width > 1:
            yield from _heading(columns, margin, width)
        for index, row in enumerate(values):
            label = rows[index] if rows else ""
            pointer = (">" if ascii_only else "▸") if index == self.mark else " "
            yield Segment(pointer + set_cell_size(label.rjust(gutter), gutter) + " ", _PLAIN)
            yield from self._cells(row, width, shaded, ascii_only)
            yield Segment.line()
        yield from self._legend(values.shape, margin, shaded, ascii_only)

    def _fitted(self, room: int) -> tuple[NDArray[Any], Sequence[str], Sequence[str]]:
        """The values with at most `room` columns and `height` rows; labels only where nothing was averaged."""
        values = self.values
        rows, columns = self.rows, self.columns
        if values.shape[1] > room:
            values, columns = _averaged(values, room, axis=1), ()
        if self.height is not None and values.shape[0] > self.height:
            values, rows = _averaged(values, max(self.height, 1), axis=0), ()
        return values, rows, columns

    def _cell_width(self, room: int, count: int, columns: Sequence[str]) -> int:
        wanted = max((cell_len(label) for label in columns), default=1) + 1 if columns else 2
        wanted = max(wanted, 5) if self.numbers else wanted
        return max(min(wanted, room // max(count, 1)), 1)

    def _cells(self, row: NDArray[Any], width: int, shaded: bool, ascii_only: bool) -> Iterator[Segment]:
        span = self.high - self.low or 1.0
        for value in row.tolist():
            share = (value - self.low) / span
            text = f"{value:.2f}" if self.numbers and width >= 5 else ""
            if shaded:
                yield Segment((text or palette.shade(share, ascii_only) * min(width, 2)).center(width), _PLAIN)
            else:
                style = Style(bgcolor=palette.hexadecimal(share), color=palette.ink(share))
                yield Segment(text.center(width), style)

    def _legend(self, shape: tuple[int, ...], margin: int, shaded: bool, ascii_only: bool) -> Iterator[Segment]:
        yield Segment(" " * margin + f"{self.low:g} ", _DIM)
        for step in range(8):
            share = step / 7
            if shaded:
                yield Segment(palette.shade(share, ascii_only), _PLAIN)
            else:
                yield Segment(" ", Style(bgcolor=palette.hexadecimal(share)))
        note = f" {self.high:g} {self.unit}".rstrip()
        if shape != self.values.shape:
            note += f"   {self.values.shape[0]} x {self.values.shape[1]} averaged down to {shape[0]} x {shape[1]}"
        yield Segment(note, _DIM)
        yield Segment.line()


def _averaged(values: NDArray[Any], size: int, axis: int) -> NDArray[Any]:
    """`values` with `size` entries along `axis`, each the mean of a run of neighbours."""
    import numpy as np

    edges = np.linspace(0, values.shape[axis], size + 1).astype(int)
    parts = [values.take(range(a, b), axis).mean(axis) for a, b in itertools.pairwise(edges)]
    return np.stack(parts, axis)


def _heading(labels: Sequence[str], margin: int, width: int) -> Iterator[Segment]:
    cells = "".join(set_cell_size(label, width - 1).center(width) for label in labels)
    yield Segment(" " * margin + cells, _DIM)
    yield Segment.line()

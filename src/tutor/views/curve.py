"""Lines over two axes: a loss that falls, similarity against distance, a column of a positional encoding."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

from tutor.views import palette

_DIM = Style(dim=True)
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bits of a Braille character: four rows of two dots."""
_MARKS = "*o+x"
"""One a line, where there are no Braille dots."""


@dataclass(frozen=True)
class Series:
    """One line: its name and its points, from left to right."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Curve:
    """Lines drawn with Braille dots, two by four in a cell; in ASCII one mark a cell."""

    series: Sequence[Series]
    x: str = ""
    """What the horizontal axis counts."""
    y: str = ""
    """What the vertical axis measures, with its unit."""
    height: int = 10
    """Lines of the plot without its axis and legend."""
    beside: int | None = None
    """How many lines stand above and below it: on a screen that has more the plot grows, to twice its height at most.
    None for one that keeps its height.
    """

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(24, options.max_width), options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        low, high = _ends([y for line in self.series for _, y in line.points])
        labels = _labels(low, high)
        margin = max(map(len, labels)) + 1
        width = max(options.max_width - margin - 1, 4)
        height = self._rows(console, options)
        grid = _Grid(width, height, *_ends([x for line in self.series for x, _ in line.points]), low, high)
        for number, line in enumerate(self.series):
            grid.draw(number, line.points, options.ascii_only)
        at = {0: labels[0], height // 2: labels[1], height - 1: labels[2]}
        for row in range(height):
            yield Segment(at.get(row, "").rjust(margin - 1) + (" |" if options.ascii_only else " │"), _DIM)
            yield from grid.row(row, options.ascii_only)
            yield Segment.line()
        yield from self._footer(margin, width, grid, options.ascii_only)

    def _rows(self, console: Console, options: ConsoleOptions) -> int:
        """How many lines the plot takes."""
        if self.beside is None or not console.is_terminal:
            return self.height
        footer = 2
        return min(max(options.max_height - self.beside - footer, self.height), 2 * self.height)

    def _footer(self, margin: int, width: int, grid: _Grid, ascii_only: bool) -> Iterator[Segment]:
        first, last = f"{grid.left:g}", f"{grid.right:g} {self.x}".rstrip()
        gap = max(width - len(first) - len(last), 1)
        yield Segment(" " * (margin + 1) + first + " " * gap + last, _DIM)
        yield Segment.line()
        column = 0
        yield Segment(" " * (margin + 1))
        for mark, style, name in self._legend(ascii_only):
            if column and column + len(mark) + cell_len(name) > width:
                yield Segment("\n" + " " * (margin + 1))
                column = 0
            yield Segment(mark, style)
            yield Segment(f"{name}   ", _DIM)
            column += len(mark) + cell_len(name) + 3
        yield Segment.line()

    def _legend(self, ascii_only: bool) -> Iterator[tuple[str, Style, str]]:
        """The mark, its style and the name of each line; then what all of them measure."""
        for number, line in enumerate(self.series):
            mark = _MARKS[number % len(_MARKS)] if ascii_only else "━"
            yield f"{mark} ", _style(number), line.name
        if self.y:
            yield "", _DIM, self.y


def _ends(values: list[float]) -> tuple[float, float]:
    """The smallest and the largest value, never the same."""
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _labels(low: float, high: float) -> list[str]:
    """The top, the middle and the bottom of the axis, in as many decimals as tell them apart."""
    decimals = min(max(1 - math.floor(math.log10(high - low)), 0), 6)
    return [f"{value:,.{decimals}f}" for value in (high, (low + high) / 2, low)]


def _style(number: int) -> Style:
    """A colour for the first line, the terminal's own for the others; the legend names them.

    The middle of the scale stands out on dark and on light grounds alike (at least 3 : 1 against both).
    """
    return (Style(color=palette.hexadecimal(0.52), bold=True), _DIM, Style(), Style(italic=True))[number % 4]


class _Grid:
    """The dots of all lines, by cell."""

    def __init__(self, width: int, height: int, left: float, right: float, low: float, high: float) -> None:
        self.width, self.height = width, height
        self.left, self.right, self.low, self.high = left, right, low, high
        self.dots: dict[tuple[int, int], int] = {}
        self.owner: dict[tuple[int, int], int] = {}

    def draw(self, number: int, points: Sequence[tuple[float, float]], ascii_only: bool) -> None:
        """Put the line's dots, with straight pieces between its points. Earlier lines stay on top."""
        across, down = (1, 1) if ascii_only else (2, 4)
        places = [self._place(x, y, across, down) for x, y in points]
        for start, end in zip(places, places[1:] or places, strict=False):
            for x, y in _between(start, end):
                cell = (y // down, x // across)
                self.dots[cell] = self.dots.get(cell, 0) | _DOTS[y % down][x % across]
                self.owner.setdefault(cell, number)

    def _place(self, x: float, y: float, across: int, down: int) -> tuple[int, int]:
        horizontal = (x - self.left) / (self.right - self.left) * (self.width * across - 1)
        vertical = (self.high - y) / (self.high - self.low) * (self.height * down - 1)
        return round(horizontal), round(vertical)

    def row(self, row: int, ascii_only: bool) -> Iterator[Segment]:
        """The cells of one line of the screen."""
        for column in range(self.width):
            cell = (row, column)
            if cell not in self.dots:
                yield Segment(" ")
            else:
                number = self.owner[cell]
                mark = _MARKS[number % len(_MARKS)] if ascii_only else chr(0x2800 + self.dots[cell])
                yield Segment(mark, _style(number))


def _between(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Every place on the straight line from start to end, both included."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    for step in range(steps + 1):
        share = step / steps
        yield round(start[0] + share * (end[0] - start[0])), round(start[1] + share * (end[1] - start[1]))

"""Points with labels in two dimensions, in characters: no label ever lies on another one or on a point."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from tutor.views.ascii import spelled

_DIM = Style(dim=True)
_BOLD = Style(bold=True)
_PLAIN = Style()
_LETTERS = string.ascii_lowercase + string.ascii_uppercase
_TALL = 2
"""How many times a cell is as tall as it is wide. Both axes have one scale, so that lengths can be compared."""


@dataclass(frozen=True)
class Dot:
    """A point of the picture."""

    label: str
    x: float
    y: float
    strong: bool = True
    """Drawn as a full mark with a bold label; others as an open mark."""


@dataclass
class _Canvas:
    """Rows of pieces of text, each at its column; pieces never overlap."""

    width: int
    height: int
    marks: set[tuple[int, int]] = field(default_factory=set)
    """The cells of all points, kept free of labels."""
    taken: set[tuple[int, int]] = field(default_factory=set)
    """The cells of all labels."""
    pieces: dict[int, list[tuple[int, str, Style]]] = field(default_factory=dict)

    def put(self, column: int, row: int, text: str, style: Style) -> None:
        self.taken |= {(column + cell, row) for cell in range(cell_len(text))} - self.marks
        self.pieces.setdefault(row, []).append((column, text, style))

    def has_room(self, column: int, row: int, length: int, own: tuple[int, int]) -> bool:
        """Whether a label of the point `own` fits there.

        A blank parts it from other labels, and two from the marks of other points, lest it seem to be theirs.
        """
        if column < 0 or column + length > self.width or not 0 <= row < self.height:
            return False
        near = {(cell, row) for cell in range(column - 1, column + length + 1)}
        wider = near | {(column - 2, row), (column + length + 1, row)}
        return not near & self.taken and not (wider - {own}) & self.marks

    def rows(self) -> Iterator[list[Segment]]:
        for row in range(self.height):
            line, used = [], 0
            for column, text, style in sorted(self.pieces.get(row, ()), key=lambda piece: piece[0]):
                line += [Segment(" " * (column - used)), Segment(text, style)]
                used = column + cell_len(text)
            yield line


@dataclass(frozen=True)
class Scatter:
    """Dots to the width at hand. One whose label finds no room gets a letter, which is explained beneath."""

    dots: Sequence[Dot]
    height: int | None = None
    """Lines for the points; by the room there is if None."""
    notes: Sequence[str] = ()
    """Lines beneath."""

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(20, options.max_width), options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment | Text]:
        height = self.height or self._fitting_height(options)
        labels = [spelled(dot.label) if options.ascii_only else dot.label for dot in self.dots]
        canvas = _Canvas(options.max_width, height)
        cells = self._cells(options.max_width, height)
        unlabelled = self._draw(canvas, cells, labels, "*+" if options.ascii_only else "●○")
        for line in canvas.rows():
            yield from line
            yield Segment.line()
        for note in (*unlabelled, *self.notes):
            yield Text(note, style=_DIM)

    def _fitting_height(self, options: ConsoleOptions) -> int:
        """As tall as the screen with the notes beneath allows, at most half as tall as wide."""
        beneath = sum(-(-cell_len(note) // options.max_width) for note in self.notes) + 2
        return max(min(options.max_width // (2 * _TALL), options.max_height - beneath, 30), 6)

    def _cells(self, width: int, height: int) -> list[tuple[int, int]]:
        """The column and row of each dot, x to the right and y upwards, in the middle of the picture."""
        if not self.dots:
            return []
        xs, ys = [dot.x for dot in self.dots], [dot.y for dot in self.dots]
        across, up = max(xs) - min(xs), max(ys) - min(ys)
        scale = min((width - 1) / across if across else width, (height - 1) * _TALL / up if up else width)
        centre = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
        columns = [(width - 1) / 2 + (x - centre[0]) * scale for x in xs]
        rows = [(height - 1) / 2 - (y - centre[1]) * scale / _TALL for y in ys]
        # A tiny step downwards makes halves round alike on every machine.
        return [(int(column + 0.4999), int(row + 0.4999)) for column, row in zip(columns, rows, strict=True)]

    def _draw(
        self, canvas: _Canvas, cells: Sequence[tuple[int, int]], labels: Sequence[str], marks: str
    ) -> list[str]:
        """Put marks and labels on the canvas; the lines that explain the dots without a label of their own."""
        canvas.marks |= set(cells)
        shown: dict[tuple[int, int], str] = {}
        left: dict[tuple[int, int], list[str]] = {}
        for dot, cell, label in sorted(zip(self.dots, cells, labels, strict=True), key=lambda one: not one[0].strong):
            place = _place(canvas, cell, cell_len(label)) if cell not in shown else None
            if place is None:
                left.setdefault(cell, []).append(label)
            else:
                canvas.put(*place, label, _BOLD if dot.strong else _PLAIN)
                shown[cell] = label
        letters = dict(zip((cell for cell in left if cell not in shown), _LETTERS, strict=False))
        strong = {cell for dot, cell in zip(self.dots, cells, strict=True) if dot.strong}
        for cell in dict.fromkeys(cells):
            mark = letters.get(cell) or marks[cell not in strong]
            canvas.put(*cell, mark, _BOLD if cell in strong else _PLAIN)
        return _explanations(left, shown, letters)


def _place(canvas: _Canvas, cell: tuple[int, int], length: int) -> tuple[int, int] | None:
    """Where the label of the dot in `cell` fits: beside it first, then above and below; None if nowhere."""
    column, row = cell
    beside = ((column + 2, row), (column - 1 - length, row))
    starts = (column + 1, column - length, column - length // 2)
    for place in (*beside, *((start, row + step) for step in (-1, 1) for start in starts)):
        if canvas.has_room(*place, length, own=cell):
            return place
    return None


def _explanations(
    left: dict[tuple[int, int], list[str]], shown: dict[tuple[int, int], str], letters: dict[tuple[int, int], str]
) -> list[str]:
    """What stands at each letter, what shares the place of a labelled dot, and what has no letter either."""
    lines = []
    if letters:
        lines.append("   ".join(f"{letter} {', '.join(left[cell])}" for cell, letter in letters.items()))
    shared = [", ".join((shown[cell], *labels)) for cell, labels in left.items() if cell in shown]
    if shared:
        lines.append("in one place: " + "; ".join(shared))
    rest = [label for cell, labels in left.items() if cell not in shown and cell not in letters for label in labels]
    if rest:
        lines.append("without a label: " + ", ".join(rest))
    return lines

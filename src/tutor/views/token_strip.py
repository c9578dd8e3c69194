"""A text as a strip of its tokens: spaces as `·`, line ends as `⏎`, every boundary visible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

from tutor.views import palette
from tutor.views.ascii import spelled
from tutor.views.visible import visible

_DIM = Style(dim=True)
_PLAIN = Style()
_ALTERNATING = (Style(color="#ffffff", bgcolor="#2a5078"), Style(color="#000000", bgcolor="#a3bcd6"))
"""Blue in two lightnesses, each with an ink that can be read on it, on dark and on light terminals alike."""


@dataclass(frozen=True)
class _Cell:
    """A token, or a part of one that is longer than a line."""

    index: int
    text: str
    id: str
    width: int
    ends_token: bool
    ends_line: bool


@dataclass(frozen=True)
class TokenStrip:
    """Tokens one after the other, wrapped to the width at hand, on two alternating backgrounds.

    With `values` the background of a token is the colour of its value instead. Where there is no colour, tokens
    are parted by `|` and values are shade characters on a line of their own.
    """

    tokens: Sequence[str]
    """The text of each token."""
    values: Sequence[float] = ()
    """A number from 0 to 1 for each token, or none."""
    ids: Sequence[int] = ()
    """A number to write under each token, or none."""
    ends: tuple[str, str] = ("", "")
    """What the values 0 and 1 mean, with their unit, for the legend."""
    limit: int = 2000
    """The most tokens to draw; how many are left out is said below. A book would only scroll away."""

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(12, options.max_width), options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        ascii_only = options.ascii_only
        shaded = ascii_only or console.no_color or console.color_system in (None, "standard")
        parted = shaded or bool(self.values)
        for line in self._lines(options.max_width, parted, ascii_only):
            yield from self._rows(line, parted, shaded, ascii_only)
        if len(self.tokens) > self.limit:
            yield Segment(f"… and {len(self.tokens) - self.limit:,} more tokens", _DIM)
            yield Segment.line()
        if self.values and any(self.ends):
            yield from self._legend(shaded, ascii_only)

    def _lines(self, width: int, parted: bool, ascii_only: bool) -> Iterator[list[_Cell]]:
        """The cells of each line; a token that ends a line of the text ends one here too."""
        line: list[_Cell] = []
        used = 0
        for cell in self._cells(max(width - parted, 2), ascii_only):
            if line and used + cell.width + parted > width:
                yield line
                line, used = [], 0
            used += cell.width + parted
            line.append(cell)
            if cell.ends_line:
                yield line
                line, used = [], 0
        if line:
            yield line

    def _cells(self, width: int, ascii_only: bool) -> Iterator[_Cell]:
        for index, token in enumerate(self.tokens[: self.limit]):
            shown = visible(token)
            parts = chop_cells(spelled(shown) if ascii_only else shown, width) or [" "]
            for place, part in enumerate(parts):
                under = str(self.ids[index]) if self.ids and place == 0 else ""
                # Ids of neighbours would run into each other without a space.
                room = min(max(cell_len(part), len(under) + 1), width) if self.ids else cell_len(part)
                last = place == len(parts) - 1
                yield _Cell(index, part, under, room, last, last and token.endswith(("\n", "\r")))

    def _rows(self, line: list[_Cell], parted: bool, shaded: bool, ascii_only: bool) -> Iterator[Segment]:
        """The tokens of one line, below them their shades where there is no colour, below those their ids."""
        for cell in line:
            yield Segment(set_cell_size(cell.text, cell.width), self._style(cell.index, shaded))
            # The mark at the end of a line tells a token that ends there from one that goes on.
            if parted and cell.ends_token and cell.index < len(self.tokens) - 1:
                yield Segment("|", _DIM)
        yield Segment.line()
        if self.values and shaded:
            shades = (palette.shade(self.values[cell.index], ascii_only) * cell.width for cell in line)
            yield Segment(" ".join(shades))
            yield Segment.line()
        if self.ids:
            between = " " if parted else ""
            yield Segment(between.join(set_cell_size(cell.id, cell.width) for cell in line), _DIM)
            yield Segment.line()

    def _style(self, index: int, shaded: bool) -> Style:
        if shaded:
            return _PLAIN
        if self.values:
            value = self.values[index]
            return Style(bgcolor=palette.hexadecimal(value), color=palette.ink(value))
        return _ALTERNATING[index % 2]

    def _legend(self, shaded: bool, ascii_only: bool) -> Iterator[Segment]:
        yield Segment(f"{self.ends[0]} ", _DIM)
        for step in range(8):
            share = step / 7
            if shaded:
                yield Segment(palette.shade(share, ascii_only))
            else:
                yield Segment(" ", Style(bgcolor=palette.hexadecimal(share)))
        yield Segment(f" {self.ends[1]}", _DIM)
        yield Segment.line()

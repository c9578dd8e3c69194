"""What one thing points at, and how strongly: an arrow each, as long as its weight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

from tutor.views import palette
from tutor.views.heatmap import is_shaded

_DIM = Style(dim=True)
_BOLD = Style(bold=True)
_WEAK = 0.1  # below this share of `high` the shaft is thin

_LONGEST = 64
"""Cells of the longest shaft: longer ones say no more and part a word from what it points at."""


@dataclass(frozen=True)
class Arrow:
    """One arrow: what it points at and its weight."""

    label: str
    weight: float
    note: str = ""
    """More about it, shown dimmed after the weight."""


@dataclass(frozen=True)
class Arrows:
    """Arrows from `source`, one a line, in the order given."""

    source: str
    arrows: Sequence[Arrow]
    high: float = 1.0
    """The weight whose arrow fills the width."""

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(30, options.max_width), options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        source = set_cell_size(self.source, min(cell_len(self.source), options.max_width // 4))
        third = options.max_width // 3
        longest = max((min(cell_len(arrow.label), third) + cell_len(arrow.note) for arrow in self.arrows), default=0)
        room = options.max_width - cell_len(source) - min(longest, options.max_width // 2) - 13
        room = min(max(room, 1), _LONGEST)
        coloured = not is_shaded(console, options)
        for index, arrow in enumerate(self.arrows):
            yield Segment(source if index == 0 else " " * cell_len(source), _BOLD)
            joint = _joint(index, len(self.arrows), options.ascii_only)
            share = min(max(arrow.weight / self.high, 0.0), 1.0) if self.high else 0.0
            style = Style(color=palette.hexadecimal(0.4 + 0.15 * share)) if coloured else Style()
            yield Segment(f" {joint}", _DIM)
            yield Segment(_shaft(share, room, options.ascii_only), style)
            yield Segment(f" {set_cell_size(arrow.label, min(cell_len(arrow.label), third))}")
            yield Segment(f"  {arrow.weight:.2f}", _BOLD)
            if arrow.note:
                yield Segment(f"  {arrow.note}", _DIM)
            yield Segment.line()


def _joint(index: int, count: int, ascii_only: bool) -> str:
    """The piece of the stem that all arrows leave from."""
    if count == 1:
        return "-" if ascii_only else "─"
    if index == 0:
        return "+" if ascii_only else "┬"
    last = index == count - 1
    return "+" if ascii_only else "└" if last else "├"


def _shaft(share: float, room: int, ascii_only: bool) -> str:
    thin, thick, tip = ("-", "=", ">") if ascii_only else ("─", "━", "▶")
    return (thick if share >= _WEAK else thin) * round(share * room) + tip

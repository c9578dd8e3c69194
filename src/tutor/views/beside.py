"""Two pictures side by side where there is room for both, else one below the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

ROOM = 64
"""Columns from which two pictures fit side by side: bars need about thirty each."""


@dataclass(frozen=True)
class Beside:
    """`left` and `right`, each under its heading."""

    left: RenderableType
    right: RenderableType
    headings: tuple[str, str] = ("", "")
    shares: tuple[int, int] = (1, 1)
    """How the width is shared."""
    room: int = ROOM
    """Columns below which one stands under the other."""
    is_extra: bool = False
    """Whether the right one is left out, rather than put below, where there is no room beside."""
    left_width: int | None = None
    """Columns of the left one, where it has to have so many; else `shares` decides."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if options.max_width >= self.room:
            yield self._grid()
        elif self.is_extra:
            yield self.left
        else:
            yield Group(*self._stacked())

    def _grid(self) -> Table:
        grid = Table.grid(expand=True, padding=(0, 1))
        if self.left_width is None:
            grid.add_column(ratio=self.shares[0])
        else:
            grid.add_column(width=self.left_width)
        grid.add_column(ratio=self.shares[1])
        if any(self.headings):
            grid.add_row(*(_heading(heading) for heading in self.headings))
        grid.add_row(self.left, self.right)
        return grid

    def _stacked(self) -> Iterator[RenderableType]:
        for heading, part in zip(self.headings, (self.left, self.right), strict=True):
            if heading:
                yield _heading(heading)
            yield part
            if part is self.left:
                yield Text()


def _heading(heading: str) -> Text:
    return Text(heading, style="bold", overflow="ellipsis", no_wrap=True)

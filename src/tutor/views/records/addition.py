"""The addition of word and place as a table, a line a token."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from tutor.views.sentences import counted, listed
from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType

    from tutor.experiments.addition import Result, Row

_TOKEN = 12
"""Cells of the longest token."""


@dataclass(frozen=True)
class _Sums:
    """Each channel as embedding + encoding = sum, as many as there is room for; on the right the cosine."""

    result: Result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        columns = [[_sum(row, at) for row in self.result.rows] for at in range(len(self.result.rows[0].sum))]
        longest = max(len(visible(row.token.text)) for row in self.result.rows)
        room = options.max_width - len("place ") - max(min(longest, _TOKEN), len("token")) - len(" cosine")
        widths = [max(len("channel 00"), *map(len, cells)) + 1 for cells in columns]
        shown = max(sum(total <= room for total in itertools.accumulate(widths)), 1)
        yield self._table(columns[:shown])
        if left_out := len(columns) - shown:
            yield Text(f"{counted(left_out, 'channel')} more on a wider screen.", style="dim")

    def _table(self, columns: list[list[str]]) -> Table:
        table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
        table.add_column("place", justify="right", min_width=5)
        table.add_column("token", no_wrap=True, overflow="ellipsis", max_width=_TOKEN)
        for channel in range(len(columns)):
            table.add_column(f"channel {channel}", justify="right", no_wrap=True, overflow="ellipsis")
        table.add_column("cosine", justify="right", min_width=6)
        for row, *cells in zip(self.result.rows, *columns, strict=True):
            table.add_row(str(row.position), visible(row.token.text), *cells, f"{row.similarity:.2f}")
        return table


def _sum(row: Row, channel: int) -> str:
    return f"{row.embedding[channel]:.2f} {row.encoding[channel]:+.2f} = {row.sum[channel]:.2f}"


def picture(result: Result) -> RenderableType:
    """A line a token."""
    return _Sums(result)


def words(result: Result) -> list[str]:
    """What is added to what and how much it weighs, then the sums token by token."""
    least = min(result.rows, key=lambda row: row.similarity)
    left_out = f" {counted(result.truncated, 'token')} did not fit." if result.truncated else ""
    return [
        f"{result.model} adds {result.kind} positions, {result.weight:.2f} times as long as the words' vectors; "
        f"they turn '{visible(least.token.text)}' most (cosine {least.similarity:.2f}).{left_out}",
        f"Embeddings of {result.width} channels, multiplied by {result.scale:g} before the addition.",
        *(_sentence(row) for row in result.rows),
    ]


def _sentence(row: Row) -> str:
    sums = [
        f"{word:.3f} plus {place:.3f} is {total:.3f}"
        for word, place, total in zip(row.embedding, row.encoding, row.sum, strict=True)
    ]
    return (
        f"'{visible(row.token.text)}' at place {row.position}: {listed(sums, limit=12)}; "
        f"cosine of word and sum {row.similarity:.3f}."
    )

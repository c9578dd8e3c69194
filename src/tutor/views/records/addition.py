"""The addition of word and place as a table, a line a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from tutor.views.sentences import counted, listed
from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.addition import Result, Row


def picture(result: Result) -> RenderableType:
    """Each channel as embedding + encoding = sum; on the right, how alike word and sum are."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("place", justify="right", min_width=5)
    table.add_column("token", no_wrap=True, overflow="ellipsis", max_width=12)
    for channel in range(len(result.rows[0].sum)):
        table.add_column(f"channel {channel}", justify="right", no_wrap=True, overflow="ellipsis")
    table.add_column("cosine", justify="right", min_width=6)
    for row in result.rows:
        sums = zip(row.embedding, row.encoding, row.sum, strict=True)
        cells = [f"{word:.2f} {place:+.2f} = {total:.2f}" for word, place, total in sums]
        table.add_row(str(row.position), visible(row.token.text), *cells, f"{row.similarity:.2f}")
    return table


def words(result: Result) -> list[str]:
    """What is added to what and how much it weighs, then the sums token by token."""
    least = min(result.rows, key=lambda row: row.similarity)
    left_out = f" {counted(result.truncated, 'token')} did not fit." if result.truncated else ""
    return [
        f"{result.model} adds {result.kind} positions: the vector of a place is {result.weight:.2f} times as "
        f"long as that of a word, and it turns '{visible(least.token.text)}' most "
        f"(cosine {least.similarity:.2f}).{left_out}",
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

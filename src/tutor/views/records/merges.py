"""Merges as a ladder: one line a merge, the word after it, the new piece grown out of two."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from tutor.views.sentences import counted, listed
from tutor.views.token_strip import TokenStrip
from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.merges import Result


def picture(result: Result) -> RenderableType:
    """The bytes first, then a line a merge with its rank, its pair and the pieces after it."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", expand=True)
    table.add_column("rank", justify="right", no_wrap=True)
    table.add_column("pair", no_wrap=True)
    table.add_column("the word after it", ratio=1)
    table.add_row("", "", TokenStrip(result.start))
    for step in result.merges:
        pair = f"{visible(step.left)} + {visible(step.right)}"
        table.add_row(f"{step.rank:,}", pair, TokenStrip(step.pieces))
    table.add_row("", "", TokenStrip(result.pieces, ids=[-1 if one is None else one for one in result.ids]))
    return table


def words(result: Result) -> list[str]:
    """The tokens in the end, then merge by merge."""
    shown = listed([f"'{visible(piece)}'" for piece in result.pieces])
    merges, start = counted(len(result.merges), "merge"), counted(len(result.start), "piece")
    sentences = [
        f"{merges} join{'s' if len(result.merges) == 1 else ''} the {start} of '{visible(result.word)}' "
        f"into {counted(len(result.pieces), 'token')}: {shown}.",
        _stopped(result),
    ]
    sentences += [
        f"Merge {place}: '{visible(step.left)}' and '{visible(step.right)}', rank {step.rank:,}, "
        f"give {listed([visible(piece) for piece in step.pieces], limit=30)}."
        for place, step in enumerate(result.merges, 1)
    ]
    return sentences


def _stopped(result: Result) -> str:
    known = f"none of the {result.merge_count:,} learned merges"
    if len(result.pieces) == 1:
        return "The whole word is one token: it was frequent enough in the training text."
    return f"It stops there because {known} joins two neighbours that are left."

"""The language tax as a table: a line a language, a column a tokenizer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.constrain import Constrain
from rich.table import Table
from rich.text import Text

from tutor.views.sentences import counted
from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.tax import Cost, Language, Result


_WIDEST = 120
"""Columns of the table: in a wider one the numbers would stand too far from their sentence."""


def picture(result: Result) -> RenderableType:
    """Tokens, and how many times those of the first line; what cannot be written is marked with `?`."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", expand=True)
    table.add_column("sentence", ratio=1, no_wrap=True, overflow="ellipsis", min_width=14)
    table.add_column("char", justify="right")
    table.add_column("bytes", justify="right")
    for cost in result.languages[0].costs:
        table.add_column(cost.tokenizer, justify="right", no_wrap=True, max_width=16, overflow="ellipsis")
    for language in result.languages:
        cells = [_cell(cost) for cost in language.costs]
        sizes = f"{language.character_count:,}", f"{language.byte_count:,}"
        table.add_row(visible(language.text, spaces=False), *sizes, *cells)
    if any(cost.unknown_count for language in result.languages for cost in language.costs):
        note = Text("? not all of it is known: the tokens do not give the sentence back", style="dim")
        return Constrain(Group(table, note), _WIDEST)
    return Constrain(table, _WIDEST)


def _cell(cost: Cost) -> str:
    times = "" if cost.times_the_first is None else f" ×{cost.times_the_first:.1f}"
    return f"{cost.token_count:,}{times}{' ?' if cost.unknown_count else ''}"


def words(result: Result) -> list[str]:
    """Who pays most, then each language with each tokenizer."""
    first = result.languages[0]
    sentences = []
    for place, cost in enumerate(first.costs):
        dearest = max(result.languages, key=lambda language: language.costs[place].token_count)
        paid = dearest.costs[place]
        if dearest is first or paid.times_the_first is None:
            sentences.append(f"With {cost.tokenizer} no sentence needs more than the first, {_tokens(cost)}.")
        else:
            sentences.append(
                f"With {cost.tokenizer} '{visible(dearest.text, spaces=False)}' costs most: {_tokens(paid)}, "
                f"{paid.times_the_first:.1f} times the {cost.token_count:,} of the first."
            )
    return sentences + [_each(language, cost) for language in result.languages for cost in language.costs]


def _tokens(cost: Cost) -> str:
    unknown = f", {cost.unknown_count:,} of them unknown" if cost.unknown_count else ""
    return counted(cost.token_count, "token") + unknown


def _each(language: Language, cost: Cost) -> str:
    rate = ""
    if cost.characters_per_token is not None and cost.bytes_per_token is not None:
        rate = f", {cost.characters_per_token:.2f} characters and {cost.bytes_per_token:.2f} bytes each"
    return f"'{visible(language.text, spaces=False)}' with {cost.tokenizer}: {_tokens(cost)}{rate}."

"""The four pictures of the attention lab: all heads, one head, one word, its numbers."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from tutor.app.labs.zoom import Window

if TYPE_CHECKING:
    from tutor.experiments.attention import Result
    from tutor.views.heatmap import Heatmap
    from tutor.views.thumbnails import Thumbnails

SPELLED_OUT = 8
"""Cells of a thumbnail from which `head 3` can be written over it; over smaller ones only its number."""
WIDE = 110
"""Columns from which a word's arrows stand beside the matrix of its head."""
WIDER = 168
"""Columns from which the head that is pointed at stands large beside all heads."""
OVERVIEW = 104
"""Columns of all heads then."""
LARGE = 30
"""Tokens from which a matrix is worth a closer look."""
_MATRIX = 28
"""Tokens up to which a matrix is drawn beside the arrows."""
_NUMBERS = (
    "query · key says how well each token fits what this one asks for; ÷ √D keeps it small, the mask hides what "
    "comes later, the softmax makes shares that sum to 1; with these the values are mixed."
)


def overview(result: Result, place: tuple[int, int], height: int, width: int) -> Thumbnails:
    """All heads, with a mark at the layer and the head of `place`, in `height` lines if that can be."""
    from tutor.views.records.attention import overview as drawn_overview

    drawn = dataclasses.replace(drawn_overview(result), height=height)
    marks = (f"layer {place[0]}", f"head {place[1]}")
    rows, columns = ([_pointed(label, label in marks) for label in side] for side in (drawn.rows, drawn.columns))
    spelled = dataclasses.replace(drawn, rows=rows, columns=columns)
    if spelled.side(width) >= SPELLED_OUT:
        return spelled
    rows, columns = ([label[0] + label.rpartition(" ")[2] for label in side] for side in (rows, columns))
    unit = "weight; down: layers, across: heads"
    return dataclasses.replace(spelled, rows=rows, columns=columns, unit=unit)


def overview_width(result: Result, width: int) -> int:
    """Columns of a pane's `width` that all heads take: not all where one of them stands beside."""
    return OVERVIEW if width >= WIDER and len(result.tokens) <= _MATRIX else width


def head_at(result: Result, cell: tuple[int, int]) -> tuple[int, int]:
    """The layer and head of a row and column of the overview, which may show only some of them."""
    layers, heads = ({one.layer for one in result.heads}, {one.head for one in result.heads})
    return sorted(layers)[cell[0]], sorted(heads)[cell[1]]


def with_preview(heads: Thumbnails, result: Result, place: tuple[int, int], width: int) -> RenderableType:
    """All heads, and where there is room the one at `place` as a matrix of numbers."""
    from tutor.views.beside import Beside
    from tutor.views.records.attention import matrix as drawn_matrix

    left, (layer, head) = overview_width(result, width), place
    is_shown = any((one.layer, one.head) == place for one in result.heads)  # not of an answer that is older
    if left == width or not is_shown:
        return heads
    heading = Text(f"layer {layer}, head {head}", style="dim")
    return Beside(heads, Group(heading, drawn_matrix(result, layer, head)), room=left, left_width=left)


def _pointed(label: str, here: bool) -> str:
    return ("▸" if here else " ") + label


def matrix(result: Result, window: Window, height: int) -> Heatmap:
    """One head, or the part of it that is looked at; a large one in `height` lines."""
    from tutor.views.records.attention import matrix as drawn_matrix

    drawn = drawn_matrix(result)
    if window.whole > LARGE:
        drawn = dataclasses.replace(drawn, height=height)
    if window.is_all:
        return drawn
    rows, columns = (slice(start, start + window.size) for start in (window.row, window.column))
    return dataclasses.replace(
        drawn,
        values=drawn.values[rows, columns],
        rows=drawn.rows[rows],
        columns=drawn.columns[columns],
        unit=f"weight; from tokens {rows.start} to {rows.stop - 1}, at {columns.start} to {columns.stop - 1} "
        f"of {window.whole}",
    )


def word(result: Result, width: int) -> RenderableType:
    """What a word looks at in one head, where there is room beside the matrix of that head."""
    from tutor.views.beside import Beside
    from tutor.views.records.attention import arrows
    from tutor.views.records.attention import matrix as drawn_matrix

    if width < WIDE or len(result.tokens) > _MATRIX:
        return arrows(result)
    return Beside(drawn_matrix(result), arrows(result), shares=(3, 2), room=WIDE)


def numbers(result: Result) -> RenderableType:
    """From query and key to the mix."""
    from tutor.views.records.attention import numbers as table

    return Group(table(result), Text(), Text(_NUMBERS, style="dim"))

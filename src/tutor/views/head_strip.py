"""All heads of one kind of attention as small pictures, with the one that is shown pointed at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.views.thumbnails import Thumbnails

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST = 3
"""Lines of a layer that still show a shape."""
_SPELLED_OUT = 8
"""Cells of a small picture from which `head 3` can be written over it; over smaller ones only its number."""


def head_strip(
    patterns: NDArray[Any], layer: int | None, head: int | None, width: int, height: int | None
) -> Thumbnails:
    """`patterns` of shape (layers, heads, T, S) to that width, within so many lines as far as shapes stay visible."""
    layers, heads = patterns.shape[:2]
    lines = max(6 * layers if height is None else height, LEAST * layers)
    rows = [f"{_mark(n == layer)}layer {n}" for n in range(layers)]
    drawn = Thumbnails(
        patterns, rows, [f"{_mark(n == head)}head {n}" for n in range(heads)], unit="weight", height=lines
    )
    if drawn.side(width) >= _SPELLED_OUT:
        return drawn
    return Thumbnails(patterns, rows, [f"{_mark(n == head)}{n}" for n in range(heads)], unit="weight", height=lines)


def _mark(here: bool) -> str:
    return "▸" if here else " "

"""Similarities of words as a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.views.heatmap import Heatmap

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.distance import Result

_PAIRS = 200
"""The most pairs that are told one by one."""


def picture(result: Result) -> RenderableType:
    """Each word a row and a column; the scale begins below 0 only where a similarity does."""
    low = min(0.0, float(result.similarity.min()))
    return Heatmap(
        result.similarity, rows=result.words, columns=result.words, low=round(low, 2), numbers=True, unit="similarity"
    )


def words(result: Result) -> list[str]:
    """The pair that is most alike and the one that is least, then pair by pair."""
    first, last = result.pairs[0], result.pairs[-1]
    if len(result.pairs) == 1:
        return [f"'{first.a}' and '{first.b}' have a cosine similarity of {first.similarity:.2f}."]
    sentences = [
        f"Most alike are '{first.a}' and '{first.b}' ({first.similarity:.2f}), "
        f"least '{last.a}' and '{last.b}' ({last.similarity:.2f})."
    ]
    sentences += [f"{pair.a} and {pair.b}: {pair.similarity:.3f}." for pair in result.pairs[:_PAIRS]]
    if len(result.pairs) > _PAIRS:
        sentences.append(f"{len(result.pairs) - _PAIRS:,} more pairs are less alike.")
    return sentences

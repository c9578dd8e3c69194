"""The nearest words as bars of cosine similarity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.sentences import counted, listed

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.neighbours import Result


def picture(result: Result) -> RenderableType:
    """A full bar is the same direction: 1."""
    rows = [Bar(neighbour.word, neighbour.similarity) for neighbour in result.neighbours]
    return Group(Text(f"nearest to {result.word}, by cosine similarity", style="dim"), Bars(rows, high=1.0))


def words(result: Result) -> list[str]:
    """The nearest word, how fast similarity falls, then word by word."""
    nearest, last = result.neighbours[0], result.neighbours[-1]
    reading = f"Nearest to '{result.word}' is '{nearest.word}' (cosine similarity {nearest.similarity:.2f})"
    if len(result.neighbours) > 1:
        reading += f", then {listed([neighbour.word for neighbour in result.neighbours[1:]], limit=3)}"
        reading += f"; number {len(result.neighbours)} still has {last.similarity:.2f}"
    looked_up = (
        "" if result.asked.strip() == result.word else f" '{result.asked.strip()}' was looked up in lower case."
    )
    sentences = [
        reading + ".",
        f"'{result.word}' is number {result.row + 1:,} of {counted(result.vocabulary_size, 'word')} by frequency; "
        f"its vector has {result.width} numbers.{looked_up}",
    ]
    sentences += [
        f"{place}. {neighbour.word}, {neighbour.similarity:.3f}."
        for place, neighbour in enumerate(result.neighbours, 1)
    ]
    return sentences

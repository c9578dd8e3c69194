"""The nearest words as bars of cosine similarity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.sentences import counted, listed
from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.neighbours import Result


def picture(result: Result) -> RenderableType:
    """A full bar is the same direction: 1."""
    rows = [Bar(visible(neighbour.word), neighbour.similarity) for neighbour in result.neighbours]
    whose = "" if result.vectors == "words" else f" in {result.vectors}"
    title = Text(f"nearest to {visible(result.word)}{whose}, by cosine similarity", style="dim")
    return Group(title, Bars(rows, high=1.0))


def words(result: Result) -> list[str]:
    """The nearest word, how fast similarity falls, then word by word."""
    nearest, last = result.neighbours[0], result.neighbours[-1]
    word, first = visible(result.word), visible(nearest.word)
    reading = f"Nearest to '{word}' is '{first}' (cosine similarity {nearest.similarity:.2f})"
    if len(result.neighbours) > 1:
        reading += f", then {listed([visible(neighbour.word) for neighbour in result.neighbours[1:]], limit=3)}"
        reading += f"; number {len(result.neighbours)} still has {last.similarity:.2f}"
    sentences = [reading + ".", _place(result)]
    sentences += [
        f"{place}. {visible(neighbour.word)}, {neighbour.similarity:.3f}."
        for place, neighbour in enumerate(result.neighbours, 1)
    ]
    return sentences


def _place(result: Result) -> str:
    """Where the word stands in the table."""
    if result.vectors != "words":
        return (
            f"'{visible(result.word)}' is token {result.row} of {result.vocabulary_size:,} in {result.vectors}; "
            f"its vector has {result.width} numbers."
        )
    asked = result.asked.strip()
    looked_up = "" if asked == result.word else f" '{asked}' was looked up in lower case."
    return (
        f"'{result.word}' is number {result.row + 1:,} of {counted(result.vocabulary_size, 'word')} by frequency; "
        f"its vector has {result.width} numbers.{looked_up}"
    )

"""Word arithmetic as two lists of bars: with the three words that went in left out, and with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.bars import Bar, Bars

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.analogy import Result


def picture(result: Result) -> RenderableType:
    """Both lists, the inputs marked on the second."""
    left_out = [Bar(one.word, one.similarity) for one in result.neighbours]
    inputs = {result.a, result.b, result.c}
    of_all = [
        Bar(one.word, one.similarity, "went in" if one.word in inputs else "")
        for one in result.neighbours_with_inputs
    ]
    return Group(
        Text(f"nearest to {_sum(result)}, these three left out", style="dim"),
        Bars(left_out, high=1.0),
        Text("nearest of all words", style="dim"),
        Bars(of_all, high=1.0),
    )


def words(result: Result) -> list[str]:
    """Both answers, how much the arithmetic had to do with the first, then both lists."""
    answer, of_all = result.neighbours[0], result.neighbours_with_inputs[0]
    reading = f"{_sum(result)}: nearest is '{answer.word}' ({answer.similarity:.2f})"
    if of_all.word == answer.word:
        reading += ", even with the three words that went in."
    else:
        reading += (
            f" only because the three words are left out; of all it is '{of_all.word}' ({of_all.similarity:.2f})."
        )
    sentences = [reading, _doubt(result)]
    for title, neighbours in (("left out", result.neighbours), ("allowed", result.neighbours_with_inputs)):
        shown = ", ".join(f"{neighbour.word} {neighbour.similarity:.3f}" for neighbour in neighbours)
        sentences.append(f"With the inputs {title}: {shown}.")
    return sentences


def _doubt(result: Result) -> str:
    """Whether the answer was near one of the words to begin with."""
    answer = result.neighbours[0].word
    word, rank = min((result.a, result.rank_near_a), (result.c, result.rank_near_c), key=lambda one: one[1])
    if rank == 1:
        return f"'{answer}' is the nearest neighbour of '{word}' anyway, without any arithmetic."
    if rank <= 10:
        return f"'{answer}' is number {rank} among the neighbours of '{word}' anyway, without any arithmetic."
    return f"The arithmetic did it: '{answer}' is only number {rank:,} among the neighbours of '{word}'."


def _sum(result: Result) -> str:
    return f"{result.a} − {result.b} + {result.c}"

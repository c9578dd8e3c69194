"""Word arithmetic: the words nearest to A − B + C, such as king − man + woman.

Two lists: all words, and all but the three that went in. The famous answers are on the second one; the nearest of
all is often just A, because the step from B to C is short.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Option

if TYPE_CHECKING:
    from tutor.engine.vectors import Neighbour

TOPIC = "Embeddings"
SCHEMA = 1
NEEDS_TORCH = False
BEHIND = ("vectors.analogy", "vectors.neighbours")
EXAMPLES = ("tutor analogy king man woman", "tutor analogy paris france italy -k 3 --plain")


@dataclass(frozen=True)
class Inputs:
    a: Annotated[str, Argument("The word to start from, such as king.", piped=False)]
    b: Annotated[str, Argument("The word to take away, such as man.", piped=False)]
    c: Annotated[str, Argument("The word to add, such as woman.", piped=False)]
    k: Annotated[int, Option("How many words a list.", low=1, high=1000)] = 5


@dataclass(frozen=True)
class Result:
    a: str
    """The three words as they were looked up: in lower case."""
    b: str
    c: str
    neighbours: tuple[Neighbour, ...]
    """The words nearest to a − b + c, with a, b and c left out."""
    neighbours_with_inputs: tuple[Neighbour, ...]
    """The words nearest to a − b + c, all of them."""
    rank_near_a: int
    """The place of the first neighbour among the neighbours of a alone, from 1."""
    rank_near_c: int
    """The same for c. A small place in either means that the arithmetic had little to do."""


def run(inputs: Inputs) -> Result:
    """Raises InputError, with close spellings, for a word that has no vector."""
    from tutor.engine import vectors, vocabulary

    a, b, c = (vocabulary.find(word) for word in (inputs.a, inputs.b, inputs.c))
    target = vectors.analogy(a, b, c)
    without = vectors.neighbours(target, inputs.k, without={a, b, c})
    answer = without[0].word
    rank_near_a, rank_near_c = (vectors.rank(answer, vectors.vector(word), without={a, b, c}) for word in (a, c))
    return Result(a, b, c, without, vectors.neighbours(target, inputs.k), rank_near_a, rank_near_c)

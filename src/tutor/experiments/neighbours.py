"""The words nearest to a word: those whose vectors point most nearly the same way.

The vectors were learned from which words stand near which in six billion words of text (GloVe). What is near was
used alike: opposites are near too.
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
EXAMPLES = ("tutor neighbours king", "tutor neighbours happy -k 5 --plain")


@dataclass(frozen=True)
class Inputs:
    word: Annotated[str, Argument("The word.")]
    k: Annotated[int, Option("How many neighbours.", short="-k", low=1, high=1000)] = 10


@dataclass(frozen=True)
class Result:
    asked: str
    """The word as it was given."""
    word: str
    """The word as it was looked up: in lower case, because the vectors know no other."""
    row: int
    """Its row among the vectors, from 0: the most frequent words first."""
    width: int
    """Numbers in a vector."""
    vocabulary_size: int
    neighbours: tuple[Neighbour, ...]


def run(inputs: Inputs) -> Result:
    """Raises InputError, with close spellings, for a word that has no vector."""
    from tutor.engine import vectors, vocabulary

    word = vocabulary.find(inputs.word)
    target = vectors.vector(word)
    nearest = vectors.neighbours(target, inputs.k, without=[word])
    return Result(inputs.word, word, vocabulary.rows()[word], len(target), len(vocabulary.words()), nearest)

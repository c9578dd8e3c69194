"""How alike words are, every two of them: the cosine similarity of their vectors as a matrix.

1 is the same direction, 0 is a right angle: nothing in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import UsageError
from tutor.experiments.frame.inputs import Argument

if TYPE_CHECKING:
    from tutor.engine.vectors import Floats

TOPIC = "Embeddings"
SCHEMA = 1
NEEDS_TORCH = False
BEHIND = ("vectors.similarities",)
EXAMPLES = ("tutor distance paris rome tokyo", "tutor distance dog cat car happy joy --plain")

_MOST = 200
"""Words of the largest matrix."""


@dataclass(frozen=True)
class Inputs:
    words: Annotated[tuple[str, ...], Argument("Two words or more.", metavar="WORD…")]


@dataclass(frozen=True)
class Pair:
    """Two words and the cosine similarity of their vectors."""

    a: str
    b: str
    similarity: float


@dataclass(frozen=True)
class Result:
    words: tuple[str, ...]
    """As they were looked up: in lower case, each once."""
    similarity: Floats
    """Shape (words, words), from −1 to 1."""
    pairs: tuple[Pair, ...]
    """Every two words, the most alike first."""


def run(inputs: Inputs) -> Result:
    """Raises UsageError for fewer than two words, InputError for a word that has no vector or too many of them."""
    import numpy as np

    from tutor.engine import vectors, vocabulary

    words = vocabulary.find_each(inputs.words, _MOST)
    if len(words) < 2:
        raise UsageError("tutor distance", "a distance needs two different words", "give another word")
    similarity = vectors.similarities(words)
    first, second = np.triu_indices(len(words), 1)
    order = np.argsort(-similarity[first, second], kind="stable")
    pairs = tuple(
        Pair(words[i], words[j], float(similarity[i, j])) for i, j in zip(first[order], second[order], strict=True)
    )
    return Result(words, similarity, pairs)

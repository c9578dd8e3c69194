"""Texts as bags of words, in two ways that need no transformer: what classifiers are compared with. Numpy only.

N texts, V different words, C width of a word vector.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Singles = NDArray[np.float32]

_WORD = re.compile(r"\b\w\w+\b")


@dataclass(frozen=True)
class Tfidf:
    """How often a word is in a text, weighed by how rare it is in all (Salton and Buckley 1988), counts as logs.

    The same numbers as scikit-learn's `TfidfVectorizer(sublinear_tf=True)`.
    """

    place: dict[str, int]
    rarity: Singles
    """(V,): ln((1 + N) / (1 + texts with the word)) + 1."""

    @classmethod
    def of(cls, texts: Sequence[str]) -> Tfidf:
        """Words and their rarity from the texts that are learned from."""
        found = Counter(word for text in texts for word in set(_words(text)))
        place = {word: index for index, word in enumerate(sorted(found))}
        having = np.array([found[word] for word in place], np.float32)
        return cls(place, np.log((1 + len(texts)) / (1 + having)) + 1)

    def features(self, texts: Sequence[str]) -> Singles:
        """A row of length 1 for every text, shape (N, V); of zeros for one without a known word."""
        found = np.zeros((len(texts), len(self.place)), np.float32)
        for row, text in enumerate(texts):
            for word, count in Counter(_words(text)).items():
                if word in self.place:
                    found[row, self.place[word]] = (1 + np.log(count)) * self.rarity[self.place[word]]
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        found /= np.where(lengths > 0, lengths, 1)
        return found


def mean_vectors(texts: Sequence[str]) -> Singles:
    """The mean of the bundled word vectors of each text's words, shape (N, C); zeros for one without a known word."""
    from tutor.engine import vectors, vocabulary

    table = vectors.unit_vectors()
    place = {word: index for index, word in enumerate(vocabulary.words())}
    found = np.zeros((len(texts), table.shape[1]), np.float32)
    for row, text in enumerate(texts):
        known = [place[word] for word in re.findall(r"\w+", text.lower()) if word in place]
        if known:
            found[row] = table[known].mean(0)
    return found


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())

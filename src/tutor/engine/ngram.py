"""A trigram model, which only counts: what a language model has to beat (Witten and Bell 1991, method C)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Tokens = NDArray[np.int64]


class Trigram:
    """How often tokens followed one and two others, mixed by how many different ones did.

    p(c | a b) = (count(a b c) + kinds(a b ·) p(c | b)) / (count(a b ·) + kinds(a b ·)), and p(c | b) alike.
    """

    def __init__(self, tokens: Tokens, vocabulary: int) -> None:
        """Count in `tokens` (N,), of which none is `vocabulary` or above."""
        tokens, self.size = tokens.astype(np.int64), vocabulary
        self.unigrams = np.bincount(tokens, minlength=vocabulary)
        self.pairs = _Followers(tokens[:-1], tokens[1:], vocabulary)
        self.triples = _Followers(tokens[:-2] * vocabulary + tokens[1:-1], tokens[2:], vocabulary)

    def losses(self, tokens: Tokens) -> NDArray[np.float64]:
        """−ln p of each token but the first two, in nats, shape (N − 2,)."""
        a, b, c = (tokens[place : len(tokens) - 2 + place].astype(np.int64) for place in range(3))
        kinds = int((self.unigrams > 0).sum())
        probability = (self.unigrams[c] + kinds / self.size) / (self.unigrams.sum() + kinds)
        probability = self.pairs.mixed(b, c, probability)
        probability = self.triples.mixed(a * self.size + b, c, probability)
        return -np.log(probability)


class _Followers:
    """What followed each context, how often, and how many different ones."""

    def __init__(self, contexts: Tokens, followers: Tokens, vocabulary: int) -> None:
        self.size = vocabulary
        self.codes, self.counts = np.unique(contexts * vocabulary + followers, return_counts=True)
        self.contexts, first = np.unique(self.codes // vocabulary, return_index=True)
        self.kinds = np.diff(first, append=len(self.codes))
        self.totals = np.add.reduceat(self.counts, first) if len(first) else first

    def mixed(self, contexts: Tokens, followers: Tokens, lower: NDArray[np.float64]) -> NDArray[np.float64]:
        """Their probability, given that of the shorter context, which is all there is for a context never seen."""
        count = _looked_up(self.codes, self.counts, contexts * self.size + followers)
        total, kinds = (_looked_up(self.contexts, of, contexts) for of in (self.totals, self.kinds))
        mixed: NDArray[np.float64] = np.where(
            kinds > 0, (count + kinds * lower) / np.maximum(total + kinds, 1), lower
        )
        return mixed


def _looked_up(keys: Tokens, values: Tokens, wanted: Tokens) -> Tokens:
    """The values of the sorted keys, 0 for a key that is not there."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found: Tokens = np.where(keys[place] == wanted, values[place], 0)
    return found

"""How often a gap filler finds a hidden word, beside two baselines that only count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from tutor.engine.corpus import TokenFile
from tutor.engine.encoder import Encoder
from tutor.engine.evaluation import evaluating
from tutor.engine.masking import Passages, Vocabulary

TOP = 5
HIDE = 0.10
"""The share of words that is hidden in a passage, so that most of each sentence can be read."""
ROWS = 32


@dataclass(frozen=True)
class Accuracy:
    """Shares of hidden words: how often the best guess was right, and how often one of the best five."""

    top_1: float
    top_5: float


@dataclass(frozen=True)
class Accuracies:
    """The model and its baselines on the same words."""

    words: int
    model: Accuracy
    unigram: Accuracy
    """Always the most frequent words."""
    bigram: Accuracy
    """The words that most often follow the one before, which it may see even where it is hidden from the model."""


@dataclass(frozen=True)
class Gaps:
    """Passages with words hidden. P passages, N hidden words."""

    rows: list[NDArray[np.int64]]
    """The passages before anything is hidden, each (≤ window,)."""
    places: list[NDArray[np.int64]]
    """The places of the hidden words in each."""

    @property
    def words(self) -> NDArray[np.int64]:
        """The hidden words, (N,)."""
        return np.concatenate([row[at] for row, at in zip(self.rows, self.places, strict=True)])

    @property
    def before(self) -> NDArray[np.int64]:
        """The word or mark before each of them, (N,)."""
        return np.concatenate([row[at - 1] for row, at in zip(self.rows, self.places, strict=True)])


def gaps(source: Passages, *, passages: int, window: int = 64, seed: int = 0) -> Gaps:
    """Whole words of one token hidden from passages that are evenly spread; always the same ones.

    A piece of a longer word would be given away by its other pieces, and punctuation is too easy.
    """
    random, vocabulary = np.random.default_rng(seed), source.vocabulary
    rows, places = [], []
    for number in np.linspace(0, len(source) - 1, min(passages, len(source))).astype(int).tolist():
        row = source.passage(number, window)
        goes_on = np.append(vocabulary.continues[row[1:]], False)
        whole = vocabulary.is_letters[row] & ~goes_on & ~vocabulary.continues[row]
        at = np.flatnonzero(whole & (random.random(len(row)) < HIDE))
        if len(at):
            rows.append(row)
            places.append(at)
    return Gaps(rows, places)


def guesses(model: Encoder, asked: Gaps, vocabulary: Vocabulary) -> NDArray[np.int64]:
    """The model's best five for each hidden word, best first, (N, 5)."""
    device = next(model.parameters()).device
    found = []
    with evaluating(model), torch.inference_mode():
        for first in range(0, len(asked.rows), ROWS):
            rows, places = asked.rows[first : first + ROWS], asked.places[first : first + ROWS]
            ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
            real, hidden = np.zeros(ids.shape, bool), np.zeros(ids.shape, bool)
            for number, (row, at) in enumerate(zip(rows, places, strict=True)):
                ids[number, : len(row)], real[number, : len(row)], hidden[number, at] = row, True, True
            ids[hidden] = vocabulary.mask
            vectors = model.hidden(torch.from_numpy(ids).to(device), torch.from_numpy(real).to(device))
            scores = model.scores(vectors[torch.from_numpy(hidden).to(device)])  # (n, V)
            found.append(scores.topk(TOP).indices.cpu().numpy())
    return np.concatenate(found)


def unigram_guesses(sources: Sequence[TokenFile], vocabulary: Vocabulary, count: int) -> NDArray[np.int64]:
    """The five most frequent words of the training text, (count, 5)."""
    counts = sum(np.bincount(source.tokens, minlength=vocabulary.size) for source in sources)
    best = np.argsort(-np.where(vocabulary.is_letters, counts, -1), kind="stable")[:TOP]
    return np.tile(best, (count, 1))


def bigram_guesses(
    sources: Sequence[TokenFile], vocabulary: Vocabulary, before: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The five words that most often follow each of `before` (N,) in the training text, (N, 5).

    Where fewer than five ever did, the most frequent words fill up.
    """
    pairs = np.concatenate([s.tokens[:-1].astype(np.int64) * vocabulary.size + s.tokens[1:] for s in sources])
    codes, counts = np.unique(pairs[vocabulary.is_letters[pairs % vocabulary.size]], return_counts=True)
    frequent = unigram_guesses(sources, vocabulary, 1)[0]
    best: dict[int, NDArray[np.int64]] = {}
    for word in set(before.tolist()):
        low, high = np.searchsorted(codes, [word * vocabulary.size, (word + 1) * vocabulary.size])
        order = np.argsort(-counts[low:high], kind="stable")[:TOP]
        followers = codes[low:high][order] % vocabulary.size
        best[word] = np.concatenate([followers, frequent[~np.isin(frequent, followers)]])[:TOP]
    return np.stack([best[word] for word in before.tolist()])


def accuracy(found: NDArray[np.int64], words: NDArray[np.int64]) -> Accuracy:
    """How often guesses (N, 5) hold the words (N,)."""
    right = found == words[:, None]
    return Accuracy(float(right[:, 0].mean()), float(right.any(1).mean()))


def measure(model: Encoder, asked: Gaps, sources: Sequence[TokenFile], vocabulary: Vocabulary) -> Accuracies:
    """The model and both baselines, which count in the training files `sources`, on the same hidden words."""
    words = asked.words
    return Accuracies(
        words=len(words),
        model=accuracy(guesses(model, asked, vocabulary), words),
        unigram=accuracy(unigram_guesses(sources, vocabulary, len(words)), words),
        bigram=accuracy(bigram_guesses(sources, vocabulary, asked.before), words),
    )

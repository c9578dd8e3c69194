"""Word vectors: neighbours, analogies, similarities and a map in two dimensions. Numpy only.

Shape legend: V words, C width of a vector, N words asked for.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from tutor import paths
from tutor.engine import vocabulary
from tutor.errors import InputError

Singles = NDArray[np.float32]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Neighbour:
    """A word and the cosine similarity of its vector to the one asked about, from −1 to 1."""

    word: str
    similarity: float


@functools.cache
def unit_vectors() -> Singles:
    """The vectors of all words, each scaled to length 1, so that a dot product is a cosine: shape (V, C).

    They are stored as whole numbers from −127 to 127 with a scale a word. Raises InputError if the file is damaged.
    """
    path = paths.bundled_models() / "words" / "vectors.safetensors"
    try:
        stored = load_file(path)
        vectors = stored["vectors"].astype(np.float32)  # the scale of a word drops out with its length
    except (OSError, KeyError, SafetensorError) as error:
        raise InputError("words", f"the word vectors cannot be read ({error})", "install tutor again") from None
    if len(vectors) != len(vocabulary.words()):
        raise InputError("words", "the word list and the vectors do not fit together", "install tutor again")
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def vector(word: str) -> Singles:
    """The unit vector of a word, shape (C,). Raises InputError, with close spellings, for an unknown word."""
    unit: Singles = unit_vectors()[vocabulary.rows()[vocabulary.find(word)]]
    return unit


def neighbours(target: Singles, count: int, without: Iterable[str] = ()) -> tuple[Neighbour, ...]:
    """The `count` words whose vectors point most nearly the way of `target` (C,), the nearest first.

    Words of `without` are left out. Two words that are equally near stand in the order of their frequency.
    """
    rows = nearest(unit_vectors(), target, count, [vocabulary.rows()[word] for word in without])
    return tuple(Neighbour(vocabulary.words()[row], similarity) for row, similarity in rows)


def nearest(table: Singles, target: Singles, count: int, without: Iterable[int] = ()) -> list[tuple[int, float]]:
    """The `count` rows of unit vectors (V, C) that point most nearly the way of `target` (C,), with their cosines.

    The nearest first, equally near ones in the table's order; rows of `without` are left out.
    """
    length = float(np.linalg.norm(target))
    similarities = table @ (target / (length or 1.0))  # (V,)
    similarities[list(without)] = -np.inf
    count = min(count, int(np.isfinite(similarities).sum()))
    found = np.argpartition(-similarities, count - 1)[:count] if count else np.arange(0)
    found = found[np.lexsort((found, -similarities[found]))]
    return [(int(row), float(similarities[row])) for row in found]


def rank(word: str, target: Singles, without: Iterable[str] = ()) -> int:
    """The place of `word` among all words by their nearness to `target` (C,), from 1; `without` do not count."""
    similarities = unit_vectors() @ target
    nearer = similarities > similarities[vocabulary.rows()[word]]
    for other in without:
        nearer[vocabulary.rows()[other]] = False
    return int(nearer.sum()) + 1


def analogy(a: str, b: str, c: str) -> Singles:
    """The vector a − b + c, shape (C,): what is to c as a is to b, if directions carry relations.

    Of unit vectors, so that frequent words with long vectors do not outweigh the others (3CosAdd; Levy and Goldberg
    2014, equation 2).
    """
    target: Singles = vector(a) - vector(b) + vector(c)
    return target


def similarities(words: Sequence[str]) -> Floats:
    """The cosine similarity of every two words, shape (N, N)."""
    chosen = np.stack([vector(word) for word in words]).astype(np.float64)  # (N, C)
    return np.clip(chosen @ chosen.T, -1.0, 1.0)  # rounding can put a word's similarity to itself above 1


@dataclass(frozen=True)
class Projection:
    """Vectors drawn in two dimensions."""

    coordinates: Floats
    """Shape (N, 2), around (0, 0)."""
    shares: tuple[float, float]
    """The share of all variance that lies along each axis; the rest is not in the picture."""


def project(vectors: Floats) -> Projection:
    """Vectors (N, C) along their two directions of largest variance: principal components (Pearson 1901).

    The sign of a direction says nothing; each is turned so that its largest coordinate is positive.
    """
    centred = vectors - vectors.mean(axis=0)
    left, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    coordinates = np.zeros((len(vectors), 2))
    kept = min(2, len(sizes))
    coordinates[:, :kept] = left[:, :kept] * sizes[:kept]
    for axis in coordinates.T:  # each is a view of one column
        axis *= 1.0 if axis[np.abs(axis).argmax()] >= 0 else -1.0
    variance = np.zeros(2)
    variance[:kept] = sizes[:kept] ** 2
    shares = variance / ((sizes**2).sum() or 1.0)
    return Projection(coordinates, (float(shares[0]), float(shares[1])))


def nearest_others(points: Floats) -> NDArray[np.int64]:
    """For each of the points (N, any width) the index of the one nearest to it, itself aside: shape (N,)."""
    squares = (points**2).sum(axis=1)
    distances = squares[:, None] + squares[None, :] - 2 * points @ points.T  # (N, N), squared
    np.fill_diagonal(distances, np.inf)
    nearest: NDArray[np.int64] = distances.argmin(axis=1)
    return nearest

"""Words as points of a map: their vectors drawn in two dimensions, with what the drawing gets wrong.

The two directions are those along which these words differ most (principal components). What differs along the
others is lost, so words that are drawn near each other need not be: each such case is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tutor.errors import UsageError
from tutor.experiments.frame.inputs import Argument, Option

TOPIC = "Embeddings"
SCHEMA = 1
NEEDS_TORCH = False
BEHIND = ("vectors.project",)
EXAMPLES = (
    "tutor map king queen man woman prince princess dog cat horse paris rome tokyo",
    "tutor map dog piano -k 6 --plain",
)

_MOST = 300
"""Points of the fullest map."""


@dataclass(frozen=True)
class Inputs:
    words: Annotated[tuple[str, ...], Argument("The words.", metavar="WORD…")]
    k: Annotated[int, Option("Nearest neighbours of each word to draw too.", low=0, high=50)] = 0


@dataclass(frozen=True)
class Point:
    """A word on the map."""

    word: str
    x: float
    y: float
    asked: bool
    """False for a neighbour that `-k` brought in."""


@dataclass(frozen=True)
class BrokenPair:
    """A word whose nearest word among these is not the one that is drawn nearest to it."""

    word: str
    nearest: str
    """Its nearest word by the vectors."""
    drawn_nearest: str
    """Its nearest word on the map."""


@dataclass(frozen=True)
class Result:
    points: tuple[Point, ...]
    shares: tuple[float, float]
    """The share of the variance that lies along x and along y."""
    share_of_variance: float
    """Their sum: how much of how these words differ is in the picture."""
    broken: tuple[BrokenPair, ...]
    """Where the map misleads."""


def run(inputs: Inputs) -> Result:
    """Raises UsageError for fewer than two points, InputError for a word that has no vector or too many of them."""
    import numpy as np

    from tutor.engine import vectors, vocabulary

    asked = vocabulary.find_each(inputs.words, _MOST)
    words = _with_neighbours(asked, inputs.k)
    if len(words) < 2:
        raise UsageError("tutor map", "one word makes no map", "give another word, or -k 8 for its neighbours")
    chosen = np.stack([vectors.vector(word) for word in words]).astype(np.float64)  # (N, C)
    projection = vectors.project(chosen)
    points = tuple(
        Point(word, float(x), float(y), word in asked)
        for word, (x, y) in zip(words, projection.coordinates, strict=True)
    )
    true, drawn = vectors.nearest_others(chosen), vectors.nearest_others(projection.coordinates)
    broken = tuple(
        BrokenPair(words[i], words[true[i]], words[drawn[i]]) for i in range(len(words)) if true[i] != drawn[i]
    )
    return Result(points, projection.shares, sum(projection.shares), broken)


def _with_neighbours(asked: tuple[str, ...], count: int) -> tuple[str, ...]:
    """The words, and behind them the `count` nearest of each, at most as many as a map can hold."""
    from tutor.engine import vectors

    found = [
        neighbour.word
        for word in (asked if count else ())
        for neighbour in vectors.neighbours(vectors.vector(word), count, without=[word])
    ]
    return tuple(dict.fromkeys((*asked, *found)))[:_MOST]

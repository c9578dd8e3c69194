"""How much of what a model writes stands word for word in the text that it was trained on. Numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST = 2_000_000
"""Training tokens that are searched, from the beginning."""


@dataclass(frozen=True)
class Span:
    """A stretch of tokens that stands in both."""

    start: int
    """In what was written."""
    length: int
    place: int
    """In the training text."""


def longest(written: Sequence[int], training: NDArray[np.integer]) -> Span:
    """The longest stretch of `written` that stands word for word in `training` (N,); the first of several.

    The longest common substring by the textbook's table, whose row for one written token is computed for all of the
    training text at once: a stretch that ends at a place is one longer than one that ended just before it, if the
    tokens agree.
    """
    training = training[:MOST]
    best, ends = Span(0, 0, 0), np.zeros(len(training) + 1, np.int32)
    for index, token in enumerate(written):
        ends[1:] = np.where(training == token, ends[:-1] + 1, 0)
        found = int(ends.argmax())
        if (length := int(ends[found])) > best.length:
            best = Span(index + 1 - length, length, found - length)
    return best

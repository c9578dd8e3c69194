"""Byte-pair encoding one merge at a time: how a word becomes its tokens (Sennrich et al. 2016, algorithm 1)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Merge:
    """One step: everywhere in the word, `left` followed by `right` becomes one piece."""

    left: str
    right: str
    rank: int
    """The place of the pair in the order in which the tokenizer learned its merges, from 0: the lowest goes first."""
    pieces: tuple[str, ...]
    """The word after this step."""


def merge_all(pieces: Sequence[str], ranks: Mapping[tuple[str, str], int], prefix: str = "") -> tuple[Merge, ...]:
    """Join neighbours, the pair of the lowest rank first, until no neighbours are a known pair.

    `prefix` is what marks a piece that continues a word, where a tokenizer has such a mark; it goes when the piece
    is joined to what stands before it.

    >>> [merge.pieces for merge in merge_all("abab", {("a", "b"): 0, ("ab", "ab"): 1})]
    [('ab', 'ab'), ('abab',)]
    """
    current, steps = tuple(pieces), []
    while known := [pair for pair in itertools.pairwise(current) if pair in ranks]:
        left, right = min(known, key=ranks.__getitem__)
        current = _joined(current, left, right, left + right.removeprefix(prefix))
        steps.append(Merge(left, right, ranks[left, right], current))
    return tuple(steps)


def _joined(pieces: Sequence[str], left: str, right: str, both: str) -> tuple[str, ...]:
    """The pieces with each `left` that is followed by `right` joined to it, from left to right."""
    after: list[str] = []
    rest = iter(range(len(pieces)))
    for place in rest:
        if pieces[place] == left and pieces[place + 1 : place + 2] == (right,):
            after.append(both)
            next(rest)
        else:
            after.append(pieces[place])
    return tuple(after)

"""Labelled texts on two sides, to learn from and to measure on; what is nearly the same stays on one side."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

ALIKE = 0.5
"""Two texts are near duplicates when they share at least so much of all their different words (Jaccard 1912)."""

MANY = 1500
"""Texts up to which near duplicates are looked for; it takes about a second."""

_WORD = re.compile(r"\w+(?:'\w+)?")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Sides:
    """The numbers of the texts on each side, in their order."""

    training: tuple[int, ...]
    held_out: tuple[int, ...]


def split(texts: Sequence[str], labels: Sequence[str], share: float = 0.25, seed: int = 0) -> Sides:
    """Hold out about `share` of the texts of every label.

    Which ones is decided by the SHA-256 of seed and text, so a text keeps its side when others are added or moved,
    but for a few on the edge. Near duplicates follow one another to one side, whatever their labels. A label that
    has a single group of them is only learned from.
    """
    groups: dict[int, list[int]] = {}
    for row, group in enumerate(near_duplicates(texts)):
        groups.setdefault(group, []).append(row)
    by_label: dict[str, list[list[int]]] = {}
    for rows in groups.values():
        by_label.setdefault(labels[rows[0]], []).append(rows)
    held_out: set[int] = set()
    for theirs in by_label.values():
        theirs.sort(key=lambda rows: min(_key(texts[row], seed) for row in rows))
        wanted = share * sum(map(len, theirs))
        held: list[int] = []
        for rows in theirs[:-1]:  # one group at least is learned from
            if len(held) + len(rows) / 2 > max(wanted, 1.0):
                break
            held += rows
        held_out.update(held)
    order = range(len(texts))
    return Sides(tuple(r for r in order if r not in held_out), tuple(r for r in order if r in held_out))


def _key(text: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed} {' '.join(text.split())}".encode("utf-8", "replace")).digest()


def near_duplicates(texts: Sequence[str], alike: float = ALIKE) -> list[int]:
    """For every text the number of the first one of its group: near duplicates, and near duplicates of those.

    Only pairs that share one of their rarest words are compared: of two sets that are alike, the first
    |s| − ⌈alike · |s|⌉ + 1 words of each, the rarest first, have one in common (prefix filtering, Chaudhuri et al.
    2006). Of more than `MANY` texts, only those with just the same words count as alike: more would take too long.
    """
    sets = [frozenset(_words(text)) for text in texts]
    if len(texts) > MANY:
        same: dict[frozenset[str], int] = {}
        return [same.setdefault(words, row) for row, words in enumerate(sets)]
    rarity = Counter(word for words in sets for word in words)
    parents = list(range(len(texts)))
    seen: dict[str, list[int]] = {}
    for row, words in enumerate(sets):
        rarest = sorted(words, key=lambda word: (rarity[word], word))
        prefix = rarest[: len(words) - math.ceil(alike * len(words)) + 1]
        candidates = {other for word in prefix for other in seen.get(word, ())}
        for other in candidates:
            if len(words & sets[other]) >= alike * len(words | sets[other]):
                parents[_root(parents, row)] = _root(parents, other)
        for word in prefix:
            seen.setdefault(word, []).append(row)
    first: dict[int, int] = {}
    return [first.setdefault(_root(parents, row), row) for row in range(len(texts))]


def _words(text: str) -> list[str]:
    """The words in small letters, all numbers alike; the text itself where it has none."""
    return _WORD.findall(_DIGITS.sub("0", text.lower())) or [text.strip()]


def _root(parents: list[int], row: int) -> int:
    while parents[row] != row:
        parents[row] = parents[parents[row]]  # halves the way for the next one
        row = parents[row]
    return row

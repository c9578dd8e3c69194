"""Which words of two sentences belong together, read from attention between their tokens. No torch.

T tokens and W words of the output, S tokens and U words of the input; L layers, H heads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tutor.engine.tokenization import Token

if TYPE_CHECKING:
    from tutor.engine.records import Floats

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class Word:
    """A word of a text and its tokens."""

    text: str
    start: int
    """Where it begins in the text, in characters."""
    end: int
    tokens: tuple[int, ...]
    """The places of its tokens; a token that is part of two words counts for the first."""


def words_of(text: str, tokens: Sequence[Token]) -> tuple[Word, ...]:
    """The words of a text that have tokens: runs of letters and digits, no punctuation."""
    taken: set[int] = set()
    found = []
    for match in _WORD.finditer(text):
        inside = [
            place
            for place, token in enumerate(tokens)
            if place not in taken and token.start < match.end() and token.end > match.start()
        ]
        if inside:
            taken.update(inside)
            found.append(Word(match.group(), match.start(), match.end(), tuple(inside)))
    return tuple(found)


def between_words(weights: Floats, looking: Sequence[Word], looked_at: Sequence[Word]) -> Floats:
    """Weights (…, T, S) between tokens as weights (…, W, U) between words.

    A word that is looked at gets what its tokens get together. One that looks does so with its first token, which
    chooses the word; the others often only finish it and look wherever nothing is to be had.
    """
    columns = np.stack([weights[..., list(word.tokens)].sum(-1) for word in looked_at], -1)  # (…, T, U)
    rows: Floats = columns[..., [word.tokens[0] for word in looking], :]  # (…, W, U)
    return rows


def support(weights: Floats, needed: Sequence[int]) -> Floats:
    """How far each head looks where it matters: (…, W, U) → (…), the mean weight on each word's needed one.

    `needed` names, for each output word, the input word without which it is least likely.
    """
    mean: Floats = weights[..., np.arange(len(needed)), list(needed)].mean(-1)
    return mean

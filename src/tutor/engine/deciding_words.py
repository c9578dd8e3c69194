"""Which words of a text decided on its label: each is left out in turn, and the log-odds are taken again. Torch.

K labels.
"""

from __future__ import annotations

import bisect
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tutor.engine import text_features
from tutor.engine.corpus import plain_typography

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tutor.engine.classifier import Classifier

BUDGET = 8192
"""Tokens that are read at most for all texts with something left out: a second or two on one core."""
_FEWEST = 8
"""A text is left out in so many parts at least, however long it is."""

_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Left:
    """A word, or a run of neighbouring words, and what the classifier says without it."""

    start: int
    """Character offsets into the text."""
    end: int
    words: int
    log_odds: float
    """Of the label that the whole text has, in nats, without this part."""
    place: int
    """The likeliest label's place without this part."""


def log_odds(logits: NDArray[np.float32], place: int) -> NDArray[np.float64]:
    """ln(p / (1 − p)) of one label for logits (N, K), in nats, shape (N,)."""
    others = np.delete(logits.astype(np.float64), place, axis=1)
    top = others.max(1)
    rest = top + np.log(np.exp(others - top[:, None]).sum(1))
    found: NDArray[np.float64] = logits[:, place] - rest
    return found


def read_until(classifier: Classifier, text: str) -> tuple[int, int]:
    """How many tokens of the text are read, and the character offset behind the last one."""
    loaded = classifier.loaded
    read = len(text_features.tokens_of(loaded, text))
    if read < loaded.context - 1:
        return read, len(text)
    offsets = text_features.encoding_of(loaded, text).offsets
    end = offsets[read - 1][1] if read < len(offsets) else len(text)
    # Plain typography may be longer than what it stands for, and the offsets count its characters.
    return read, bisect.bisect_left(range(len(text)), end, key=lambda until: len(plain_typography(text[:until])))


def without_each(classifier: Classifier, text: str, tokens: int, place: int) -> list[Left]:
    """What the classifier says of the text, read as `tokens` tokens, without each part; `place` is the label's.

    The parts are words, or runs of words where there are too many for the budget.
    """
    words = [match.span() for match in _WORD.finditer(text)]
    most = max(BUDGET // (tokens + 1), _FEWEST)
    size = math.ceil(len(words) / most)
    parts = [words[first : first + size] for first in range(0, len(words), size)]
    spans = [(part[0][0], part[-1][1]) for part in parts]
    logits = _logits(classifier, [_without(text, start, end) for start, end in spans])
    odds, places = log_odds(logits, place), logits.argmax(1)
    return [
        Left(start, end, len(part), float(one), int(best))
        for (start, end), part, one, best in zip(spans, parts, odds, places, strict=True)
    ]


def _without(text: str, start: int, end: int) -> str:
    """The text without a part. What then begins it takes over the capital: a text that begins with a small letter is
    so unlike the others that this alone would seem to be the work of every first word."""
    before, after = text[:start], text[end:].lstrip()
    if not before.strip() and text[start].isupper():
        after = after[:1].upper() + after[1:]
    return before + after


def _logits(classifier: Classifier, texts: Sequence[str]) -> NDArray[np.float32]:
    """Logits (N, K); where nothing is left of a text, those of an average one."""
    found = np.tile(classifier.average_logits(), (len(texts), 1))
    some = [row for row, text in enumerate(texts) if text.strip()]
    if some:
        found[some] = classifier.logits([text_features.tokens_of(classifier.loaded, texts[row]) for row in some])
    return found

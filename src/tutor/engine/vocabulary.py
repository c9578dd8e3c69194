"""The words of the bundled word vectors: which there are, the row of each, and close spellings. No numpy."""

from __future__ import annotations

import difflib
import functools

from tutor import paths
from tutor.errors import InputError

CLOSE = 0.75
"""How alike a spelling has to be to be offered, by difflib's ratio from 0 to 1."""


@functools.cache
def words() -> tuple[str, ...]:
    """All words, lower-case, the most frequent first. The place of a word is its row among the vectors."""
    path = paths.bundled_models() / "words" / "words.txt"
    try:
        return tuple(path.read_text(encoding="utf-8").split())
    except OSError as error:
        raise InputError("words", f"the word list cannot be read ({error.strerror})", "install tutor again") from None


@functools.cache
def rows() -> dict[str, int]:
    """The row of each word, from 0."""
    return {word: row for row, word in enumerate(words())}


def find(word: str) -> str:
    """The word as the vocabulary spells it: in lower case, without spaces around it.

    Raises InputError, with close spellings if there are any, for a word that has no vector.
    """
    wanted = word.strip().lower()
    if wanted in rows():
        return wanted
    if not wanted:
        raise InputError("word", "nothing but spaces", "give a word, such as king")
    shown = word.strip() if len(word.strip()) <= 40 else word.strip()[:39] + "…"
    if len(wanted.split()) > 1:
        raise InputError(shown, "this is more than one word", "give one word")
    close = close_spellings(wanted)
    todo = f"did you mean {' or '.join(close)}?" if close else f"try one of the {len(words()):,} common English words"
    raise InputError(shown, "this word has no vector", todo)


def close_spellings(word: str, count: int = 3) -> list[str]:
    """The `count` words spelled most like `word`, the most alike first; none for what is no word at all."""
    # Two words are never alike if their lengths differ by more than this; the filter saves most of the work.
    slack = int(len(word) * 2 * (1 - CLOSE) / CLOSE) + 1
    letters = set(word)
    candidates = [
        known
        for known in words()
        if abs(len(known) - len(word)) <= min(slack, 3) and len(letters - set(known)) <= 2 and known[0] in letters
    ]
    return difflib.get_close_matches(word, candidates, n=count, cutoff=CLOSE)

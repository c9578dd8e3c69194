"""The words of the bundled word vectors: which there are, the row of each, and close spellings. No numpy."""

from __future__ import annotations

import difflib
import functools
from collections import Counter
from collections.abc import Sequence

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
        raise InputError("word", "nothing but spaces" if word else "it is empty", "give a word, such as king")
    shown = word.strip() if word.strip().isprintable() else repr(word.strip())  # a message is one line
    shown = shown if len(shown) <= 40 else shown[:39] + "…"
    if len(wanted.split()) > 1:
        raise InputError(shown, "this is more than one word", "give one word")
    close = close_spellings(wanted)
    todo = f"did you mean {' or '.join(close)}?" if close else f"try one of the {len(words()):,} common English words"
    raise InputError(shown, "this word has no vector", todo)


def find_each(typed: Sequence[str], most: int) -> tuple[str, ...]:
    """Each word as `find` gives it, once. Raises InputError, too, if they are more than `most`."""
    if len(typed) > most:
        raise InputError("words", f"{len(typed):,} are more than {most}", "give fewer")
    return tuple(dict.fromkeys(map(find, typed)))


def close_spellings(word: str, count: int = 3) -> list[str]:
    """At most `count` words spelled like `word`, the most alike first; none for what is no word at all."""
    letters = set(word)
    # Comparing with all words would take a second; a slip of the hand leaves most letters and the length.
    candidates = [
        known
        for known in words()
        if abs(len(known) - len(word)) <= 2 and len(letters.symmetric_difference(known)) <= 3
    ]
    close = difflib.get_close_matches(word, candidates, n=4 * count, cutoff=CLOSE)
    typed = Counter(word)

    def strangeness(known: str) -> tuple[int, int]:
        """Letters too many and too few, which are none where two changed places; then how rare the word is."""
        return ((Counter(known) - typed) + (typed - Counter(known))).total(), rows()[known]

    return sorted(close, key=strangeness)[:count]

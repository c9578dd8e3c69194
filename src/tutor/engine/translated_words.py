"""The words and signs of a translation: what tokens make them up, and which one is meant. No torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine.tokenization import Token
from tutor.engine.word_alignment import Word, words_of
from tutor.errors import InputError, UsageError

if TYPE_CHECKING:
    from tutor.engine.records import Floats

_OFFERED = 10
"""Words that are named when one is not there."""


@dataclass(frozen=True)
class Row:
    """What a word of the translation was written from: the weights with which its first token was chosen."""

    sentence: int
    """The number of its sentence, from 0."""
    word: int
    """Its place among the `words` of that sentence."""
    token: int
    """Its first token."""
    reads: Floats
    """Shape (S,): on the source tokens, the mean of the chosen heads."""
    looks_back: Floats
    """Shape (token + 1,): on the start token and the outputs before it, the mean of the chosen heads."""


def row_between(cross: Floats, own: Floats, sentence: int, word: int, token: int) -> Row:
    """The rows of a token in one pattern of cross-attention, (T, S), and one of masked self-attention, (T, T)."""
    return Row(sentence, word, token, reads=cross[token], looks_back=own[token, : token + 1])


def parts_of(text: str, tokens: Sequence[Token]) -> tuple[Word, ...]:
    """All that a text is made of, in order: its words, and the signs, marks and bytes between them."""
    words = list(words_of(text, tokens))
    taken = {token for word in words for token in word.tokens}
    others: dict[tuple[int, int], list[int]] = {}
    for place, token in enumerate(tokens):
        if place not in taken:
            # The bytes of one character have its span in common; a mark has an empty one, and stands alone.
            span = (token.start, token.end) if token.end > token.start else (-1, place)
            others.setdefault(span, []).append(place)
    for places in others.values():
        first = tokens[places[0]]
        called = text[first.start : first.end].strip() or first.text
        words.append(Word(called, first.start, first.end, tuple(places)))
    return tuple(sorted(words, key=lambda word: word.tokens[0]))


def spellings(sentences: Sequence[Sequence[Word]]) -> Iterator[tuple[str, int, int]]:
    """How each word is called, its sentence and its place there: the second la of all sentences is `la:2`."""
    seen: Counter[str] = Counter()
    for sentence, words in enumerate(sentences):
        for place, word in enumerate(words):
            seen[word.text] += 1
            number = seen[word.text]
            yield word.text if number == 1 else f"{word.text}:{number}", sentence, place


def place_of(sentences: Sequence[Sequence[Word]], spelling: str) -> tuple[int, int]:
    """The sentence of a word and its place there; capital letters matter only where they tell two words apart.

    Raises InputError if it is in none of them.
    """
    known = list(spellings(sentences))
    for same in (str, str.casefold):
        for called, sentence, place in known:
            if same(called) == same(spelling):
                return sentence, place
    offered = ", ".join(called for called, _, _ in known[:_OFFERED])
    raise InputError(f"--word {spelling}", "it is not in the translation", f"choose another one: {offered}")


def check_head(patterns: Floats, layer: int | None, head: int | None, side: str) -> None:
    """Raises UsageError if patterns (layers, heads, …) have no such layer or head; `side` is whose they are."""
    for name, value, count in (("layer", layer, patterns.shape[0]), ("head", head, patterns.shape[1])):
        if value is not None and value >= count:
            raise UsageError(f"--{name} {value}", f"{side} has {count}", f"give 0 to {count - 1}")


def mean_of(patterns: Floats, layer: int | None, head: int | None) -> Floats:
    """One pattern for (layers, heads, T, S): the mean of all, but for the layer or head that is chosen."""
    layers, heads = (slice(None) if at is None else slice(at, at + 1) for at in (layer, head))
    mean: Floats = patterns[layers, heads].mean((0, 1))
    return mean

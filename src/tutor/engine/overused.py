"""Words that a text says once too often, as small models do: "the dog talked to the dog", "a smart and smart cat"."""

from __future__ import annotations

import re

Span = tuple[int, int]
"""Of a word, in characters: from, and up to."""

_SENTENCE = re.compile(r"[^.!?\n]+")
_WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
_SPEAKER = re.compile(r"\"[^\"\n]*\b([A-Z][a-z]+)\b[^\"\n]*\"\s+(?:\w+\s+)?(\1)\b")
"""Somebody who is named in what she says herself: `"Look, Mia!" said Mia`."""
_RUN = 4
"""Words in a row that are a repetition when they come again …"""
_REACH = 40
"""… within so many words."""
_ORDINARY = frozenset(
    "the and that this with from they them then there their have has had was were said says what when where which "
    "who will would could should very much more many some into onto over under again than your you are not but for "
    "his her she him its our out all can did does one two too yes off".split()
)
"""Words that hold a sentence together may come in it as often as they like, and so may those of two letters."""


def overused(text: str, start: int = 0) -> list[Span]:
    """The words from character `start` on that come once too often, in their order.

    That is a word of content that its sentence has said before, the end of four words in a row that were said a
    moment ago, and the name of a speaker who calls herself. Good text has some of each.

    >>> text = "The dog played with the dog. It was fun."
    >>> [text[a:b] for a, b in overused(text)]
    ['dog']
    """
    found = {*_in_sentences(text), *_in_runs(text), *(match.span(2) for match in _SPEAKER.finditer(text))}
    return sorted(span for span in found if span[0] >= start)


def rate(texts: list[str], starts: list[int]) -> float:
    """Such words per 100 words of all texts, each counted from its start on; 0 if there are no words."""
    pairs = list(zip(texts, starts, strict=True))
    words = sum(1 for text, start in pairs for match in _WORD.finditer(text) if match.start() >= start)
    return 100 * sum(len(overused(text, start)) for text, start in pairs) / max(words, 1)


def _in_sentences(text: str) -> set[Span]:
    found = set()
    for sentence in _SENTENCE.finditer(text):
        seen = set()
        for match in _WORD.finditer(text, *sentence.span()):
            word = _stem(match.group())
            if len(word) > 2 and word not in _ORDINARY:
                if word in seen:
                    found.add(match.span())
                seen.add(word)
    return found


def _in_runs(text: str) -> set[Span]:
    words = [(match.group().lower(), match.span()) for match in _WORD.finditer(text)]
    found: set[Span] = set()
    last: dict[tuple[str, ...], int] = {}
    for place in range(len(words) - _RUN + 1):
        run = tuple(word for word, _ in words[place : place + _RUN])
        if place - last.get(run, -_REACH) < _REACH:
            found.add(words[place + _RUN - 1][1])
        last[run] = place
    return found


def _stem(word: str) -> str:
    """Without the ending of a plural or of an owner, so that horses are a horse."""
    word = word.lower().removesuffix("'s")
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word

"""Tokenizers that need no training: words, characters and bytes."""

from __future__ import annotations

import functools
import re
import string
import sys
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tutor.engine import vocabulary
from tutor.engine.tokenization import Token, Tokenizer, require_text

UNKNOWN = "[UNK]"
"""How a token without an id of its own is written."""

_SIGNS = (*string.digits, *string.punctuation, *"¡¿–—‘’“”…«»€£°")
"""What a word tokenizer knows besides words."""


def load(name: str) -> Tokenizer:
    """The tokenizer called `word`, `char` or `byte`."""
    makers: dict[str, Callable[[], Tokenizer]] = {"word": WordTokenizer, "char": CharacterTokenizer}
    return makers.get(name, ByteTokenizer)()


@functools.cache
def _word_pattern() -> re.Pattern[str]:
    """A run of letters, or any one other sign but a space; each with the marks that are written on it.

    Digits stand alone, so that every number can be written. Marks are combining characters and, for emoji, what
    changes or joins them.
    """
    combining = (chr(code) for code in range(0x300, 0x1F000))  # beyond are no marks of any script
    marks = "".join(character for character in combining if unicodedata.category(character).startswith("M"))
    tones = "\U0001f3fb-\U0001f3ff"
    attached = f"(?:[{marks}{tones}]|\u200d\\S)*"
    return re.compile(rf"(?:[^\W\d_][{marks}]*)+|\S{attached}")


@dataclass(frozen=True)
class WordTokenizer:
    """Words and punctuation marks. What is not in the vocabulary gets one and the same id.

    The id of a word is its row among the word vectors, so case does not count.
    """

    name: str = "word"

    @property
    def vocabulary_size(self) -> int:
        return self.unknown_id + 1

    @property
    def unknown_id(self) -> int:
        return len(vocabulary.words()) + len(_SIGNS)

    def encode(self, text: str) -> tuple[Token, ...]:
        return tuple(self._token(match) for match in _word_pattern().finditer(require_text(text)))

    def _token(self, match: re.Match[str]) -> Token:
        found = _word_ids().get(match.group().lower())
        if found is None:
            return Token(UNKNOWN, self.unknown_id, *match.span())
        return Token(match.group(), found, *match.span())

    def decode(self, ids: Sequence[int]) -> str:
        """Lower-case words with a space between any two: spaces and case have no ids."""
        known = (*vocabulary.words(), *_SIGNS, UNKNOWN)
        return " ".join(known[token_id] for token_id in ids)


@functools.cache
def _word_ids() -> dict[str, int]:
    signs = {sign: len(vocabulary.words()) + place for place, sign in enumerate(_SIGNS)}
    return {**vocabulary.rows(), **signs}


@dataclass(frozen=True)
class CharacterTokenizer:
    """One token a character; the id is its Unicode code point."""

    name: str = "char"
    vocabulary_size: int = sys.maxunicode + 1
    unknown_id: None = None

    def encode(self, text: str) -> tuple[Token, ...]:
        return tuple(
            Token(character, ord(character), place, place + 1) for place, character in enumerate(require_text(text))
        )

    def decode(self, ids: Sequence[int]) -> str:
        return "".join(map(chr, ids))


@dataclass(frozen=True)
class ByteTokenizer:
    """One token a byte of the text in UTF-8; the id is the byte's value."""

    name: str = "byte"
    vocabulary_size: int = 256
    unknown_id: None = None

    def encode(self, text: str) -> tuple[Token, ...]:
        return tuple(
            Token(character if len(data) == 1 else written(data[place : place + 1]), data[place], start, start + 1)
            for start, character in enumerate(require_text(text))
            for data in (character.encode(),)
            for place in range(len(data))
        )

    def decode(self, ids: Sequence[int]) -> str:
        return bytes(ids).decode("utf-8", "replace")


def written(data: bytes) -> str:
    """Bytes as text, and those that are only a part of a character as `<0xF0>`."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        whole, broken = data[: error.start].decode("utf-8"), data[error.start : error.end]
        return whole + "".join(f"<0x{byte:02X}>" for byte in broken) + written(data[error.end :])

"""Subword tokenizers from a `tokenizer.json`, by the library `tokenizers`: ours and those of any model."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tokenizers

from tutor import storage
from tutor.engine import gguf_file
from tutor.engine.plain_tokenizers import written
from tutor.engine.tokenization import Token, require_text
from tutor.errors import InputError

_SPACE = "▁"
"""How SentencePiece and its relatives write a space inside a token."""

_LIMIT = 1 << 27
"""The largest file that is read, in bytes; those of the largest vocabularies have a quarter of this."""


def load(name: str, path: Path) -> SubwordTokenizer:
    """The tokenizer in the file `path`, read once for as long as the file stays as it is.

    Raises InputError if the file is missing or is no `tokenizer.json`.
    """
    stamp = path.stat().st_mtime_ns if path.is_file() else 0
    return _load(name, path, stamp)


@functools.lru_cache(maxsize=16)
def _load(name: str, path: Path, stamp: int) -> SubwordTokenizer:
    text = source(path)
    try:
        state = json.loads(text)
        # What a model adds around a text, cuts off it or pads it with is not the tokenizer's way of splitting it.
        if any(state.get(part) is not None for part in ("post_processor", "truncation", "padding")):
            state |= {"post_processor": None, "truncation": None, "padding": None}
            text = json.dumps(state)
        return SubwordTokenizer(name, tokenizers.Tokenizer.from_str(text), state)
    except Exception as error:  # noqa: BLE001 - the library raises bare Exception for a file that it cannot read
        why = f"no tokenizer that can be read ({type(error).__name__}: {error})"
        raise InputError(str(path), why, "give a tokenizer.json as the library `tokenizers` writes it") from None


def source(path: Path) -> str:
    """The text of a `tokenizer.json`, or the same made from the vocabulary and merges in a GGUF file.

    Raises InputError if it cannot be read.
    """
    if gguf_file.is_gguf(path):
        return gguf_file.tokenizer_json(path)
    return storage.read_learner_text(path, _LIMIT)


class SubwordTokenizer:
    """Splits by a learned vocabulary; the text of a token is readable, whichever way its file spells it."""

    def __init__(self, name: str, tokenizer: tokenizers.Tokenizer, state: dict[str, Any]) -> None:
        self.name = name
        self.vocabulary_size: int = tokenizer.get_vocab_size()
        self.kind = str(state["model"].get("type", ""))
        """The model's kind as its file names it, such as "BPE"."""
        self.is_byte_level = '"ByteLevel"' in json.dumps([state.get("pre_tokenizer"), state.get("decoder")])
        self._tokenizer = tokenizer
        self._state = state
        self._added = {token["content"] for token in state.get("added_tokens", ())}
        self._texts: dict[int, str] = {}

    @functools.cached_property
    def unknown_id(self) -> int | None:
        """The id for what the vocabulary cannot write, or None if it can write everything."""
        model = self._state["model"]
        if isinstance(model.get("unk_id"), int):
            return int(model["unk_id"])
        name = model.get("unk_token")
        return None if name is None else self._tokenizer.token_to_id(name)

    @functools.cached_property
    def merges(self) -> dict[tuple[str, str], int]:
        """The rank of each pair of pieces that a BPE tokenizer learned to join, in the file's spelling, from 0."""
        listed = self._state["model"].get("merges", [])
        pairs = (tuple(pair.split(" ", 1)) if isinstance(pair, str) else tuple(pair) for pair in listed)
        return {(left, right): rank for rank, (left, right) in enumerate(pairs)}

    def encode(self, text: str) -> tuple[Token, ...]:
        encoding = self._tokenizer.encode(require_text(text), add_special_tokens=False)
        return tuple(
            Token(self.text_of(token_id), token_id, start, end)
            for token_id, (start, end) in zip(encoding.ids, encoding.offsets, strict=True)
        )

    def decode(self, ids: Sequence[int]) -> str:
        decoded: str = self._tokenizer.decode(list(ids), skip_special_tokens=False)
        return decoded

    def text_of(self, token_id: int) -> str:
        """The token's text: a space is a space, a byte that is only a part of a character is `<0xF0>`."""
        if token_id not in self._texts:
            self._texts[token_id] = self.readable(self._tokenizer.id_to_token(token_id) or "")
        return self._texts[token_id]

    def readable(self, piece: str) -> str:
        """A piece in the file's spelling as text."""
        if piece in self._added:
            return piece
        if self.is_byte_level and _byte_values().keys() >= set(piece):
            return written(bytes(_byte_values()[character] for character in piece))
        return piece.replace(_SPACE, " ")

    def split_words(self, text: str) -> list[str]:
        """The words, in the file's spelling, within which pieces are joined but never across."""
        if self._tokenizer.normalizer is not None:
            text = self._tokenizer.normalizer.normalize_str(text)
        if self._tokenizer.pre_tokenizer is None:
            return [text]
        return [word for word, _ in self._tokenizer.pre_tokenizer.pre_tokenize_str(text)]

    @property
    def continuing_prefix(self) -> str:
        """What marks a piece that does not begin a word, such as "##"; empty where nothing does."""
        return str(self._state["model"].get("continuing_subword_prefix") or "")

    def first_pieces(self, word: str) -> tuple[str, ...]:
        """A word in the file's spelling before any merge: its characters, with the marks that the model uses."""
        suffix = str(self._state["model"].get("end_of_word_suffix") or "")
        marked = [word[:1], *(self.continuing_prefix + character for character in word[1:])]
        return (*marked[:-1], marked[-1] + suffix)

    def id_of(self, piece: str) -> int | None:
        """The id of a piece in the file's spelling, or None if it has none."""
        found: int | None = self._tokenizer.token_to_id(piece)
        return found


@functools.cache
def _byte_values() -> dict[str, int]:
    """The byte that each character of a byte-level vocabulary stands for.

    GPT-2 (Radford et al. 2019) writes a byte as the Latin-1 character of its value where that can be seen, and
    otherwise as the next character from U+0100 on, so that vocabularies can be written as text.
    """
    seen = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    values = {chr(byte): byte for byte in seen}
    unseen = (byte for byte in range(256) if byte not in set(seen))
    return values | {chr(0x100 + place): byte for place, byte in enumerate(unseen)}

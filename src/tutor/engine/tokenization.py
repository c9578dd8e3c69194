"""Text to tokens, by any of the common ways. No torch, and nothing heavy until a tokenizer is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tutor import paths
from tutor.errors import InputError

KINDS = ("word", "bpe", "wordpiece", "unigram", "char", "byte")
"""The bundled tokenizers, from the longest tokens to the shortest."""

TRAINED = ("bpe", "wordpiece", "unigram")
"""Those that learned their vocabulary from text, so that words fall into pieces by how common they are."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its text, its id, and where it stands in the input.

    `start` and `end` count characters (code points). Tokens that are parts of one character share its span.
    """

    text: str
    id: int
    start: int
    end: int


@dataclass(frozen=True)
class Split:
    """A text split into tokens, with what that costs and what it keeps."""

    tokenizer: str
    vocabulary_size: int
    """How many different tokens this tokenizer has."""
    tokens: tuple[Token, ...]
    token_count: int
    characters_per_token: float | None
    """None where there is no token."""
    bytes_per_token: float | None
    """Of the text in UTF-8; None where there is no token."""
    unknown_id: int | None
    """The id that stands for everything unknown, or None if nothing is unknown to this tokenizer."""
    unknown_count: int
    """Tokens with that id."""
    lossless: bool
    """Whether the ids alone give exactly this text back."""


class Tokenizer(Protocol):
    """What every tokenizer here can do."""

    @property
    def name(self) -> str:
        """As it was asked for: a kind, a model's name or a path."""

    @property
    def vocabulary_size(self) -> int:
        """How many different tokens there are."""

    @property
    def unknown_id(self) -> int | None:
        """The id that stands for everything unknown, or None if nothing is."""

    def encode(self, text: str) -> tuple[Token, ...]:
        """The tokens of `text` in order. Raises InputError if it is not text."""

    def decode(self, ids: Sequence[int]) -> str:
        """The text of these ids, as far as it can be had from them."""


def load(name: str) -> Tokenizer:
    """The tokenizer of that name: one of `KINDS`, one of the learner's own, that of a model, or a `tokenizer.json`.

    Raises InputError if there is none or its file is damaged.
    """
    if name in KINDS and name not in TRAINED:
        from tutor.engine import plain_tokenizers

        return plain_tokenizers.load(name)
    from tutor.engine import subword

    return subword.load(name, _file_of(name))


def own() -> dict[str, Path]:
    """The folders of the learner's own tokenizers, by name."""
    shelf = paths.user_tokenizers()
    folders = sorted(shelf.iterdir()) if shelf.is_dir() else ()
    return {folder.name: folder for folder in folders if (folder / "tokenizer.json").is_file()}


def _file_of(name: str) -> Path:
    """The `tokenizer.json` that `name` stands for, which may be a path."""
    if name in TRAINED:
        return paths.bundled_models() / "tokenizers" / f"{name}.json"
    from tutor.engine import registry

    models = {entry.name: entry.directory for entry in registry.entries()} | own()
    path = models.get(name) or paths.existing(name)
    if path is None:
        choices = ", ".join((*KINDS, *(one for one in models if (models[one] / "tokenizer.json").is_file())))
        todo = f"choose one of: {choices}; or give the path of a tokenizer.json"
        raise InputError(name or "--tokenizer", "no such tokenizer", todo)
    if path.is_dir() and not (path / "tokenizer.json").is_file():
        raise InputError(name, "there is no tokenizer.json in it", "name a folder with one, or the file itself")
    return path / "tokenizer.json" if path.is_dir() else path


def split(text: str, name: str) -> Split:
    """Split `text` by the tokenizer `name`. Raises InputError as `load` and `encode` do."""
    tokenizer = load(name)
    tokens = tokenizer.encode(text)
    count = len(tokens)
    return Split(
        name,
        tokenizer.vocabulary_size,
        tokens,
        count,
        len(text) / count if count else None,
        len(text.encode()) / count if count else None,
        tokenizer.unknown_id,
        sum(token.id == tokenizer.unknown_id for token in tokens),
        tokenizer.decode([token.id for token in tokens]) == text,
    )


def require_text(text: str) -> str:
    """`text` itself. Raises InputError if it holds half of a surrogate pair, which is no character."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError("text", f"character {error.start} is not Unicode text", "give text in UTF-8") from None
    return text

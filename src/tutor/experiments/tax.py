"""The language tax: the same sentence in several languages, and how many tokens each tokenizer asks for it.

A tokenizer is cheap in the languages that it learned from. What costs more tokens costs more time and memory, and
leaves less room in the context.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tutor.engine.tokenization import Split
from tutor.errors import InputError
from tutor.experiments.frame.inputs import Argument, Option

TOPIC = "Tokens"
SCHEMA = 1
NEEDS_TORCH = False
EXAMPLES = (
    'tutor tax "Where is the library?" "¿Dónde está la biblioteca?" "Où est la bibliothèque ?" "图书馆在哪里?"',
    'tutor tax "I love cats." "Amo a los gatos." "J\'adore les chats." --tokenizer bpe --plain',
)

_MOST = 12
"""Texts that are compared at most."""


@dataclass(frozen=True)
class Inputs:
    texts: Annotated[
        tuple[str, ...], Argument("The sentence in each language, the first to compare with.", piped=False)
    ]
    tokenizers: Annotated[
        tuple[str, ...],
        Option("A tokenizer; give it several times.", flag="--tokenizer", source="tokenizer"),
    ] = ("bpe", "wordpiece", "unigram", "byte")


@dataclass(frozen=True)
class Cost:
    """What one tokenizer asks for one text."""

    tokenizer: str
    token_count: int
    unknown_count: int
    characters_per_token: float | None
    """None where there is no token."""
    bytes_per_token: float | None
    times_the_first: float | None
    """Tokens against those of the first text by the same tokenizer; None where that has none."""


@dataclass(frozen=True)
class Language:
    """One text and what it costs."""

    text: str
    character_count: int
    byte_count: int
    """In UTF-8."""
    costs: tuple[Cost, ...]
    """One a tokenizer, in the order asked for."""


@dataclass(frozen=True)
class Result:
    languages: tuple[Language, ...]
    """One a text, in their order."""


def run(inputs: Inputs) -> Result:
    """Raises InputError for no text, an empty one, too many, or a tokenizer that is not there."""
    from tutor.engine import tokenization

    if not inputs.texts or not all(text.strip() for text in inputs.texts):
        raise InputError(
            "the texts", "one of them is empty", "give the sentence in each language, in quotation marks"
        )
    if len(inputs.texts) > _MOST:
        raise InputError("the texts", f"{len(inputs.texts)} are too many to compare", f"give at most {_MOST}")
    names = tuple(dict.fromkeys(inputs.tokenizers))
    splits = [[tokenization.split(text, name) for name in names] for text in inputs.texts]
    return Result(tuple(_language(text, row, splits[0]) for text, row in zip(inputs.texts, splits, strict=True)))


def _language(text: str, row: list[Split], first: list[Split]) -> Language:
    costs = tuple(
        Cost(
            split.tokenizer,
            split.token_count,
            split.unknown_count,
            split.characters_per_token,
            split.bytes_per_token,
            split.token_count / base.token_count if base.token_count else None,
        )
        for split, base in zip(row, first, strict=True)
    )
    return Language(text, len(text), len(text.encode()), costs)

"""A text as tokens: the pieces that a model reads, with their ids.

Each kind of tokenizer cuts elsewhere: at words, at pieces of words that were common in its training text (bpe,
wordpiece, unigram), at every character, at every byte.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Annotated

from tutor.engine.tokenization import Split, Token
from tutor.experiments.frame.inputs import Argument, Option

TOPIC = "Tokens"
SCHEMA = 1
NEEDS_TORCH = False
EXAMPLES = (
    'tutor tokenize "Transformers are amazing!"',
    "tutor tokenize unbelievable --tokenizer wordpiece",
    'tutor tokenize "Hi!" --tokenizer char --json',
)


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("The text to split.")]
    tokenizer: Annotated[
        str,
        Option(
            "word, bpe, wordpiece, unigram, char, byte, a model, or the path of a tokenizer.json.",
            source="tokenizer",
        ),
    ] = "bpe"
    """BPE first: it is what most language models of today read."""


@dataclass(frozen=True)
class WordSplit:
    """A word of the text, between spaces, and how many tokens it takes."""

    text: str
    token_count: int


@dataclass(frozen=True)
class Result(Split):
    text: str
    character_count: int
    byte_count: int
    """Of the text in UTF-8."""
    most_split: WordSplit | None
    """The word that takes most tokens, the first of several; None where the text has no word."""


def run(inputs: Inputs) -> Result:
    """Raises InputError if there is no such tokenizer or the text is not Unicode."""
    from tutor.engine import tokenization

    split = tokenization.split(inputs.text, inputs.tokenizer)
    shared = {field.name: getattr(split, field.name) for field in dataclasses.fields(split)}
    most_split = _most_split(inputs.text, split.tokens)
    return Result(**shared, text=inputs.text, character_count=len(inputs.text),
                  byte_count=len(inputs.text.encode()), most_split=most_split)  # fmt: skip


def _most_split(text: str, tokens: tuple[Token, ...]) -> WordSplit | None:
    """A token with a space in front of its word counts for the word."""
    most: WordSplit | None = None
    first = 0
    for word in re.finditer(r"\S+", text):
        while first < len(tokens) and tokens[first].end <= word.start():
            first += 1
        last = first
        while last < len(tokens) and tokens[last].start < word.end():
            last += 1
        if most is None or last - first > most.token_count:
            most = WordSplit(word.group(), last - first)
    return most

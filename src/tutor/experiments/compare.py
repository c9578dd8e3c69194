"""One text by several tokenizers side by side: how many tokens each needs, and what each loses.

Fewer tokens are cheaper: a model computes for every one of them and can look back at only so many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tutor.engine.tokenization import KINDS, Split
from tutor.experiments.frame.inputs import Argument, Option

TOPIC = "Tokens"
SCHEMA = 1
NEEDS_TORCH = False
EXAMPLES = (
    'tutor compare "She unwrapped it unbelievably slowly."',
    'tutor compare "Mañana será otro día." --tokenizer bpe --tokenizer byte --plain',
)


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("The text to split.")]
    tokenizers: Annotated[
        tuple[str, ...],
        Option("A tokenizer to compare; give it several times.", flag="--tokenizer", source="tokenizer"),
    ] = KINDS


@dataclass(frozen=True)
class Result:
    text: str
    character_count: int
    byte_count: int
    """Of the text in UTF-8."""
    splits: tuple[Split, ...]
    """One a tokenizer, in the order asked for."""


def run(inputs: Inputs) -> Result:
    """Raises InputError if there is no such tokenizer or the text is not Unicode."""
    from tutor.engine import tokenization

    splits = tuple(tokenization.split(inputs.text, name) for name in dict.fromkeys(inputs.tokenizers))
    return Result(inputs.text, len(inputs.text), len(inputs.text.encode()), splits)

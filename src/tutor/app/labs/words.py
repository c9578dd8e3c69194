"""How each token of a text is called where a word is asked for, such as `she:2` for the second she."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.errors import InputError
from tutor.experiments import load

if TYPE_CHECKING:
    from tutor.experiments.frame.records import Token


def spellings(text: str, tokens: Sequence[Token]) -> list[str]:
    """For each token the word that finds it; "" for one that has no name of its own."""
    return [_spelling(text, tokens, index) for index in range(len(tokens))]


def _spelling(text: str, tokens: Sequence[Token], index: int) -> str:
    """The word, with its number where it needs one."""
    piece = text[tokens[index].start : tokens[index].end].strip()
    if not piece:
        return ""
    token_of = load("attention").token_of
    for spelling in (piece, *(f"{piece}:{number}" for number in range(2, 10))):
        try:
            if token_of(text, tokens, spelling) == index:
                return spelling
        except InputError:
            break
    return ""

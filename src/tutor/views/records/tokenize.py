"""Tokens as a strip with their ids, what they cost, and what the tokenizer could not write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.sentences import counted, listed
from tutor.views.token_strip import TokenStrip
from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.tokenize import Result

_LIMIT = 1000
"""The most tokens that are told one by one."""


def picture(result: Result) -> RenderableType:
    """The strip with the ids under it, and one line of counts."""
    parts: list[RenderableType] = []
    if result.tokens:
        texts, ids = ([token.text for token in result.tokens], [token.id for token in result.tokens])
        parts.append(TokenStrip(texts, ids=ids))
    parts.append(Text(_counts(result), style="dim"))
    if result.unknown_count:
        parts.append(Text(_unknown(result)))
    return Group(*parts)


def words(result: Result) -> list[str]:
    """The tokens, what they cost, what is lost, then token by token."""
    sentences = [_reading(result), _counts(result)]
    if result.unknown_count:
        sentences.insert(1, _unknown(result))
    if result.tokens and not result.lossless:
        sentences.append("The ids alone do not give this text back: something of it is in no token.")
    sentences += [
        f"Token {place}, '{visible(token.text)}', has id {token.id}, from character {token.start} to {token.end}."
        for place, token in enumerate(result.tokens[:_LIMIT])
    ]
    if result.token_count > _LIMIT:
        sentences.append(f"{counted(result.token_count - _LIMIT, 'more token')} follow.")
    return sentences


def _reading(result: Result) -> str:
    if not result.tokens:
        return "There is no token: " + ("the text is empty." if not result.text else _only_spaces(result))
    texts = listed([f"'{visible(token.text)}'" for token in result.tokens], limit=10)
    reading = f"The {result.tokenizer} tokenizer makes {counted(result.token_count, 'token')}: {texts}."
    most = result.most_split
    by_character = result.tokenizer in ("char", "byte")  # the longest word is split most: that says nothing
    if most is not None and most.token_count > 1 and len(result.text.split()) > 1 and not by_character:
        word = visible(most.text if len(most.text) <= 40 else most.text[:39] + "…")
        reading += f" The word split most is '{word}', into {most.token_count}."
    return reading


def _only_spaces(result: Result) -> str:
    return f"the text is only spaces, and the {result.tokenizer} tokenizer has no token for a space."


def _counts(result: Result) -> str:
    sizes = f"{counted(result.character_count, 'character')} ({counted(result.byte_count, 'byte')})"
    share = result.characters_per_token
    average = "" if share is None else f", {share:.2f} characters each"
    return f"{counted(result.token_count, 'token')} for {sizes}{average}; vocabulary {result.vocabulary_size:,}."


def _unknown(result: Result) -> str:
    """What the unknown tokens stand for; a reader of the ids alone could not tell."""
    unknown = [token for token in result.tokens if token.id == result.unknown_id]
    parts = dict.fromkeys(result.text[token.start : token.end] for token in unknown)
    shown = listed([f"'{visible(part if len(part) <= 30 else part[:29] + '…')}'" for part in parts], limit=6)
    return f"{counted(result.unknown_count, 'token')} unknown, id {result.unknown_id}, standing for {shown}."

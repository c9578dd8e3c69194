"""Running text from a learner's file as tokens, a list for each paragraph, encoded many at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tutor.engine.examples.reading import Examples
from tutor.engine.examples.rows import TextRow

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_CHARACTERS = 1 << 19
"""Of the paragraphs that are encoded at once: enough to keep all threads busy, little enough to be forgotten soon."""


def paragraphs(
    examples: Examples, tokenizer: Tokenizer, *, end: int | None = None, spell: Callable[[str], str] = str
) -> Iterator[list[int]]:
    """The token ids of each row of running text, one after the other, holding about a megabyte of it in memory.

    A line of text keeps its end, from which a model learns where paragraphs end. Each row of a table is a document
    and ends with the token `end`, if there is one. `spell` is applied to the text before.
    """
    ending = [end] if end is not None and examples.format not in ("text", "directory") else []
    for texts in _batches(examples, spell):
        for encoding in tokenizer.encode_batch_fast(texts, add_special_tokens=False):
            yield encoding.ids + ending


def _batches(examples: Examples, spell: Callable[[str], str]) -> Iterator[list[str]]:
    texts: list[str] = []
    characters = 0
    for row in examples.rows():
        if not isinstance(row, TextRow):
            raise TypeError(f"{examples.task} has no running text")
        texts.append(spell(row.text if row.goes_on else row.text + "\n"))
        characters += len(row.text)
        if characters > _CHARACTERS:
            yield texts
            texts, characters = [], 0
    if texts:
        yield texts

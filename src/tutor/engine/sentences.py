"""A text as sentences, for models that have learned from single ones. No torch."""

from __future__ import annotations

import re
from collections.abc import Iterator

_PARAGRAPH = re.compile(r"\n\s*\n")
_END = re.compile(r"""[.!?…]+["')\]»”’]*\s+(?=[^a-z])|[。！？]+\s*""")
_ABBREVIATED = re.compile(r"(?:^|\W)(?:Mr|Mrs|Ms|Dr|St|Prof|[A-Z])\.\s*$")
"""An ending that is only an abbreviation: a title or an initial."""


def split(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence of `text` begins and ends, in characters, without the space around it.

    A sentence ends with its mark before a space, unless what follows goes on in lower case, and with a paragraph.
    """
    for start, end in _paragraphs(text):
        first = start
        for match in _END.finditer(text, start, end):
            if _ABBREVIATED.search(text, max(first, match.start() - 8), match.end()):
                continue
            yield from _trimmed(text, first, match.end())
            first = match.end()
        yield from _trimmed(text, first, end)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _PARAGRAPH.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The span without white space at its edges, or nothing if there is nothing else."""
    piece = text[start:end]
    if stripped := piece.strip():
        begin = start + piece.index(stripped[0])
        yield begin, begin + len(stripped)

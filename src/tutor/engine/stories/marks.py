"""Marks in the stream of a story that is being written: where a mention starts and ends, where a fact begins to hold.

They are private-use characters; a start mark is followed by one character that numbers the entity.
"""

from __future__ import annotations

import re

START, END, FACT = "\ue000", "\ue001", "\ue002"
_FIRST_NUMBER = 0xE100
_MARK = re.compile("[\ue000-\uf8ff]| {2,}| ?\n ?| (?=[\ue000-\uf8ff]*[.,!?\n ])")


def start(number: int) -> str:
    """The mark at the start of a mention of the entity with this number."""
    return START + chr(_FIRST_NUMBER + number)


def capitalise(text: str) -> str:
    """The first letter as a capital, whatever marks stand before it.

    >>> capitalise("she")
    'She'
    """
    for index, letter in enumerate(text):
        if letter < START:
            return text[:index] + letter.upper() + text[index + 1 :]
    return text


class Unmarked:
    """A text without its marks, and without spaces that are one too many.

    >>> found = Unmarked(start(0) + "Lily" + END + "  ran" + FACT + ".")
    >>> found.text, found.spans, found.offsets
    ('Lily ran.', [(0, 4, 0)], [8])
    """

    def __init__(self, marked: str) -> None:
        self.spans: list[tuple[int, int, int]] = []
        """Start, end and entity number of each mention, in order."""
        self.offsets: list[int] = []
        """Where each fact begins to hold, in order."""
        self._pieces: list[str] = []
        self._length = 0
        self._opened: list[tuple[int, int]] = []
        position = 0
        for found in _MARK.finditer(marked):
            self._add(marked[position : found.start()])
            self._mark(found.group())
            position = found.end()
        self._add(marked[position:])
        self.text = "".join(self._pieces).rstrip()
        self.spans.sort()

    def _add(self, text: str) -> None:
        if text[:1] == " " and (not self._length or self._pieces[-1][-1] in " \n"):
            text = text[1:]
        if text:
            self._pieces.append(text)
            self._length += len(text)

    def _mark(self, mark: str) -> None:
        if mark.isspace():
            self._add("\n" if "\n" in mark else " " if len(mark) > 1 else "")
        elif mark == END:
            begin, number = self._opened.pop()
            self.spans.append((begin, self._length, number))
        elif mark == FACT:
            self.offsets.append(self._length)
        elif mark != START:
            self._opened.append((self._length, ord(mark) - _FIRST_NUMBER))

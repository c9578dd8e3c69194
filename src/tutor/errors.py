"""What the user is told when something cannot be done: one line that says what, why and what to do."""

from __future__ import annotations

import unicodedata

_TURNING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
"""The classes of marks that change the direction of what follows."""

_LONGEST = 200
"""Characters that are repeated of what was typed; a pasted book would bury what is wrong with it."""


class TutorError(Exception):
    """An expected failure, shown to the user as one line and never as a traceback.

    >>> str(TutorError("story.txt", "no such file", "check the path"))
    'story.txt: no such file; check the path'
    """

    exit_status = 3

    def __init__(self, what: str, why: str, todo: str) -> None:
        super().__init__(what, why, todo)
        self.what, self.why, self.todo = what, why, todo

    def __str__(self) -> str:
        return "".join(map(_harmless, f"{_short(self.what)}: {_short(self.why)}; {self.todo}"))


def _short(text: str) -> str:
    """`text` without its middle, where it is too long for a line; in quotation marks where nothing of it shows."""
    half = _LONGEST // 2
    text = text if text.strip() else repr(text)
    return text if len(text) <= _LONGEST else f"{text[: half - 1]}…{text[-half:]}"


def _harmless(character: str) -> str:
    """A character that would turn a terminal's line around, break it or be no character, as its number.

    >>> str(TutorError("a\\u202eb", "no such word", "type another"))
    'a<U+202E>b: no such word; type another'
    """
    if character in "\t\r\n":
        return " "
    turns = unicodedata.bidirectional(character) in _TURNING or character in "\u200e\u200f\u061c"
    control = ord(character) < 32 or 127 <= ord(character) < 160 or character in "\u2028\u2029"
    half = 0xD800 <= ord(character) < 0xE000  # of a surrogate pair, which nothing can print
    return f"<U+{ord(character):04X}>" if turns or control or half else character


class InputError(TutorError):
    """An input is unusable: missing, not text, damaged, too large, an unknown word or model."""


class UsageError(TutorError):
    """The command line, or a preset written as one, does not fit the experiment."""

    exit_status = 2


class LessonError(TutorError):
    """A lesson file breaks the format; `what` is `file:line`."""


class EngineGoneError(TutorError):
    """The engine process ended while it still owed an answer."""

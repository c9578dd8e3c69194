"""The task list of a quiz: `- [x] right` or `- [ ] wrong`, each with a nested `- why`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tutor.course.lesson import Choice
from tutor.course.parsing import place
from tutor.errors import LessonError

_ITEM = re.compile(r"[-*] \[([ xX])\] +(.*)")
_WHY = re.compile(r"\s+[-*] +(.*)")


@dataclass
class _Open:
    """A choice that may still be continued on the next line."""

    at: int
    right: bool
    text: str
    why: str = ""


def choices(path: Path, lines: list[tuple[int, str]]) -> tuple[tuple[Choice, ...], list[tuple[int, str]]]:
    """The choices among `lines`, and the lines that are not part of one. Raises LessonError for one without why."""
    found: list[_Open] = []
    rest: list[tuple[int, str]] = []
    inside = False
    for at, line in lines:
        if item := _ITEM.fullmatch(line.rstrip()):
            found.append(_Open(at, item[1] != " ", item[2].strip()))
            inside = True
        elif inside and (why := _WHY.fullmatch(line.rstrip())):
            found[-1].why = f"{found[-1].why} {why[1]}".strip()
        elif inside and line.strip() and line[0] in " \t":
            _continue(found[-1], line.strip())
        else:
            inside = inside and not line.strip()  # an empty line between items does not end the list
            rest.append((at, line))
    for choice in found:
        if not choice.why:
            raise LessonError(place(path, choice.at), "the answer has no why", "add an indented line: - why")
    return tuple(Choice(choice.text, choice.right, choice.why) for choice in found), rest


def _continue(choice: _Open, text: str) -> None:
    if choice.why:
        choice.why += f" {text}"
    else:
        choice.text += f" {text}"

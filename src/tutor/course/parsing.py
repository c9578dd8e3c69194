"""The text of one lesson file, taken apart: headings, and for each step its prose, fenced blocks and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tutor.course.lesson import KINDS, Heading
from tutor.errors import LessonError

FENCES = ("tutor", "check", "predict")
"""The info strings of the fenced blocks that are meant for the program."""

_FILE = re.compile(r"(\d{2})-[a-z0-9-]+\.md")
_HOLDS = re.compile(r"<!--\s*holds:(.*?)-->", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block that is meant for the program."""

    kind: str
    text: str
    at: int
    """The line of the opening fence; the text begins on the next one."""


@dataclass
class Section:
    """One step as it stands in the file."""

    heading: Heading
    lines: list[tuple[int, str]] = field(default_factory=list)
    """Its prose, each line with its number; the program's own blocks are left out."""
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Head:
    """What stands above the first step."""

    title: str
    goal: str
    minutes: int


def place(path: Path, at: int) -> str:
    """Where an error is, as it is shown: `lessons/05-tokenization.md:37`."""
    return f"{path.parent.name}/{path.name}:{at}"


def number_of(path: Path) -> int:
    """The lesson's number from its file name. Raises LessonError if the name is not NN-name.md."""
    matched = _FILE.fullmatch(path.name)
    if not matched:
        raise LessonError(place(path, 1), "the file's name is not NN-name.md", "call it 05-tokenization.md, say")
    return int(matched[1])


def read(path: Path) -> list[str]:
    """The lines of a lesson file. Raises LessonError if it cannot be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise LessonError(place(path, 1), f"byte {error.start} is not UTF-8", "save it as UTF-8") from None
    except OSError as error:
        raise LessonError(place(path, 1), error.strerror or "unreadable", "check the file") from None


def heading(path: Path, at: int, line: str) -> Heading:
    """The heading of a step from its line. Raises LessonError for a kind that there is not."""
    text = line.removeprefix("## ").strip()
    word, colon, rest = text.partition(":")
    kind = word.strip().lower() if colon else "read"
    if kind in KINDS:
        title = rest.strip() if colon else text
        if not title:
            raise LessonError(place(path, at), "the step has no title", "write one after the colon")
        return Heading(kind, title, at)
    if " " not in word.strip():
        kinds = ", ".join(kind.capitalize() for kind in KINDS[1:])
        raise LessonError(place(path, at), f"there is no kind of step called {word.strip()!r}", f"use {kinds}")
    return Heading("read", text, at)  # a colon further on in an ordinary title


def prose(lines: list[str]) -> Iterator[tuple[int, str]]:
    """The lines outside fenced blocks, numbered from 1."""
    fence = ""
    for at, line in enumerate(lines, 1):
        mark = _fence(line)
        if fence:
            fence = "" if mark.startswith(fence) and line.strip() == mark else fence
        elif mark:
            fence = mark
        else:
            yield at, line


def _fence(line: str) -> str:
    """The backticks or tildes that open or close a fenced block, or nothing."""
    bare = line.lstrip()
    for character in "`~":
        mark = bare[: len(bare) - len(bare.lstrip(character))]
        if len(mark) >= 3:
            return mark
    return ""


def head(path: Path, lines: list[str]) -> Head:
    """Title, goal and minutes. Raises LessonError for one that is missing or for other text."""
    if not lines or not lines[0].startswith("# ") or not lines[0][2:].strip():
        raise LessonError(place(path, 1), "the first line is no title", "begin with: # Title")
    found: dict[str, tuple[int, str]] = {}
    last = ""
    for at, line in enumerate(lines[1:], 2):
        if line.startswith("## "):
            break
        name, colon, value = line.partition(":")
        if colon and name in ("Goal", "Minutes"):
            found[name], last = (at, value.strip()), name
        elif not line.strip():
            last = ""
        elif last == "Goal":
            found["Goal"] = found["Goal"][0], f"{found['Goal'][1]} {line.strip()}"
        else:
            raise LessonError(place(path, at), "text above the first step", "move it into a step, or into Goal:")
    return Head(lines[0][2:].strip(), _goal(path, found), _minutes(path, found))


def _goal(path: Path, found: dict[str, tuple[int, str]]) -> str:
    at, goal = found.get("Goal", (2, ""))
    if not goal:
        raise LessonError(place(path, at), "there is no goal", "add a line such as: Goal: one sentence.")
    return goal


def _minutes(path: Path, found: dict[str, tuple[int, str]]) -> int:
    at, minutes = found.get("Minutes", (3, ""))
    if not minutes.isdecimal() or not 0 < int(minutes) < 1000:
        raise LessonError(place(path, at), "there are no minutes", "add a line such as: Minutes: 20")
    return int(minutes)


def sections(path: Path, lines: list[str]) -> list[Section]:
    """The steps as they stand in the file. Raises LessonError for a fence that is never closed."""
    found: list[Section] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        mark = _fence(line)
        if mark:
            end = _closing(path, lines, at, mark)
            if found:
                _add_fenced(found[-1], lines, at, end, mark)
            at = end
        elif line.startswith("## "):
            found.append(Section(heading(path, at + 1, line)))
        elif found:
            found[-1].lines.append((at + 1, line))
        at += 1
    return found


def _closing(path: Path, lines: list[str], start: int, mark: str) -> int:
    for end in range(start + 1, len(lines)):
        bare = lines[end].strip()
        if bare.startswith(mark) and not bare.strip(mark[0]):
            return end
    raise LessonError(place(path, start + 1), "this block is never closed", f"end it with a line {mark}")


def _add_fenced(section: Section, lines: list[str], start: int, end: int, mark: str) -> None:
    kind = lines[start].strip().removeprefix(mark).strip()
    if kind in FENCES:
        section.blocks.append(Block(kind, "\n".join(lines[start + 1 : end]), start + 1))
    else:
        section.lines += [(at + 1, lines[at]) for at in range(start, end + 1)]


def claims(section: Section) -> list[tuple[int, str]]:
    """The expressions of the step's `<!-- holds: … -->` comments, each with its line."""
    text = "\n".join(line for _, line in section.lines)
    numbers = [at for at, _ in section.lines]
    return [(numbers[text.count("\n", 0, found.start())], found[1].strip()) for found in _HOLDS.finditer(text)]


def visible(lines: list[tuple[int, str]]) -> str:
    """The Markdown of some lines without comments and without empty lines at its ends or in a row."""
    text = _COMMENT.sub("", "\n".join(line for _, line in lines))
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")

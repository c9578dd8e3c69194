"""Rows of a learner's file: running text, texts with labels, prompts with completions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Task = Literal["lm", "classify", "prompt"]
BadRows = Literal["refuse", "skip"]
Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True)
class TextRow:
    """A line of a text file without its end, or a cell of a table."""

    number: int
    """Where it stands in its file, from 1. Of a table in CSV the header is row 1, as a spreadsheet counts."""
    text: str
    goes_on: bool = False
    """Whether it is a part of a line that is too long to be read at once, and the next row continues it."""


@dataclass(frozen=True)
class LabelledRow:
    """A text and what it is."""

    number: int
    text: str
    label: str


class Turn(NamedTuple):
    """What one side says."""

    role: Role
    text: str


@dataclass(frozen=True)
class PromptRow:
    """A conversation; a prompt and its completion are one of two turns."""

    number: int
    turns: tuple[Turn, ...]
    """At least one of the assistant, and something before it."""

    @property
    def prompt(self) -> str:
        """What the last answer is given to: the turn before it."""
        return self.turns[self._last - 1].text

    @property
    def completion(self) -> str:
        """The assistant's last turn."""
        return self.turns[self._last].text

    @property
    def _last(self) -> int:
        return max(place for place, turn in enumerate(self.turns) if turn.role == "assistant")


Row = TextRow | LabelledRow | PromptRow


@dataclass(frozen=True)
class Columns:
    """Which column is what, where the user says so; None is found by name.

    In a file without a header, columns are given by their numbers, from 1; if one is a number, all have to be.
    """

    text: str | None = None
    label: str | None = None
    prompt: str | None = None
    context: str | None = None
    """More of the prompt, such as the `input` beside an `instruction`; a line of its own after it."""
    completion: str | None = None
    messages: str | None = None
    """A conversation: a list of objects with a role and a content."""

    def given(self) -> dict[str, str]:
        """Those that are not None, by what they are."""
        return {role: name for role, name in vars(self).items() if name is not None}


class Raw(NamedTuple):
    """A row as its format has it."""

    number: int
    cells: dict[str, Any]
    """Values by column; empty for a blank row."""
    problem: str = ""
    """Why it cannot be read, where it cannot."""

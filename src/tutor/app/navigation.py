"""Where a screen asks the app to go. Screens post these; the app alone knows all screens."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message


@dataclass
class OpenLesson(Message):
    """Open a lesson by the name of its file, at a step or where the learner left it."""

    name: str
    step: str = ""


@dataclass
class OpenLab(Message):
    """Open a lab of the playground by its name."""

    name: str


@dataclass
class OpenLine(Message):
    """Open the lab of a command line, filled in as it says."""

    line: str


class OpenReview(Message):
    """Open the list of guesses that were off."""


class GoHome(Message):
    """Back to the home screen."""

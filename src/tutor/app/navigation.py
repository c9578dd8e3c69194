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


class GoHome(Message):
    """Back to the home screen."""

"""What the user is told when something cannot be done: one line that says what, why and what to do."""

from __future__ import annotations


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
        return f"{self.what}: {self.why}; {self.todo}"


class InputError(TutorError):
    """An input is unusable: missing, not text, damaged, too large, an unknown word or model."""


class UsageError(TutorError):
    """The command line, or a preset written as one, does not fit the experiment."""

    exit_status = 2


class LessonError(TutorError):
    """A lesson file breaks the format; `what` is `file:line`."""


class EngineGoneError(TutorError):
    """The engine process ended while it still owed an answer."""

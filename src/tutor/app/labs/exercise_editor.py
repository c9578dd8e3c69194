"""The editor for a learner's function, and the file that keeps what is written in it."""

from __future__ import annotations

import re
from pathlib import Path

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from tutor import paths, storage
from tutor.engine import exercises

INDENT = "    "
MOST = 20_000
"""Characters that the editor takes. A megabyte that was pasted by mistake would hold up the app for seconds."""


class CodeEditor(TextArea):
    """Python code. Enter keeps the indentation and adds to it after a colon; tab leads on to the next part."""

    DEFAULT_CSS = """
    CodeEditor { height: 2fr; min-height: 3; border: none; padding: 0; scrollbar-size: 1 1; }
    CodeEditor:focus { border: none; }
    """

    class TooLong(Message):
        """What was pasted is more than the editor takes; nothing of it was taken."""

    def __init__(self) -> None:
        super().__init__(soft_wrap=True, show_line_numbers=True, compact=True)

    async def _on_paste(self, event: events.Paste) -> None:
        if len(self.text) + len(event.text) > MOST:  # otherwise Textual goes on with the editor's own way to paste
            event.stop()
            event.prevent_default()
            self.post_message(self.TooLong())

    async def _on_key(self, event: events.Key) -> None:
        if self.read_only:  # as long as no exercise is in it
            await super()._on_key(event)
        elif event.key == "enter":
            event.stop()
            event.prevent_default()
            row, column = self.selection.start
            self.replace("\n" + indentation(self.document.get_line(row)[:column]), *sorted(self.selection))
        elif event.key == "backspace" and self._before_cursor.endswith(INDENT) and not self._before_cursor.strip():
            event.stop()
            event.prevent_default()
            row, column = self.cursor_location
            self.replace("", (row, column - len(INDENT)), (row, column))
        else:
            await super()._on_key(event)

    @property
    def _before_cursor(self) -> str:
        """What stands on the line before the cursor, if nothing is selected."""
        row, column = self.cursor_location
        return self.document.get_line(row)[:column] if self.selection.is_empty else ""

    def put(self, text: str, undoable: bool = False) -> None:
        """Show another text with the cursor at its end; `undoable` if ctrl+z shall bring back the one before."""
        if undoable:
            self.replace(text, self.document.start, self.document.end)
        else:
            self.load_text(text)
        row = self.document.line_count - (2 if text.endswith("\n") else 1)
        self.move_cursor((row, len(self.document.get_line(row))))


def indentation(line: str) -> str:
    """What the line after this one begins with.

    >>> indentation("    for each in row:")
    '        '
    """
    spaces = re.match(r" *", line)
    assert spaces is not None
    return spaces.group() + (INDENT if line.rstrip().endswith(":") else "")


def draft_file(name: str) -> Path:
    """Where the learner's own version of an exercise is kept."""
    return paths.state() / "exercises" / exercises.find(name).starter.name


def starter(name: str) -> str:
    """What an exercise begins with."""
    return exercises.find(name).starter.read_text(encoding="utf-8")


def solution(name: str) -> str:
    """One way to write an exercise."""
    file = exercises.find(name).starter
    return (file.parent / "solutions" / file.name).read_text(encoding="utf-8")


def read_draft(name: str) -> str:
    """What the learner has written so far, or the starting code. Raises InputError if the draft cannot be read."""
    file = draft_file(name)
    return storage.read_learner_text(file) if file.exists() else starter(name)


def keep_draft(name: str, text: str) -> None:
    """Keep what is written; the old file stands until the new one is whole. Raises OSError."""
    storage.write_text(draft_file(name), text)


def hints(name: str) -> tuple[str, ...]:
    """The hints of the lesson step that asks for this exercise, the vaguest first; none if there is no such step."""
    from tutor.course import loader
    from tutor.errors import TutorError

    for file in loader.files()[::-1]:
        try:
            steps = loader.load(file).steps if "tutor exercise" in file.read_text(encoding="utf-8") else ()
        except TutorError:
            continue
        for step in steps:
            if step.task is not None and step.preset is not None and getattr(step.preset.inputs, "name", "") == name:
                return tuple(step.task.hints)
    return ()

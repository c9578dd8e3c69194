"""The lab's editor and the draft in it: kept soon after each key, and there again another day."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.widgets import TextArea

from tutor.app.labs import exercise_editor as editing
from tutor.app.labs.base import Lab
from tutor.app.later import later
from tutor.errors import TutorError

KEEP_AFTER = 0.4
"""Seconds without a key after which the draft is written."""


class DraftLab(Lab):
    """Everything of the exercise lab but its runs and its help, which `ExerciseLab` has."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.editor = editing.CodeEditor()
        self.editor.read_only = True  # until an exercise is in it
        self.name_shown = ""
        """The exercise in the editor."""
        self.entry.prompt.line.can_focus = False
        self._keeping: asyncio.TimerHandle | None = None
        self._reset_asked = False

    def compose(self) -> ComposeResult:
        first, *others = super().compose()
        yield first
        yield self.editor
        yield from others

    async def on_mount(self) -> None:
        self._open()

    def focus(self, scroll_visible: bool = True) -> DraftLab:
        self.editor.focus(scroll_visible)
        return self

    @property
    def part(self) -> str:
        """The exercise that is chosen."""
        return str(self.form.line.split()[0]) if self.form.line.split() else ""

    @property
    def inputs(self) -> Any:
        """As filled in; with the draft once there is one, so that the copied command runs what is written here."""
        inputs = super().inputs
        if inputs is None or inputs.file is not None or not editing.draft_file(inputs.name).exists():
            return inputs
        return dataclasses.replace(inputs, file=str(editing.draft_file(inputs.name)))

    async def load(self, inputs: Any) -> None:
        await super().load(inputs)
        self._open()

    async def edited(self, typed: bool) -> None:
        self._open()
        await super().edited(typed)

    # The draft

    def _open(self) -> None:
        """Show the exercise that is chosen, as far as it is written."""
        if self.part == self.name_shown:
            return
        self.keep()
        try:
            text = editing.read_draft(self.part)
        except TutorError as error:
            self.status.say(str(error), error=True)
            return
        self.name_shown = self.part
        self.editor.read_only = False
        self.remove_class("-result", "-looking")
        with self.prevent(TextArea.Changed):
            self.editor.put(text)
        self.refresh_bindings()

    @on(TextArea.Changed)
    def _on_written(self, event: TextArea.Changed) -> None:
        event.stop()
        self._reset_asked = False
        if self._keeping is not None:
            self._keeping.cancel()
        self._keeping = later(self, KEEP_AFTER, self.keep)

    @on(editing.CodeEditor.TooLong)
    def _on_too_long(self) -> None:
        self.status.say(f"too much to paste: a draft has at most {editing.MOST:,} characters", error=True)

    def keep(self) -> None:
        """Write the draft, if something in the editor is not yet on the disk."""
        if self._keeping is not None:
            self._keeping.cancel()
            self._keeping = None
            self._write()

    def _write(self) -> bool:
        if not self.name_shown:  # enter can come before an exercise is in the editor
            return False
        try:
            editing.keep_draft(self.name_shown, self.editor.text)
        except OSError as error:
            self.status.say(f"the draft cannot be kept: {error.strerror}", error=True)
            return False
        return True

    def leave(self) -> None:
        self.keep()
        super().leave()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("reset", "try", "hint") and not self.name_shown:
            return False
        return super().check_action(action, parameters)

    async def action_reset(self) -> None:
        """The starting code again, after asking; ctrl+z in the editor takes even that back."""
        self._engine_use.revive()
        if not self._reset_asked:
            self._reset_asked = True
            self.status.say("ctrl+r once more takes the starting code; any other key keeps what you wrote")
            return
        self.editor.put(editing.starter(self.name_shown), undoable=True)
        self._reset_asked = False
        self.remove_class("-result", "-looking")
        self.status.say("the starting code; ctrl+z brings yours back")

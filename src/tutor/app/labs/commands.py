"""The keys that every lab has in common, and those actions that only look: copy, export, source, words."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from rich.console import RenderableType
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tutor.app import ascii_mode
from tutor.app.labs.asking import Reply
from tutor.app.labs.company import Company
from tutor.app.labs.form import Form
from tutor.app.labs.panes import PICTURE, SOURCE, WORDS, Panes
from tutor.app.labs.status import Status
from tutor.experiments.frame import command


class Commands(Widget):
    """What a lab does with its state besides changing it. In an input line letters type, so each has a second key."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "y,ctrl+y",
            "copy_command",
            "command",
            priority=True,
            tooltip="Copy this state as a tutor command",
            id="lab.command",
        ),
        Binding(
            "e,ctrl+e",
            "export",
            "export",
            priority=True,
            tooltip="Write the picture as SVG, HTML and text",
            id="lab.export",
        ),
        Binding("s,ctrl+s", "source", "source", priority=True, tooltip="The code behind this lab", id="lab.source"),
        Binding("p,f2", "words", "words", priority=True, tooltip="The same facts in plain words", id="lab.words"),
        Binding(
            "r,ctrl+r",
            "reset",
            "reset",
            priority=True,
            show=False,
            id="lab.reset",
            tooltip="Back to where this lab began",
        ),
        Binding(
            "a,f5",
            "another",
            "another",
            priority=True,
            id="lab.another",
            tooltip="The same again with other chances",
        ),
        Binding("enter", "enter", "run", tooltip="Run this", id="lab.run"),
        Binding("pagedown", "look", "picture", show=False, tooltip="From the line to the picture", id="lab.picture"),
        Binding("escape", "stop", "stop or back", show=False, id="lab.stop"),
    ]

    form: Form
    panes: Panes
    status: Status
    reply: Reply | None
    company: Company | None = None
    """What stands beside a picture that leaves much of the screen empty; None where there is no room to spare."""

    @property
    def inputs(self) -> Any:
        """The inputs as filled in, or None while they do not fit."""
        raise NotImplementedError

    def draw(self, reply: Reply) -> RenderableType:
        """The picture of an answer; special labs draw their own."""
        return reply.picture

    def whole(self, reply: Reply) -> RenderableType:
        """All that is drawn for an answer: its picture, and what stands with it."""
        picture = self.draw(reply)
        return picture if self.company is None else self.company.joined(picture)

    def action_words(self) -> None:
        """Show the facts in plain words, or the picture again."""
        self.panes.turn(PICTURE if self.panes.face == WORDS else WORDS)

    def action_source(self) -> None:
        """Show the code behind this lab, or the picture again."""
        if self.panes.face == SOURCE:
            self.panes.turn(PICTURE)
        else:
            self.panes.turn_to_source(self.form.experiment)

    def action_copy_command(self) -> None:
        """Copy this state as a command line."""
        if self.inputs is None:
            self.status.say("nothing to copy yet", error=True)
            return
        text = command.line(self.form.experiment, self.inputs)
        self.app.copy_to_clipboard(text)
        self.status.say(f"copied: {text if len(text) < 200 else text[:199] + '…'}")

    def action_export(self) -> None:
        """Write the picture as SVG, HTML and text."""
        if self.reply is None:
            self.status.say("no picture to export yet", error=True)
            return
        from tutor.app.labs.exporting import SUFFIXES, write_picture

        try:
            where = write_picture(self.reply.question.name, self.whole(self.reply), ascii_mode.is_on(self))
        except OSError as error:
            self.status.say(f"the picture cannot be written: {error.strerror}", error=True)
        else:
            shown = where.name if where.parent == Path.cwd() else where
            self.status.say(f"wrote {shown}, {' and '.join(SUFFIXES[1:])}")

"""What is seen of a question that is not answered yet: the older answer dimmed, and a line that says why."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from tutor import experiments
from tutor.app.labs.asking import Asker, Engine, Question
from tutor.app.labs.commands import Commands
from tutor.app.labs.introduction import introduction
from tutor.app.labs.status import Reading
from tutor.app.later import later
from tutor.experiments import summary

STALE_AFTER = 0.15
"""Seconds after which an unanswered picture is dimmed; sooner would flicker."""


class Waiting(Commands):
    """Dims what answers something else than what is filled in."""

    DEFAULT_CSS = """
    Waiting.-stale > Panes, Waiting.-stale > Reading { opacity: 55%; }
    """

    HIDDEN: ClassVar[frozenset[str]] = frozenset()
    """Options that have no control here; presets still set them."""
    QUICK: ClassVar[frozenset[str]] = frozenset()
    """Long experiments that take but a second or two: a lesson's step runs its preset at once."""
    asker: Asker
    reading: Reading
    _staling: asyncio.TimerHandle | None = None
    _enter_does = ""
    """What the status said last of what enter would do."""
    _explained = False
    """Whether the status already says why the open question takes long."""

    def the_engine(self) -> Engine:
        """Where experiments that need torch are computed."""
        raise NotImplementedError

    def wait(self) -> None:
        """A question was asked; an answer within a blink changes nothing on the screen but the answer."""
        self._explained = False
        if self._staling is None:
            self._staling = later(self, STALE_AFTER, self._dim)

    def _dim(self) -> None:
        self._staling = None
        if self.asker.question is not None:
            self.add_class("-stale")
            self.say_waiting()

    def say_waiting(self) -> None:
        """Say what an open question waits for."""
        question = self.asker.question
        if question is None or self._explained or not self.has_class("-stale"):
            return
        starting = experiments.load(question.name).NEEDS_TORCH and self.the_engine().state == "starting"
        self.status.say("the engine is starting… (type on)" if starting else "computing… (type on) · escape stops")

    def wait_for_enter(self, line: str) -> None:
        """Say what enter would do; a picture that answers another question is dimmed until then."""
        if self.reply is None or self.reply.question.name != self.form.experiment:
            self.introduce()
        shown = self.reply.question if self.reply is not None else None
        self.set_class(shown is not None and shown != Question(self.form.experiment, self.inputs), "-stale")
        self.say_what_enter_does(line)

    def say_what_enter_does(self, line: str) -> None:
        """Beside a lesson the focus may be in the text, where enter does something else."""
        self._enter_does = line
        self.status.say(self._enter_does if self.has_focus_within else f"in the lab, {self._enter_does}")

    def introduce(self) -> None:
        """Say what this experiment is, where a picture of another one would mislead."""
        self.reply = None
        self.panes.fill(introduction(self.form, self.HIDDEN), [summary(self.form.experiment)])
        self.reading.say(())

    def explain(self, trouble: str) -> None:
        """Say what went wrong. What is shown, if anything, answers something else."""
        self.status.say(trouble, error=True)
        self.add_class("-stale")
        self._explained = self.asker.question is not None

    def undim(self) -> None:
        """What is shown is the answer to what is filled in."""
        if self._staling is not None:
            self._staling.cancel()
            self._staling = None
        self.remove_class("-stale")

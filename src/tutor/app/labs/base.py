"""A lab: input line, controls, picture, reading, status. Works for any experiment from its description alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.message import Message

from tutor import experiments
from tutor.app.engine_client import PATIENCE
from tutor.app.labs import line
from tutor.app.labs.answering import Answering
from tutor.app.labs.asking import Asker, Engine, News, Question, Reply
from tutor.app.labs.company import Company
from tutor.app.labs.engine_use import EngineUse
from tutor.app.labs.entry import Entry
from tutor.app.labs.form import Form
from tutor.app.labs.panes import PICTURE, Panes
from tutor.app.labs.status import Reading, Status
from tutor.app.labs.text_line import TextLine
from tutor.app.later import later
from tutor.errors import TutorError

if TYPE_CHECKING:
    from tutor.app.labs import LabInfo

DEBOUNCE = 0.03
"""Seconds between two questions, so that a burst of keys is few of them."""
TALL, SHORT, TINY = 28, 14, 8
"""From so many lines the picture has air around it; below, the reading goes, and then the controls."""


class Lab(Answering):
    """One lab, full screen in the playground or beside a lesson's text."""

    DEFAULT_CSS = """
    Lab { layout: vertical; height: 1fr; width: 1fr; }
    Lab > Panes { margin-top: 1; }
    Lab.-tall > Panes { margin: 1 0; }
    Lab.-short > Reading { display: none; }
    Lab.-short > Panes { margin-top: 0; }
    Lab.-short > Status { max-height: 1; }
    Lab.-short > Status.-error { max-height: 3; }
    Lab.-tiny Controls { display: none; }
    """
    STOP_PATIENCE: ClassVar[float] = PATIENCE
    """Seconds that a stopped experiment may take to hand in what it has."""
    HIDDEN: ClassVar[frozenset[str]] = frozenset({"device"})

    class EngineChanged(Message):
        """The engine became ready, or is gone."""

    def __init__(self, info: LabInfo, experiment: str, engine: Engine | None = None) -> None:
        super().__init__()
        self.info = info
        self.experiments = tuple(name for name in info.experiments if name in experiments.names())
        """The experiments that this lab can show."""
        self.form = Form(experiment)
        labels = dict(zip(info.experiments, info.views, strict=False))
        views = {name: labels.get(name, name) for name in self.experiments}
        self.entry = Entry(self.form, views, self.HIDDEN)
        self.panes, self.reading, self.status = self.make_panes(), Reading(), Status()
        self.reply: Reply | None = None
        """The answer that is shown, if any."""
        self._askers: list[Asker] = []
        self.asker = self.new_asker(None)
        self._engine_use = EngineUse(engine, lambda: self.post_message(self.EngineChanged()))
        self.preset = self.inputs  # what `reset` comes back to
        self._soon: asyncio.TimerHandle | None = None
        self._asked_at = 0.0

    def compose(self) -> ComposeResult:
        yield self.entry
        yield self.panes
        yield self.reading
        yield self.status

    def make_panes(self) -> Panes:
        """The picture pane; special labs have their own."""
        return Panes()

    async def on_mount(self) -> None:
        self.watch(self.panes, "spare", self.reading.follow)
        self.schedule()

    def new_asker(self, take: Callable[[News], None] | None, engine: Callable[[], Engine] | None = None) -> Asker:
        """Someone who asks for this lab, until it is left; `take` takes up the answers, the lab itself if None."""
        asker = Asker(engine or self.the_engine, lambda news: self.post_message(self.Told(news, asker, take)))
        self._askers.append(asker)
        return asker

    def leave(self) -> None:
        """Nobody looks at this lab any more."""
        for asker in self._askers:
            asker.close()

    async def on_unmount(self) -> None:
        self.leave()
        await self._engine_use.close()

    def focus(self, scroll_visible: bool = True) -> Lab:
        """Focus where one starts."""
        self.entry.focus(scroll_visible)
        return self

    def invite(self) -> None:
        """This lab has the screen to itself: a picture that leaves room gets company."""
        self.company = Company(self.new_asker(self.take_company))

    def the_engine(self) -> Engine:
        """The engine this lab was given, or one of its own from the first time that it is needed."""
        return self._engine_use.engine()

    # What is asked

    @property
    def inputs(self) -> Any:
        """The inputs as filled in, or None while they do not fit."""
        try:
            return None if self.form.is_blank else self.form.inputs()
        except TutorError:
            return None

    async def load(self, inputs: Any) -> None:
        """Fill in a preset, with a visible change, and run it."""
        self.preset = inputs
        await self.entry.fill(inputs)
        self.panes.turn(PICTURE)
        self.schedule()

    @on(Entry.Edited)
    async def _on_edited(self, event: Entry.Edited) -> None:
        await self.edited(event.typed)

    @on(Entry.Entered)
    async def _on_entered(self) -> None:
        await self.entered()

    async def edited(self, typed: bool) -> None:
        """The line (`typed`) or a control says something else now."""
        self.schedule()

    async def entered(self) -> None:
        """Enter was pressed in the line."""
        self.ask(on_request=True)

    def schedule(self) -> None:
        """Ask now, or a little later if the last question was only just asked: a burst of keys is one question."""
        if self._soon is None:
            wait = DEBOUNCE - (time.monotonic() - self._asked_at)
            if wait <= 0:
                self.ask()
            else:
                self._soon = later(self, wait, self.ask)

    @on(TextLine.Cut)
    def _on_cut(self, event: TextLine.Cut) -> None:
        self.status.note(f"only the first {line.LIMIT:,} of {event.offered:,} characters are used")

    def ask(self, on_request: bool = False) -> None:
        """Ask for what is filled in; a long experiment only when the learner says so."""
        self._soon, self._asked_at = None, time.monotonic()
        if len(self.form.line) < line.LIMIT:
            self.status.note("")
        trouble = ""
        try:
            inputs = None if self.form.is_blank else self.form.inputs()
        except TutorError as error:
            inputs, trouble = None, str(error)
        if trouble:
            self.asker.close()
            self.explain(trouble)
        elif inputs is None:
            self.asker.close()
            self.add_class("-stale")
            self.status.say(f"type here: {self.entry.placeholder}")
        elif experiments.is_long(self.form.experiment) and not on_request:
            if self.asker.question is None:
                self.wait_for_enter("enter runs this")
        else:
            self.asker.ask(Question(self.form.experiment, inputs))
            self.wait()

    @on(EngineChanged)
    def _on_engine_changed(self) -> None:
        """Say that the engine died even if nothing was asked of it just then."""
        if self.asker.question is not None:
            self.say_waiting()
        elif self.the_engine().trouble:
            self.status.say(self.the_engine().trouble, error=True)
        elif self.status.has_class("-error") and self.the_engine().state == "ready":
            self.schedule()

    # What the keys do

    async def action_reset(self) -> None:
        """Back to the preset, or to how the lab opened; an engine that is gone is started again."""
        self._engine_use.revive()
        if self.preset is not None:
            await self.load(self.preset)

    async def action_enter(self) -> None:
        """Enter outside of the line does what it does there."""
        await self.entered()

    @property
    def takes_enter(self) -> bool:
        """Whether enter does something here that has not been done yet."""
        return experiments.is_long(self.form.experiment)

    def action_look(self) -> None:
        """From the line to the picture."""
        self.panes.focus()

    async def action_another(self) -> None:
        """The next seed."""
        self.form.values["seed"] = (self.form.values["seed"] or 0) + 1
        await self.entry.refill()
        self.ask(on_request=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        if action == "enter":
            return self.takes_enter
        return action != "another" or "seed" in self.form.values

    async def action_stop(self) -> None:
        """Stop what runs, or leave words or source; otherwise the key is not for the lab."""
        if self.asker.question is not None and experiments.is_long(self.asker.question.name):
            self.asker.stop(self.STOP_PATIENCE)
            self.status.say("stopping…")
        elif self.has_class("-stale") and self.asker.question is not None and self.the_engine().state == "ready":
            self.asker.abandon()
        elif self.panes.face != PICTURE:
            self.panes.turn(PICTURE)
        else:
            raise SkipAction

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height >= TALL, "-tall")
        self.set_class(event.size.height < SHORT, "-short")
        self.set_class(event.size.height < TINY, "-tiny")
        if self.asker.question is None:
            self.call_after_refresh(self.draw_again)  # by then a newer answer may be there

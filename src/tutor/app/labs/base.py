"""A lab: input line, controls, picture, reading, status. Works for any experiment from its description alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len
from rich.console import RenderableType
from rich.text import Text
from textual import events, on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from tutor import experiments
from tutor.app.engine_client import PATIENCE
from tutor.app.labs import line
from tutor.app.labs.asking import Asker, Engine, News, Piece, Question, Reply, Stopped, Trouble
from tutor.app.labs.entry import Entry
from tutor.app.labs.form import Form
from tutor.app.labs.panes import PICTURE, SOURCE, WORDS, Panes
from tutor.app.labs.status import Status, facts
from tutor.app.labs.text_line import TextLine
from tutor.errors import TutorError
from tutor.experiments.frame import command

if TYPE_CHECKING:
    from tutor.app.labs import LabInfo

DEBOUNCE = 0.03
"""Seconds between two questions, so that a burst of keys is few of them."""
STALE_AFTER = 0.15
"""Seconds after which an unanswered picture is dimmed; sooner would flicker."""
TALL, SHORT, TINY = 28, 14, 8
"""From so many lines the picture has air around it; below, the reading goes, and then the controls."""


class Lab(Widget):
    """One lab, full screen in the playground or beside a lesson's text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,ctrl+y", "copy_command", "command", priority=True, tooltip="Copy this state as a tutor command"),
        Binding("e,ctrl+e", "export", "export", priority=True, tooltip="Write the picture to an SVG file"),
        Binding("s,ctrl+s", "source", "source", priority=True, tooltip="The code behind this lab"),
        Binding("p,f2", "words", "words", priority=True, tooltip="The same facts in plain words"),
        Binding("r,ctrl+r", "reset", "reset", priority=True, show=False, tooltip="Back to where this lab began"),
        Binding("escape", "stop", "stop or back", show=False),
    ]
    DEFAULT_CSS = """
    Lab { layout: vertical; height: 1fr; width: 1fr; }
    Lab > #reading { height: 2; padding: 0 2; color: $text; }
    Lab > Panes { margin-top: 1; }
    Lab.-stale > Panes, Lab.-stale > #reading { opacity: 55%; }
    Lab.-tall > Panes { margin: 1 0; }
    Lab.-short > #reading { display: none; }
    Lab.-short > Panes { margin-top: 0; }
    Lab.-tiny Controls { display: none; }
    """
    STOP_PATIENCE: ClassVar[float] = PATIENCE
    """Seconds that a stopped experiment may take to hand in what it has."""
    HIDDEN: ClassVar[frozenset[str]] = frozenset({"device"})
    """Options that have no control here; presets still set them."""

    class Answered(Message):
        """A result is shown."""

        def __init__(self, lab: Lab, name: str, inputs: Any, result: Any) -> None:
            self.lab, self.name, self.inputs, self.result = lab, name, inputs, result
            super().__init__()

        @property
        def control(self) -> Lab:
            return self.lab

    class Told(Message):
        """News from the asker, taken up in the lab's own queue."""

        def __init__(self, news: News) -> None:
            self.news = news
            super().__init__()

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
        self.entry, self.panes, self.status = Entry(self.form, views, self.HIDDEN), self.make_panes(), Status()
        self.reply: Reply | None = None
        """The answer that is shown, if any."""
        self.asker = Asker(self.the_engine, lambda news: self.post_message(self.Told(news)))
        self._engine = engine
        self._own_engine: Any = None
        self._unwatch: Callable[[], None] | None = None
        self._preset = self.inputs
        self._soon: Timer | None = None
        self._asked_at = 0.0
        self._staling: Timer | None = None
        self._explained = False
        """Whether the status already says why the open question takes long."""

    def compose(self) -> ComposeResult:
        yield self.entry
        yield self.panes
        yield Static("", id="reading", markup=False)
        yield self.status

    def make_panes(self) -> Panes:
        """The picture pane; special labs have their own."""
        return Panes()

    async def on_mount(self) -> None:
        self.schedule()

    def leave(self) -> None:
        """Nobody looks at this lab any more."""
        self.asker.close()

    async def on_unmount(self) -> None:
        self.leave()
        if self._unwatch is not None:
            self._unwatch()
        if self._own_engine is not None:
            await self._own_engine.stop()

    def focus(self, scroll_visible: bool = True) -> Lab:
        """Focus where one starts."""
        self.entry.focus(scroll_visible)
        return self

    def the_engine(self) -> Engine:
        """The engine this lab was given, or one of its own from the first time that it is needed."""
        if self._engine is None:
            from tutor.app.engine_client import EngineClient

            self._engine = self._own_engine = EngineClient()
        if self._unwatch is None:
            self._unwatch = self._engine.watch(lambda: self.post_message(self.EngineChanged()))
        return self._engine

    # What is asked

    @property
    def inputs(self) -> Any:
        """The inputs as filled in, or None while they do not fit."""
        try:
            return None if self.form.is_blank else self.form.inputs()
        except TutorError:
            return None

    async def load(self, inputs: Any) -> None:
        """Fill in a preset, with a visible change, and run it. It is what `reset` comes back to."""
        self._preset = inputs
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
                self._soon = self.set_timer(wait, self.ask)

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
        if inputs is None:
            self.asker.close()
            self.status.say(trouble or f"type here: {self.entry.placeholder}", error=bool(trouble))
            self.add_class("-stale")
        elif experiments.is_long(self.form.experiment) and not on_request:
            if self.asker.question is None:
                self.status.say("enter runs this")
        else:
            self._explained = False
            self.asker.ask(Question(self.form.experiment, inputs))
            self._wait()

    def _wait(self) -> None:
        if self._staling is None:
            self._staling = self.set_timer(STALE_AFTER, self._dim)

    def _dim(self) -> None:
        """The answer takes its time: dim the older one, and say what is waited for."""
        self._staling = None
        if self.asker.question is not None:
            self.add_class("-stale")
            self.say_waiting()

    @on(EngineChanged)
    def _on_engine_changed(self) -> None:
        """Say that the engine died even if nothing was asked of it just then."""
        if self.asker.question is not None:
            self.say_waiting()
        elif self.the_engine().trouble:
            self.status.say(self.the_engine().trouble, error=True)
        elif self.status.has_class("-error") and self.the_engine().state == "ready":
            self.schedule()

    def say_waiting(self) -> None:
        """Say what an open question waits for."""
        question = self.asker.question
        if question is None or self._explained or not self.has_class("-stale"):
            return
        starting = experiments.load(question.name).NEEDS_TORCH and self.the_engine().state == "starting"
        self.status.say("the engine is starting… (type on)" if starting else "computing… (type on)")

    # What is answered

    @on(Told)
    def _on_told(self, event: Told) -> None:
        news = event.news
        if isinstance(news, Piece):
            self.on_piece(news)
            return
        if self.asker.question is None:
            self.undim()
        if isinstance(news, Reply):
            self.on_reply(news)
        elif isinstance(news, Trouble):
            self.status.say(news.line, error=True)
            self.add_class("-stale")  # what is shown, if anything, answers something else
            self._explained = self.asker.question is not None
        elif isinstance(news, Stopped):
            self.status.say("stopped")

    def undim(self) -> None:
        """What is shown is the answer to what is filled in."""
        if self._staling is not None:
            self._staling.stop()
            self._staling = None
        self.remove_class("-stale")

    def on_piece(self, piece: Piece) -> None:
        """A long experiment says how far it is."""
        from tutor import views

        view = views.view(piece.question.name)
        if hasattr(view, "progress"):
            self.status.say(view.progress(piece.record))

    def on_reply(self, reply: Reply) -> None:
        """Show an answer."""
        self.reply = reply
        self.show_reply(reply)
        needs_torch = experiments.load(reply.question.name).NEEDS_TORCH
        self.status.say(facts(reply, self.the_engine().device if needs_torch else "cpu"))
        self.post_message(self.Answered(self, reply.question.name, reply.question.inputs, reply.result))

    def show_reply(self, reply: Reply) -> None:
        """Draw an answer and say in words what it shows."""
        self.panes.fill(self.draw(reply), reply.words)
        room = 2 * self.size.width - 12  # two lines, less what breaking between words may cost
        both = " ".join(reply.words[:2])
        self.read(both if cell_len(both) <= room else "".join(reply.words[:1]))

    def read(self, text: str) -> None:
        """Say under the picture what it shows."""
        self.query_one("#reading", Static).update(Text(text))

    def draw(self, reply: Reply) -> RenderableType:
        """The picture of an answer; special labs draw their own."""
        return reply.picture

    # What the keys do

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
        """Write the picture to an SVG file."""
        if self.reply is None:
            self.status.say("no picture to export yet", error=True)
            return
        from tutor.app.labs.exporting import write_picture

        try:
            where = write_picture(self.reply.question.name, self.draw(self.reply))
        except OSError as error:
            self.status.say(f"the picture cannot be written: {error.strerror}", error=True)
        else:
            self.status.say(f"wrote {where.name if where.parent == Path.cwd() else where}")

    async def action_reset(self) -> None:
        """Back to the preset, or to how the lab opened; an engine that is gone is started again."""
        if self._engine is not None and self._engine.state == "gone":
            self._engine.restart()
        if self._preset is not None:
            await self.load(self._preset)

    async def action_stop(self) -> None:
        """Stop what runs, or leave words or source; otherwise the key is not for the lab."""
        if self.asker.question is not None and experiments.is_long(self.asker.question.name):
            self.asker.stop(self.STOP_PATIENCE)
            self.status.say("stopping…")
        elif self.panes.face != PICTURE:
            self.panes.turn(PICTURE)
        else:
            raise SkipAction

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height >= TALL, "-tall")
        self.set_class(event.size.height < SHORT, "-short")
        self.set_class(event.size.height < TINY, "-tiny")
        if self.reply is not None:
            self.call_after_refresh(self.show_reply, self.reply)

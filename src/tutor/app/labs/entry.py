"""The top of a lab: the line one types in and the controls, held together by a form."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from tutor import experiments
from tutor.app.labs import controls
from tutor.app.labs import line as line_of
from tutor.app.labs.controls import Controls, Setting
from tutor.app.labs.dials import Words
from tutor.app.labs.form import Form, name_of
from tutor.app.labs.offers import first_words, names_of
from tutor.app.labs.text_line import Prompt
from tutor.app.later import beside, later
from tutor.experiments.frame.inputs import Option

GROWS = "tokenizer"
"""The source that a lab itself adds to."""
FLASH = 0.6
"""Seconds for which a preset that was just loaded is marked."""
FIRST = "first"
"""The control that puts what the line begins with."""
VIEW = "view"
"""The control that chooses among the experiments of a lab."""


class Entry(Widget):
    """Shows a form and keeps it in step with what is typed and turned."""

    DEFAULT_CSS = """
    Entry { layout: vertical; height: auto; width: 1fr; }
    Entry > Controls.-loaded { background: $accent 20%; }
    """

    class Edited(Message):
        """The form says something else now: its line (`typed`) or a control."""

        def __init__(self, typed: bool) -> None:
            self.typed = typed
            super().__init__()

    class Entered(Message):
        """Enter was pressed."""

    class Extra(Message):
        """A control that belongs to no field has a new value."""

        def __init__(self, name: str, value: Any) -> None:
            self.name, self.value = name, value
            super().__init__()

    def __init__(self, form: Form, views: Mapping[str, str], hidden: Collection[str]) -> None:
        super().__init__()
        self.form, self.views, self.hidden = form, views, hidden
        self.extras: Callable[[], Iterable[Setting]] = tuple
        """Further controls that a special lab puts in front; their changes are posted as `Extra`."""
        self.prompt = Prompt(form.line, self.placeholder)
        self.controls = Controls()
        self._found: dict[tuple[str, Any], tuple[str, ...]] = {}
        """The names that each source offers, of the kind of a default."""
        self._focus_due = False
        """Whether the first control shall have the focus, and does not have it yet."""

    def compose(self) -> ComposeResult:
        yield self.prompt
        yield self.controls

    async def on_mount(self) -> None:
        await self.refill()
        beside(self, self._find_names)

    def focus(self, scroll_visible: bool = True) -> Entry:
        """Focus where one starts: the line, or the first control where nothing is to be typed."""
        if self.form.arguments:
            self.prompt.line.focus(scroll_visible)
        else:
            self._focus_due = True
            self._focus_first(scroll_visible)
        return self

    def _focus_first(self, scroll_visible: bool = True) -> None:
        if self.controls.controls:
            self.controls.controls[0].focus(scroll_visible)

    def on_descendant_focus(self) -> None:
        self._focus_due = False

    @property
    def placeholder(self) -> str:
        """What may be typed."""
        return " ".join(field.spec.help for field in self.form.arguments)

    async def fill(self, inputs: Any) -> None:
        """Take over a preset, with a visible change."""
        self.form.fill(name_of(inputs), inputs)
        await self.refill()
        beside(self, partial(self._find_names, again=True))
        for part in (self.prompt, self.controls):
            part.add_class("-loaded")
        later(self, FLASH, self._unmark)

    def _unmark(self) -> None:
        for part in (self.prompt, self.controls):
            part.remove_class("-loaded")

    async def refill(self) -> None:
        """Make the line and the controls show what the form holds."""
        line = self.prompt.line
        self.prompt.display = bool(self.form.arguments)
        with self.prevent(Input.Changed):
            line.placeholder = self.placeholder
            if line.value != self.form.line:
                line.value = self.form.line
                line.cursor_position = len(self.form.line)
        await self.refill_controls()

    async def refill_controls(self) -> None:
        """The controls alone, while the line is being typed in: it may be ahead of the form."""
        await self.controls.show(
            [*self._view(), *self._first(), *self.extras(), *self.form.settings(self.hidden, self._found)]
        )
        if self._focus_due:  # the control that was to have it may have been replaced before it got it
            self._focus_first()

    def about(self) -> list[tuple[str, str]]:
        """For the help: each experiment of the lab with what it is, and each control with what it does."""
        shown = [(called, experiments.summary(name)) for name, called in self.views.items()]
        settings = [each.setting for each in self.controls.controls]
        return shown + [(each.label, each.help) for each in settings if each.help and each.name != VIEW]

    def _first(self) -> Iterable[Setting]:
        """What the line may begin with, where that is one of a few things, such as the files at hand."""
        kind, known = first_words(self.form.experiment)
        if known:
            here = next((one for one in known if one == line_of.first(self.form.line)), None)
            dial = Words((None, *known), ("…", *(one.rpartition("/")[2] for one in known)))
            yield Setting(FIRST, kind, here, dial, "One of those at hand; or type another above.")

    def _view(self) -> Iterable[Setting]:
        if len(self.views) > 1:
            dial = Words(tuple(self.views), tuple(self.views.values()))
            yield Setting(VIEW, VIEW, self.form.experiment, dial, "What is shown.")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self.form.line and event.value == event.input.value:  # not its first one, told late
            self.form.line = event.value
            self._follow_line()
            self.post_message(self.Edited(typed=True))

    def _follow_line(self) -> None:
        """The control of what the line begins with is not to go on naming what is no longer typed."""
        for control in [each for each in self.controls.controls if each.setting.name == FIRST]:
            for setting in self._first():
                control.take(setting)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered())

    @on(controls.Changed)
    async def _turned(self, event: controls.Changed) -> None:
        event.stop()
        if event.name == VIEW:
            await self.switch(event.value)
        elif event.name == FIRST:
            self.form.line = line_of.with_first(self.form.line, event.value or "")
            await self.refill()
            self.post_message(self.Edited(typed=False))
        elif event.name not in self.form.values:
            self.post_message(self.Extra(event.name, event.value))
        else:
            self.form.set(event.name, event.value)
            self.post_message(self.Edited(typed=False))

    async def switch(self, experiment: str) -> None:
        """Go to another experiment of the lab."""
        self.form.switch(experiment)
        await self.refill()
        await self._find_names()
        self.post_message(self.Edited(typed=False))

    async def _find_names(self, again: bool = False) -> None:
        """Find out, in a thread, which tokenizers, models and runs there are; `again` if there may be new ones."""
        wanted: set[tuple[str, Any]] = {
            (field.spec.source, field.default)
            for field in self.form.options
            if isinstance(field.spec, Option) and field.spec.source
        }
        wanted = {each for each in wanted if again or each not in self._found or each[0] == GROWS}
        found = {each: await asyncio.to_thread(names_of, *each) for each in wanted}
        if any(self._found.get(each) != names for each, names in found.items()):
            self._found |= found
            await self.refill_controls()

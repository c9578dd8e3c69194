"""A lesson: text left, lab right, a line between them that moves; below 100 columns they are two tabs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tutor.app.freed_memory import forget_drawn
from tutor.app.navigation import GoHome, OpenLesson
from tutor.app.parts.dots import Dots
from tutor.app.parts.ending import Ending
from tutor.app.parts.page import StepPage, task_line
from tutor.app.parts.sides import Sides
from tutor.app.parts.tasks import DoInLab, TaskView
from tutor.app.screens.judging import Judging
from tutor.course.lesson import Lesson, Outline, Step
from tutor.course.progress import Progress

if TYPE_CHECKING:
    from tutor.app.engine_client import EngineClient


class LessonScreen(Judging):
    """Walks through the steps of one lesson; `step` is the key of the one to open, if not where one left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n,ctrl+n,alt+right", "next", "next", tooltip="The next step", id="lesson.next"),
        Binding("b,ctrl+b,alt+left", "back", "back", tooltip="The step before", id="lesson.back"),
        Binding(
            "l,ctrl+l,f6", "other_side", "text / lab", tooltip="From the text to the lab, or back", id="lesson.lab"
        ),
        Binding("g,ctrl+g", "hint", "hint", tooltip="One more hint", id="lesson.hint"),
        Binding("escape", "home", "home", tooltip="Home; your place is kept", id="lesson.home"),
        Binding("r", "reload", "reload", show=False, tooltip="The step's own inputs again", id="lesson.reload"),
        Binding("left_square_bracket,f7", "divide(-4)", "narrower text", show=False, id="lesson.narrower"),
        Binding("right_square_bracket,f8", "divide(4)", "wider text", show=False, id="lesson.wider"),
    ]

    def __init__(
        self, lesson: Lesson, outlines: Sequence[Outline], progress: Progress, engine: EngineClient, step: str = ""
    ) -> None:
        super().__init__()
        self.lesson, self.outlines, self.progress = lesson, tuple(outlines), progress
        self.index = self._first_index(step)
        """The step one is at; past the last one at the end."""
        self.sides = Sides(engine)
        self._dots = Dots()
        self.lab_side = self.sides.lab_side
        self._turning = asyncio.Lock()
        """Keys are acted on in the app's queue, what is chosen on a page in the screen's: one step at a time."""

    def _first_index(self, wanted: str) -> int:
        place = self.progress.record.place
        if not wanted and place is not None and place.lesson == self.lesson.outline.name:
            wanted = place.step
        keys = [step.key for step in self.lesson.steps]
        return keys.index(wanted) if wanted in keys else 0

    def body(self) -> ComposeResult:
        yield self.sides
        yield self._dots

    async def on_mount(self) -> None:
        await self._open()

    @property
    def step(self) -> Step | None:
        """The step one is at, or None at the end."""
        return self.lesson.steps[self.index] if self.index < len(self.lesson.steps) else None

    async def _open(self) -> None:
        """Show the step one is at, and load its preset. All this takes a moment, in which one may go elsewhere."""
        async with self._turning:
            forget_drawn()
            step = self.step
            self.head(f"{self.lesson.outline.number}  {self.lesson.outline.title}", self.lesson.goal)
            if step is None:
                await self.sides.turn_to(Ending(self.lesson, self._following(), self.progress.record))
            else:
                self.progress.visit(self.lesson.outline.name, step.key)
                await self.sides.turn_to(StepPage(step, self._is_done(step)))
            if self.is_attached:
                await self._load_preset(step)
            if self.is_attached:
                self._show_dots()
                self.refresh_bindings()

    async def _load_preset(self, step: Step | None) -> None:
        """The step's own preset; where it has none, the one before it, unless the lab has that already."""
        if step is None:
            self.lab_side.covered = False
            return
        preset = self.lesson.preset_for(self.index)
        if step.preset is None and step.kind != "predict" and preset == self.lab_side.preset:
            preset = None  # what the learner did with it stays
        self.lab_side.task_line, self.lab_side.done = task_line(step), self._is_done(step)
        self.lab_side.covered = False
        hidden = self.asked is not None and self.asked.COVERED
        if preset is not None:
            await self.lab_side.show(preset, hidden)
        if self.is_attached:
            self.lab_side.covered = hidden
            self.lab_side.write_caption()

    def _is_done(self, step: Step) -> bool:
        return (self.lesson.outline.name, step.key) in self.progress.record.done

    def _following(self) -> Outline | None:
        return next((each for each in self.outlines if each.number > self.lesson.outline.number), None)

    def _show_dots(self) -> None:
        self._dots.show(tuple(self._is_done(step) for step in self.lesson.steps), self.index)

    def _mark_done(self, step: Step) -> None:
        self.progress.mark_done(self.lesson.outline.name, step.key)
        self._show_dots()
        self.lab_side.done = self.step is not None and self._is_done(self.step)
        self.lab_side.write_caption()

    # What the learner does in the text.

    @on(TaskView.Finished)
    def _finished(self, event: TaskView.Finished) -> None:
        self._mark_done(event.step)
        self.refresh_bindings()

    # Keys.

    async def action_next(self) -> None:
        """The next step; a step that only has to be read counts as done then."""
        if self.step is None:
            return
        if self.step.kind == "read":
            self._mark_done(self.step)
        self.index += 1
        await self._open()

    async def action_back(self) -> None:
        """The step before."""
        if self.index:
            self.index -= 1
            await self._open()

    @on(StepPage.GoOn)
    async def _go_on(self) -> None:
        await self.action_next()

    @on(Dots.Picked)
    async def _jump(self, event: Dots.Picked) -> None:
        await self.jump(event.index)

    async def jump(self, index: int) -> None:
        """Go to a step by its place."""
        self.index = index
        await self._open()

    @on(Ending.Wanted)
    async def _wanted(self, event: Ending.Wanted) -> None:
        if event.step is not None:
            await self.jump(event.step)
        else:
            self.post_message(OpenLesson(event.lesson) if event.lesson else GoHome())

    def action_hint(self) -> None:
        """One more hint."""
        if isinstance(self.asked, DoInLab):
            if self.has_class("-narrow"):
                self.sides.read()
            self.asked.hint()
            self.refresh_bindings()

    async def action_reload(self) -> None:
        """The step's own inputs again."""
        async with self._turning:
            preset, task = self.lab_side.preset, self.asked
            if preset is None or self.lab_side.covered:
                return
            if self.lab_side.engine.state == "gone":
                self.lab_side.engine.restart()
            waits = task is not None and task.COVERED and not task.done
            await self.lab_side.show(preset, hidden=waits)
            if waits and self.lab_side.lab is not None:
                self.lab_side.lab.ask(on_request=True)  # the answer that the task still waits for

    def about(self) -> list[tuple[str, str]]:
        lab = self.lab_side.lab
        return [] if lab is None or self.lab_side.covered else lab.entry.about()

    def action_home(self) -> None:
        self.post_message(GoHome())

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        task = self.asked if self.is_mounted else None
        if action == "hint":
            return isinstance(task, DoInLab) and not task.done and task.shown < len(task.hints)
        if action == "back":
            return self.index > 0
        if action == "divide":
            return not self.has_class("-narrow")
        if action == "reload":
            return self.is_mounted and self.lab_side.preset is not None and not self.lab_side.covered
        return not (action == "next" and self.step is None)

    def action_other_side(self) -> None:
        self.sides.other()

    def action_divide(self, by: int) -> None:
        self.sides.divide(by)

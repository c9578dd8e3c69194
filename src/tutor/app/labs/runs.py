"""The time machine: a slider over a fine-tuning run's checkpoints, and the report of what the run has changed."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tutor import paths
from tutor.app.labs import line as line_of
from tutor.app.labs.answering import together
from tutor.app.labs.asking import News, Question, Reply
from tutor.app.labs.base import Lab
from tutor.app.labs.form import name_of
from tutor.app.labs.panes import Panes
from tutor.app.labs.walked_panes import Moved, Pointed, WalkedPanes
from tutor.app.navigation import OpenLine
from tutor.experiments.frame import command

TIMELINE, REPORT = "timeline", "report"
KEPT = 100
"""Answers that are remembered, so that going back shows them at once."""
_LIMITS = ("checkpoint", "layer", "head")


class RunsLab(Lab):
    """While one checkpoint is looked at, the others are asked for, so that moving the slider takes no time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f3",
            "slide(-1)",
            "earlier",
            priority=True,
            tooltip="One checkpoint back; also ← over the picture",
            id="runs.earlier",
        ),
        Binding(
            "f4",
            "slide(1)",
            "later",
            priority=True,
            tooltip="One checkpoint on; also → over the picture",
            id="runs.later",
        ),
        Binding(
            "v,f9",
            "other_view",
            "report / time machine",
            priority=True,
            tooltip="From one view to the other",
            id="runs.view",
        ),
        Binding("u,f10", "use", "use model", priority=True, tooltip="Let the tuned model write", id="runs.use"),
    ]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._kept: dict[Question, Reply] = {}
        self._ahead = self.new_asker(self._take_ahead)
        self._run, self._view = newest_run(), self.form.experiment
        self.form.line = self._run
        if self._view == TIMELINE:
            self.form.values |= {"checkpoint": None}
        self.preset = self.inputs

    def make_panes(self) -> Panes:
        return WalkedPanes()

    def focus(self, scroll_visible: bool = True) -> RunsLab:
        """On the picture, where arrows move the slider, unless a run has still to be named."""
        (self.entry if self.form.is_blank else self.panes).focus(scroll_visible)
        return self

    @property
    def hint(self) -> str:
        if self.form.experiment != TIMELINE:
            return self.tip("other_view", "the time machine")
        if self.panes.has_focus:
            return "← → the slider"
        return together(self.tip("slide(-1)", "earlier"), self.tip("slide(1)", "later"))

    # What is asked

    def ask(self, on_request: bool = False) -> None:
        """Show at once what is known already."""
        kept = None if self.inputs is None else self._kept.get(Question(self.form.experiment, self.inputs))
        if kept is None:
            super().ask(on_request)
            if not newest_run() and self.form.is_blank:
                self.introduce()
                self.remove_class("-stale")
                self.status.say("there is no run yet: the fine-tuning lab makes one")
            return
        self._soon = None
        self.asker.close()
        self.undim()
        self.on_reply(kept)

    def on_reply(self, reply: Reply) -> None:
        if reply.question.name == TIMELINE:
            self._keep(reply)
            self.call_later(self._limit, reply.result)
        super().on_reply(reply)
        self.refresh_bindings()
        self._look_ahead()

    def _keep(self, reply: Reply) -> None:
        """Remember an answer, also under the number of the checkpoint that it is about."""
        numbered = dataclasses.replace(reply.question.inputs, checkpoint=reply.result.checkpoint)
        for question in (reply.question, Question(TIMELINE, numbered)):
            self._kept[question] = reply
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]

    def _look_ahead(self) -> None:
        """Ask for a checkpoint that is not known yet, the nearest first."""
        reply = self.reply
        if reply is None or reply.question.name != TIMELINE or self._ahead.question is not None:
            return
        here, count = reply.result.checkpoint, len(reply.result.checkpoints)
        for place in sorted(range(count), key=lambda place: abs(place - here)):
            question = Question(TIMELINE, dataclasses.replace(reply.question.inputs, checkpoint=place))
            if question not in self._kept:
                self._ahead.ask(question)
                return

    def _take_ahead(self, news: News) -> None:
        if isinstance(news, Reply):
            self._keep(news)
            self._look_ahead()

    async def _limit(self, result: Any) -> None:
        """Keep the controls within the run and the model."""
        highs = dict(zip(_LIMITS, (len(result.checkpoints) - 1, result.layers - 1, result.heads - 1), strict=True))
        if self.form.highs != highs:
            self.form.highs = highs
            await self.entry.refill_controls()

    # What the keys do

    @on(Moved)
    async def _on_moved(self, event: Moved) -> None:
        """← and → move the slider; up and down scroll."""
        event.stop()
        if event.right and self.form.experiment == TIMELINE:
            await self.action_slide(event.right)
        else:
            self.panes.scroll_relative(event.right, event.down, animate=False)

    @on(Pointed)
    async def _on_pointed(self, event: Pointed) -> None:
        """A click on the slider goes there."""
        event.stop()
        if self._shown is not None and event.row <= 1:
            from tutor.views.records import timeline

            width = self.panes.scrollable_content_region.width
            await self._go(timeline.place_at(self._shown, event.column, width))

    @property
    def _shown(self) -> Any:
        """The checkpoint's record that is shown, if one is."""
        reply = self.reply
        fits = reply is not None and reply.question.name == TIMELINE == self.form.experiment
        return reply.result if reply is not None and fits else None

    async def action_slide(self, by: int) -> None:
        """So many checkpoints on."""
        if self._shown is None:
            return
        asked = self.form.values["checkpoint"]
        here = self._shown.checkpoint if asked is None else asked
        await self._go(here + by)

    async def _go(self, place: int) -> None:
        self.form.values["checkpoint"] = min(max(place, 0), len(self._shown.checkpoints) - 1)
        await self.entry.refill_controls()
        self.ask()

    async def action_other_view(self) -> None:
        """From the report to the time machine of the same run, or back."""
        await self.entry.switch(REPORT if self.form.experiment == TIMELINE else TIMELINE)

    async def edited(self, typed: bool) -> None:
        """Another view shows the run at hand; another text or run begins at its last checkpoint."""
        if self.form.experiment != self._view:
            self._view = self.form.experiment
            self.refresh_bindings()
            if line_of.first(self.form.line) != self._run:
                self.form.line = self._run
                await self.entry.refill()
        elif line_of.first(self.form.line).split()[:1] != self._run.split():
            self._run = (line_of.first(self.form.line).split() or [""])[0]
            if self.form.experiment == TIMELINE:
                self.form.values["checkpoint"] = None
                await self.entry.refill_controls()
        self.schedule()

    async def load(self, inputs: Any) -> None:
        self._run, self._view = inputs.run, name_of(inputs)
        await super().load(inputs)

    def action_use(self) -> None:
        """Open the tuned model where it can be tried."""
        if self.reply is not None:
            self.post_message(OpenLine(use_line(self.reply.result)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        if action == "slide":
            return self._shown is not None
        if action == "use":
            return self.reply is not None
        return super().check_action(action, parameters)


def use_line(result: Any) -> str:
    """The command line that tries the model of a run, given by its report, its end or a checkpoint."""
    if result.task == "classify":
        text = "Your parcel is waiting: pay 2 pounds today"
        return command.line("classify", command.parse(f"tutor classify '{text}' --task {result.name}")[1])
    inputs = command.parse("tutor generate Once")[1]
    return command.line("generate", dataclasses.replace(inputs, text=result.prompt or "Once", model=result.name))


def newest_run() -> str:
    """The fine-tuning run that was worked on last, if there is any, best one that has kept checkpoints."""
    from tutor.engine import run_folder

    runs = [run_folder.RunFolder(paths.runs() / name) for name in run_folder.names()]
    runs.sort(key=lambda run: (bool(run.checkpoints()), run.path.stat().st_mtime))
    return runs[-1].name if runs else ""

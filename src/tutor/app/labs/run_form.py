"""The form of a fine-tuning run: what the file is at once, and what the run would take when the form rests."""

from __future__ import annotations

import asyncio
import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on

from tutor.app.labs import finetune_form
from tutor.app.labs.asking import Engine, Question, Reply
from tutor.app.labs.base import Lab
from tutor.app.labs.entry import Entry
from tutor.app.labs.finetune_form import FILE, MORE, RESUME, Unfinished
from tutor.app.labs.job import Job, job_of
from tutor.app.later import beside
from tutor.errors import TutorError

if TYPE_CHECKING:
    from tutor.engine.file_facts import FileFacts

REST = 0.7
"""Seconds without a change after which what a run would take is measured."""
FINETUNE = "finetune"


class RunForm(Lab):
    """Everything before the run; `FinetuneLab` has the run itself and what comes after it."""

    HIDDEN: ClassVar[frozenset[str]] = finetune_form.HIDDEN | finetune_form.RARE | {"lora_rank"}

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._job: Job | None = None
        self._files = finetune_form.files_at_hand()
        self._more = False
        self._runs: tuple[Unfinished, ...] = ()
        self._facts: FileFacts | None = None
        self.report: Reply | None = None
        """What the run that has ended has changed."""
        self.entry.extras = lambda: finetune_form.extras(self.form, self._files, self._runs, self._more)
        self.form.values["name"] = None  # the example's name is taken after the first run
        self.form.line = self._files[0]
        self.form.values["minutes"] = 0.5
        self.preset = self.inputs
        self._hide()

    def _hide(self) -> None:
        self.entry.hidden = finetune_form.hidden(self.form, self._more)

    @property
    def job(self) -> Job:
        """The run, also one that was started before this lab was opened."""
        if self._job is None:
            self._job = self.new_job()
        return self._job

    def new_job(self) -> Job:
        """The run of this lab's engine, with this lab listening to it."""
        job = job_of(self.main_engine())
        job.on_forecast = self._show_form
        return job

    def main_engine(self) -> Engine:
        """The engine that answers everything but the long run."""
        return self.the_engine()

    async def load(self, inputs: Any) -> None:
        self.preset = inputs
        self.form.fill(FINETUNE, inputs)
        self._hide()
        await super().load(inputs)
        self._rest()

    async def _refill(self) -> None:
        self._hide()
        await self.entry.refill_controls()

    @on(Entry.Extra)
    async def _on_extra(self, event: Entry.Extra) -> None:
        if event.name == FILE:
            self.form.line = str(event.value) if event.value is not None else ""
            await self.entry.refill()
        elif event.name == RESUME:
            self.form.values["resume"] = event.value
        elif event.name == MORE:
            self._more = bool(event.value)
        await self.edited(typed=False)

    async def edited(self, typed: bool) -> None:
        await self._refill()
        self.schedule()
        self._rest()

    def _rest(self) -> None:
        """Look at the file at once, and measure when nothing has changed for a moment after that."""
        if self.job.runs:
            return
        self._clear()
        beside(self, self._look, group="look", exclusive=True)

    def _clear(self) -> None:
        """What an earlier run has shown gives way to the form, once that says something else."""
        question = self.job.question
        if self.reply is not None and (question is None or self._asked() != question.inputs):
            self.reply = self.report = None
            self.refresh_bindings()

    async def _look(self) -> None:
        """What can be said of the file without a model."""
        from tutor.engine import file_facts

        self._runs = await asyncio.to_thread(finetune_form.unfinished)
        inputs, self._facts = self._asked(), None
        if inputs is not None and inputs.file:
            try:
                self._facts = await asyncio.to_thread(file_facts.glance, dataclasses.asdict(inputs))
            except TutorError as error:
                self.status.say(str(error), error=True)
            else:
                if self.asker.question is None and self.reply is None:
                    self.say_what_enter_does("enter starts")
        await self._refill()
        self._show_form()
        await asyncio.sleep(REST)
        self._measure()

    def _asked(self) -> Any:
        """The inputs of the run that enter would start; None while the form does not fit."""
        inputs = self.inputs
        return None if inputs is None else dataclasses.replace(inputs, estimate=False)

    def _forecast(self) -> Question | None:
        """What is asked to find out what a run would take: its name, and a run to go on with, change nothing."""
        inputs = self._asked()
        if inputs is None or not inputs.file or inputs.resume is not None:
            return None
        return Question(FINETUNE, dataclasses.replace(inputs, estimate=True, name=None))

    def _measure(self) -> None:
        question = self._forecast()
        if question is not None and self._facts is not None and self.is_attached and not self.disabled:
            beside(self, partial(self.job.forecast, question), group="forecast")
            self._show_form()

    def _show_form(self) -> None:
        """What the file is and what a run would take, while none runs and none is shown."""
        if self.job.runs or self.reply is not None or not self.is_attached:
            return
        from tutor.app.labs.finetune_pictures import before

        question = self._forecast()
        known = None if question is None else self.job.forecast_of(question)
        words = [] if known is None else [each for each in known.words if each not in known.result.notes]
        measuring = question is not None and self.job.forecaster.question == question
        self.panes.fill(before(self._facts, words, self._runs, measuring), words)
        self.reading.say(())  # the picture is these words
        self.undim()

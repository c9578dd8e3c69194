"""The fine-tuning lab: a file of one's own, what it would take, a live curve, and the proof of what has changed."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

from rich.console import RenderableType
from textual.binding import Binding, BindingType

from tutor.app.labs import finetune_form
from tutor.app.labs.answering import together
from tutor.app.labs.asking import Engine, News, Piece, Question, Reply
from tutor.app.labs.job import Job
from tutor.app.labs.run_form import FINETUNE, RunForm
from tutor.app.later import beside
from tutor.app.navigation import OpenLine

REPORT = "report"


class FinetuneLab(RunForm):
    """One run at a time, in a process of its own; it goes on while other labs are used."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "train", "train", tooltip="Start the run", id="finetune.train"),
        Binding(
            "o,f3",
            "go_on",
            "go on",
            priority=True,
            tooltip="Go on with the run that was stopped last",
            id="finetune.go_on",
        ),
        Binding(
            "z,f4",
            "pause",
            "pause",
            priority=True,
            tooltip="Keep the run's state and end it; it can go on later",
            id="finetune.pause",
        ),
        Binding(
            "v,f9",
            "time_machine",
            "time machine",
            priority=True,
            tooltip="Through the run's checkpoints",
            id="finetune.time_machine",
        ),
        Binding(
            "u,f10",
            "use",
            "use model",
            priority=True,
            tooltip="Try the tuned model in another lab",
            id="finetune.use",
        ),
    ]
    STOP_PATIENCE: ClassVar[float] = 120.0
    """Measuring, sampling and saving what was learned takes a while."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._reporter = self.new_asker(self._take_report, super().the_engine)

    def the_engine(self) -> Engine:
        return self.job.engine

    def main_engine(self) -> Engine:
        return super().the_engine()

    def new_job(self) -> Job:
        job = super().new_job()
        self.asker = job.asker
        job.listener = self._listen
        return job

    def _listen(self, news: News) -> None:
        """The run says something."""
        self.post_message(self.Told(news, self.asker))

    async def on_mount(self) -> None:
        job = self.job
        if job.question is not None:
            self.form.fill(job.question.name, job.question.inputs)
            self._hide()
            await self.entry.refill()  # the line too: it is to name the file of this run, not the one at hand
            if job.records:
                self.on_piece(Piece(job.question, job.records[-1]))
            if job.news is not None:
                self.post_message(self.Told(job.news, job.asker))
        self._rest()

    def leave(self) -> None:
        """The run goes on."""
        self._reporter.close()
        if self._job is not None and self._job.listener == self._listen:  # no other lab listens by now
            self._job.listener, self._job.on_forecast = lambda news: None, lambda: None
            self._job.drop_forecast()

    # The run

    async def entered(self) -> None:
        self.action_train()

    def action_train(self) -> None:
        """Start the run, unless there is one."""
        self.ask(on_request=True)

    async def action_go_on(self) -> None:
        """Go on with the run that was stopped last."""
        if self._runs and not self.job.runs:
            self.form.values["resume"] = self.form.values["resume"] or self._runs[0].name
            await self._refill()
            self.ask(on_request=True)

    def ask(self, on_request: bool = False) -> None:
        self._soon = None
        inputs = self._asked()
        if self.job.runs:
            if on_request:
                pauses = self.tip("pause", "pauses it")
                self.status.say(together("a run is under way · escape ends it and keeps what it has learned", pauses))
        elif not on_request or inputs is None:
            super().ask()
        else:
            self.reply = self.report = None
            question = Question(FINETUNE, inputs)
            self.job.start(question, self._forecast())
            self.form.values["resume"] = None
            self.reading.say(())
            self.refresh_bindings()
            self.status.say("the engine is starting… (it measures first, then trains)")

    def on_piece(self, piece: Piece) -> None:
        """The curve so far, and what the model writes."""
        from tutor.app.labs.finetune_pictures import during
        from tutor.experiments.frame.tuning import Sampled, Update
        from tutor.views.records.finetune import OF, progress

        started, *others = self.job.records
        updates = [record for record in others if isinstance(record, Update)]
        samples = [record for record in others if isinstance(record, Sampled)]
        said = progress(updates[-1] if updates else started)
        self.undim()
        self.panes.fill(during(started, updates, samples, self.panes.scrollable_content_region.height), [said])
        self.status.say(together(f"{said} · escape ends it", self.tip("pause", "pauses it")))
        measured = [update.held_out_loss for update in updates if update.held_out_loss is not None]
        now = f"; it is {measured[-1]:.3f} now" if measured else ""
        self.reading.say([f"Before training, the held-out loss was {started.loss:.3f} {OF[started.task]}{now}."])

    async def action_pause(self) -> None:
        """Keep the run's state and end its process, which may take seconds: the app waits for no action's end."""
        self.status.say("pausing… (its state is being kept)")
        beside(self, self._pause)

    async def _pause(self) -> None:
        await self.job.pause()
        self._runs = await asyncio.to_thread(finetune_form.unfinished)
        await self._refill()
        self._show_form()
        self.refresh_bindings()
        self.status.say(f"paused; {self.tip('go_on', 'goes on with it') or 'it can go on'}, also another day")

    # After it

    def on_reply(self, reply: Reply) -> None:
        """The end of a run is shown at once; what it has changed is then worked out in the other process."""
        super().on_reply(reply)
        beside(self, self._find_unfinished)
        self.refresh_bindings()
        from tutor.experiments import load

        self._reporter.ask(Question(REPORT, load(REPORT).Inputs(reply.result.name)))

    async def _find_unfinished(self) -> None:
        self._runs = await asyncio.to_thread(finetune_form.unfinished)
        await self._refill()

    def _take_report(self, news: News) -> None:
        if isinstance(news, Reply) and self.reply is not None and news.result.name == self.reply.result.name:
            self.report = news
            self.show_reply(self.reply)
            self.say_facts(self.reply)

    def draw(self, reply: Reply) -> RenderableType:
        return reply.picture if self.report is None else self.report.picture

    def sentences(self, reply: Reply) -> list[str]:
        return reply.words if self.report is None else self.report.words

    @property
    def hint(self) -> str:
        if self.reply is None:
            return ""
        goes_on = self.tip("go_on", "goes on") if self.reply.result.finished == "cancelled" else ""
        return together(goes_on, self.tip("time_machine", "time machine"), self.tip("use", "use it"))

    @property
    def _has_checkpoints(self) -> bool:
        """Whether the run that is shown has trained the decoder itself."""
        made = self.reply.result if self.reply is not None else None
        return made is not None and (made.task, made.method) != ("classify", "head")

    def action_time_machine(self) -> None:
        """Open the run's checkpoints."""
        if self.reply is not None:
            self.post_message(OpenLine(f"tutor timeline {self.reply.result.name}"))

    def action_use(self) -> None:
        """Open the tuned model where it can be tried."""
        from tutor.app.labs.runs import use_line

        if self.reply is not None:
            self.post_message(OpenLine(use_line(self.reply.result)))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        runs = self._job is not None and self._job.runs
        if action == "go_on":
            return bool(self._runs) and not runs
        if action == "pause":
            return runs
        if action == "time_machine":
            return self._has_checkpoints
        if action == "use":
            return self.reply is not None
        return super().check_action(action, parameters)

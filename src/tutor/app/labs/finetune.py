"""The fine-tuning lab: a text file, a few minutes, a live curve, and the same prompt before and after."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import Group, RenderableType
from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType

from tutor import paths
from tutor.app.labs.asking import Engine, Piece, Question
from tutor.app.labs.base import Lab
from tutor.app.labs.controls import Setting
from tutor.app.labs.dials import Words
from tutor.app.labs.entry import Entry
from tutor.app.labs.job import Job, job_of

if TYPE_CHECKING:
    from tutor.experiments.finetune import Sampled, Started, Update

FILE = "file"
"""The control that puts the path of a text at hand into the line."""
TYPED = "…"

_BEFORE = (
    "enter starts. The model then reads this text over and over for the time that you give it.",
    "An eighth of the text is held out and never trained on. The loss on it, and what the model writes after the "
    "same first words, are taken before and after, so that you see what the run did.",
    "The tuned model is kept under its name, and every lab can then use it.",
)


class FinetuneLab(Lab):
    """One run at a time, in a process of its own; it goes on while other labs are used."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "train", "train", tooltip="Start the run"),
    ]
    STOP_PATIENCE: ClassVar[float] = 120.0
    """Measuring, sampling and saving what was learned takes a while."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._job: Job | None = None
        self._files = files_at_hand()
        self.entry.extras = self._choices
        self.form.values["name"] = None  # the example's name is taken after the first run
        if self._files:
            self.form.line = str(self._files[0])
        self._preset = self.inputs

    def _choices(self) -> Iterable[Setting]:
        here = [path for path in self._files if path == Path(self.form.line)]
        dial = Words((None, *self._files), (TYPED, *(path.name for path in self._files)))
        yield Setting(FILE, FILE, here[0] if here else None, dial, "A text at hand; or type a path above.")

    @on(Entry.Extra)
    async def _on_file(self, event: Entry.Extra) -> None:
        self.form.line = str(event.value) if event.value is not None else ""
        await self.entry.refill()

    def the_engine(self) -> Engine:
        return self.job.engine

    @property
    def job(self) -> Job:
        """The run, also one that was started before this lab was opened."""
        if self._job is None:
            self._job = job_of(super().the_engine())
            self.asker = self._job.asker
            self._job.listener = lambda news: self.post_message(self.Told(news))
        return self._job

    async def on_mount(self) -> None:
        self.panes.fill(Text("\n\n".join(_BEFORE), style="dim"), list(_BEFORE))
        job = self.job
        if job.question is not None:
            self.form.fill(job.question.name, job.question.inputs)
            await self.entry.refill()
            if job.records:
                self.on_piece(Piece(job.question, job.records[-1]))
            if job.news is not None:
                self.post_message(self.Told(job.news))

    def leave(self) -> None:
        """The run goes on."""
        if self._job is not None:
            self._job.listener = lambda news: None

    async def edited(self, typed: bool) -> None:
        if typed:
            await self.entry.refill_controls()
        self.schedule()

    async def entered(self) -> None:
        self.action_train()

    def action_train(self) -> None:
        """Start the run, unless there is one."""
        self.ask(on_request=True)

    def ask(self, on_request: bool = False) -> None:
        self._soon = None
        if self.job.runs:
            if on_request:
                self.status.say("a run is under way · escape ends it and keeps what it has learned")
        elif not on_request or self.inputs is None:
            super().ask()
        else:
            self.run_worker(self.job.start(Question(self.form.experiment, self.inputs)), exit_on_error=True)
            self.reading.say(())
            self.status.say("the engine is starting… (it measures first, then trains)")

    def on_piece(self, piece: Piece) -> None:
        """The curve so far, and what the model wrote before."""
        from tutor.experiments.frame.tuning import Sampled, Update
        from tutor.views.records.finetune import progress

        started, *others = self.job.records
        updates = tuple(record for record in others if isinstance(record, Update))
        samples = [record for record in others if isinstance(record, Sampled)]
        said = progress(updates[-1] if updates else started)
        self.panes.fill(_so_far(started, updates, samples), [said])
        self.status.say(f"{said} · escape ends it")
        measured = [update.held_out_loss for update in updates if update.held_out_loss is not None]
        now = f"; it is {measured[-1]:.3f} now" if measured else ""
        self.reading.say([f"Before training, the held-out loss was {started.loss:.3f} nats per token{now}."])


def _so_far(started: Started, updates: tuple[Update, ...], samples: list[Sampled]) -> RenderableType:
    from tutor.views.records.finetune import curve, sample

    parts: list[RenderableType] = [curve(updates, started.loss), Text()] if updates else []
    if started.prompt:
        parts += [Text("before", style="bold"), sample(started.prompt, started.sample)]
    for last in samples[-1:]:
        parts += [Text(f"after step {last.step:,}", style="bold"), sample(started.prompt, last.text)]
    return Group(*parts)


def files_at_hand() -> list[Path]:
    """Texts to try: those that come with the lessons, and those in the current directory."""
    practice = sorted((paths.lessons() / "practice").glob("*.txt"))
    here = sorted(path for path in Path.cwd().glob("*.txt") if path.is_file())
    return [_near(path) for path in (*practice, *here[:8])]


def _near(path: Path) -> Path:
    """The path as short as it can be written from here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path

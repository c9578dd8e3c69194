"""What the fine-tuning lab offers to fill in: files at hand, runs to go on with, and which options are seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tutor import paths
from tutor.app.labs.controls import Setting
from tutor.app.labs.dials import Words
from tutor.app.labs.offers import PRACTICE

if TYPE_CHECKING:
    from tutor.app.labs.form import Form

FILE, RESUME, MORE = "file", "go on with", "more"
"""The controls that are no options of their own."""
TYPED = "…"
HIDDEN = frozenset({"device", "estimate", "resume"})
"""Options that the lab sees to itself."""
RARE = frozenset(
    {"lora_alpha", "lora_targets", "text_column", "label_column", "prompt_column", "completion_column",
     "messages_column", "bad_rows", "encoding", "learning_rate", "seed"}
)  # fmt: skip
"""Options that are only seen on demand."""
_PRACTICE = ("story.txt", "reviews.txt", "spam.csv", "messages.csv", "sentiment.csv", "topic.csv", "clauses.jsonl")
_ENDINGS = (".txt", ".md", ".csv", ".tsv", ".tab", ".jsonl", ".ndjson", ".json")
_MOST = 12
"""Files of the current folder that are offered."""


@dataclass(frozen=True)
class Unfinished:
    """A run that was stopped or killed and can go on."""

    name: str
    step: int
    steps: int | None
    """None if it had not come to its first step."""

    @property
    def line(self) -> str:
        """How far it is."""
        return (
            f"{self.name}, step {self.step:,} of {self.steps:,}" if self.steps else f"{self.name}, at its beginning"
        )


def unfinished() -> tuple[Unfinished, ...]:
    """The runs that can go on, the newest first. Reads files, so not for the event loop."""
    from tutor.engine import run_folder

    runs = [run_folder.RunFolder(paths.runs() / name) for name in run_folder.names()]
    runs = [run for run in runs if run.is_unfinished()]
    runs.sort(key=lambda run: run.path.stat().st_mtime, reverse=True)
    found = []
    for run in runs:
        plan = run.plan()
        steps = int(plan["course"]["steps"]) if plan else None
        found.append(Unfinished(run.name, run.rows[-1].step if run.rows else 0, steps))
    return tuple(found)


def files_at_hand() -> tuple[str, ...]:
    """Files to try: those that come with the lessons, and those in the current folder that can be learned from."""
    practice = [f"{PRACTICE}/{name}" for name in _PRACTICE]
    try:
        here = sorted(
            path.name for path in Path.cwd().iterdir() if path.suffix.lower() in _ENDINGS and path.is_file()
        )
    except OSError:
        here = []
    return (*practice, *[name for name in here if not name.startswith(".")][:_MOST])


def extras(form: Form, files: tuple[str, ...], runs: tuple[Unfinished, ...], more: bool) -> Iterable[Setting]:
    """The controls in front: a file at hand, a run to go on with, and whether all options are seen."""
    here = form.line if form.line in files else None
    dial = Words((None, *files), (TYPED, *(name.rpartition("/")[2] for name in files)))
    yield Setting(FILE, FILE, here, dial, "A file at hand; or type the path of another above.")
    if runs:
        names = tuple(run.name for run in runs)
        chosen = form.values["resume"] if form.values["resume"] in names else None
        yield Setting(RESUME, RESUME, chosen, Words((None, *names)), "A run that was stopped; enter goes on with it.")
    yield Setting(MORE, MORE, more, Words((False, True), ("off", "on")), "Columns, learning rate, seed and the like.")


def hidden(form: Form, more: bool) -> frozenset[str]:
    """The options that have no control now."""
    unused = frozenset() if form.values["method"] == "lora" else {"lora_rank", "lora_alpha", "lora_targets"}
    return HIDDEN | unused if more else HIDDEN | unused | RARE

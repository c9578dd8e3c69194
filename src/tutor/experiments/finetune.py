"""Fine-tune a model on a file of your own, and measure what it did.

A part of the file is held out. The loss on it, and samples from the same prompt and seed, are taken before, during
and after. The tuned model is kept under its name and opens with --model NAME everywhere. A run that was stopped, or
killed, goes on with --resume NAME. Several processes share the work under
torchrun --local-ranks-filter 0 --nproc-per-node 2 -m tutor finetune FILE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from tutor.errors import InputError, TutorError, UsageError
from tutor.experiments.frame.inputs import Argument, Device, Model, Option, Seed
from tutor.experiments.frame.tuning import Result, Sampled, Started, Update, result_of, update_of

if TYPE_CHECKING:
    from tutor.engine.plan import Course, Estimate
    from tutor.engine.run_folder import Row, RunFolder
    from tutor.engine.tuning import Tuning

__all__ = ["Inputs", "Result", "Sampled", "Started", "Update", "stream"]

TOPIC = "Fine-tuning"
SCHEMA = 2
NEEDS_TORCH = True
BEHIND = ("lora.Adapted", "finetuning.tune", "training.train")
EXAMPLES = (
    "tutor finetune lessons/practice/story.txt --minutes 0.5 --name lighthouse",
    "tutor finetune lessons/practice/story.txt --steps 20 --name short --plain",
    "tutor finetune lessons/practice/spam.csv --task classify --name filter --plain",
    "tutor finetune lessons/practice/story.txt --method lora --estimate",
)


@dataclass(frozen=True)
class Inputs:
    file: Annotated[str, Argument("Your text: a file, or a folder of them.", metavar="FILE", piped=False)] = ""
    """May be left out with --resume."""
    minutes: Annotated[float, Option("How long to train, at most.", low=0.05, high=600, step=0.5)] = 1.0
    steps: Annotated[int | None, Option("Train this many steps instead.", low=2, high=1_000_000, step=4)] = None
    task: Annotated[str, Option("What is learned.", choices=("auto", "lm", "prompt", "classify"))] = "auto"
    """`auto`: labels if the file has a column of them, completions if it has prompts, or else running text."""
    method: Annotated[str, Option("What is trained.", choices=("auto", "full", "lora", "head"))] = "auto"
    """`auto`: of a classifier the head; of a decoder all weights, or an adapter if there are too many."""
    lora_rank: Annotated[int, Option("The rank of an adapter.", low=1, high=4096)] = 8
    lora_alpha: Annotated[float, Option("What it adds is scaled by alpha / rank.", low=0.01, high=65536)] = 16.0
    lora_targets: Annotated[
        tuple[str, ...], Option("Matrices that get an adapter: q, k, v, o, gate, up, down.", flag="--lora-target")
    ] = ("q", "k", "v", "o", "gate", "up", "down")
    name: Annotated[str | None, Option("What to call the tuned model; the file's name if not given.")] = None
    estimate: Annotated[bool, Option("Measure for two seconds what it would take, and train nothing.")] = False
    resume: Annotated[str | None, Option("Go on with this run, as it was begun.", source="run")] = None
    text_column: Annotated[str | None, Option("The column of texts, if it is not found by its name.")] = None
    label_column: Annotated[str | None, Option("The column of labels.")] = None
    prompt_column: Annotated[str | None, Option("The column of prompts.")] = None
    completion_column: Annotated[str | None, Option("The column of completions.")] = None
    messages_column: Annotated[str | None, Option("The column of conversations.")] = None
    bad_rows: Annotated[str, Option("What happens at a row that is damaged.", choices=("refuse", "skip"))] = "refuse"
    encoding: Annotated[str | None, Option("The file's encoding, if it is found wrongly.")] = None
    learning_rate: Annotated[
        float | None, Option("AdamW's, at its highest; the method's own if not given.", low=1e-6, high=0.1, step=1e-4)
    ] = None
    model: Model = "storyteller"
    device: Device = "auto"
    seed: Seed = 0


def stream(inputs: Inputs, cancelled: Callable[[], bool]) -> Iterator[Started | Update | Sampled | Result]:
    """Raises InputError for a file that cannot be learned from, for a name that is taken or not possible, and for a
    run that another process is training."""
    from safetensors import SafetensorError

    from tutor import paths
    from tutor.engine import data_parallel
    from tutor.engine.run_folder import RunFolder

    if inputs.resume is None and not inputs.file:
        raise UsageError("tutor finetune", "FILE is missing", "name a text file, or a run with --resume")
    name = inputs.resume
    try:
        data_parallel.join()
        if inputs.estimate:
            yield _estimated(inputs)
            return
        with ExitStack() as held:
            begun = _begun(inputs, held) if data_parallel.is_first() else None
            inputs, name = data_parallel.from_first(begun)
            yield from _run(inputs, RunFolder(paths.runs() / name)).stream(cancelled)
    except (OSError, SafetensorError) as error:  # each says in its own way that a disk is full
        todo = f"then go on with tutor finetune --resume {name}" if name else "then try again"
        raise InputError(
            name or inputs.file, f"its files cannot be written ({error})", f"make room, {todo}"
        ) from None


def _run(inputs: Inputs, folder: RunFolder) -> _Run:
    """The run; one that cannot begin leaves nothing behind."""
    try:
        return _Run(inputs, folder)
    except TutorError:
        folder.abandon()
        raise


def _begun(inputs: Inputs, held: ExitStack) -> tuple[Inputs, str]:
    """The run's inputs and name, of a new one or of the one to go on with. Its folder is there then, and nobody else
    can train the run until `held` is left."""
    from tutor import paths
    from tutor.engine import run_folder, tuned
    from tutor.engine.only_writer import only_writer
    from tutor.experiments.frame.record import plain

    resumed = inputs.resume or run_folder.restarted(plain(inputs))
    if resumed is None:
        file = paths.named(inputs.file)
        name = tuned.free_name(inputs.name, file, tuned.pretraining())
        held.enter_context(only_writer(paths.runs() / name))
        run_folder.RunFolder(paths.runs() / name).begin(plain(inputs), file)
        return inputs, name
    folder = run_folder.find(resumed)
    held.enter_context(only_writer(folder.path))
    if not folder.is_unfinished():
        raise InputError(resumed, "this run is finished", f"see tutor report {resumed}, or begin another one")
    return _as_begun(folder), resumed


def _as_begun(folder: RunFolder) -> Inputs:
    """What a run was begun with. Raises InputError if that is nothing that could be asked for now."""
    kept: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in folder.inputs().items()}
    try:
        return Inputs(**kept)
    except TypeError:
        why = "it was begun by another version of tutor"
        raise InputError(folder.name, why, "begin another run") from None


def _estimated(inputs: Inputs) -> Result:
    """What a run would take; nothing is kept."""
    import tempfile
    from pathlib import Path

    from tutor import paths
    from tutor.engine import run_folder, tuning_run
    from tutor.engine.run_folder import RunFolder

    begun = None if inputs.resume is None else run_folder.find(inputs.resume)
    if begun is not None:
        inputs = _as_begun(begun)
    file = paths.named(inputs.file) if begun is None else begun.source()  # it may lie elsewhere than one is now
    with tempfile.TemporaryDirectory() as place:
        folder = RunFolder(Path(place) / "estimate")
        folder.begin({}, file)
        run = _Run(inputs, folder)
        expected = tuning_run.expect(run.tuning, run.budget)
    folder.rows.append(expected.first)
    return result_of(run.tuning, folder, expected.course, expected.estimate, None, "estimate")


class _Run:
    """One run, from the file to the kept model."""

    def __init__(self, inputs: Inputs, folder: RunFolder) -> None:
        from tutor.engine import data_parallel, loading, plan, tuning, tuning_data
        from tutor.experiments.frame.record import plain

        self.inputs, self.folder = inputs, folder
        loaded = loading.fresh_decoder(inputs.model, inputs.device)
        if data_parallel.is_first() and not tuning_data.is_ready(folder.data):
            tuning_data.prepare(folder.source(), folder.data, loaded, plain(inputs))
        data_parallel.wait()
        choices = tuning.choices_of(plain(inputs), tuning_data.about(folder.data).task, loaded)
        self.tuning: Tuning = tuning.build(loaded, choices, folder.data)
        rate = inputs.learning_rate or tuning.rate_of(choices, loaded)
        self.budget = plan.Budget(inputs.steps, inputs.minutes, rate, inputs.seed)

    def stream(self, cancelled: Callable[[], bool]) -> Iterator[Started | Update | Sampled | Result]:
        from tutor.engine import data_parallel, tuning_run
        from tutor.experiments.frame.record import document

        folder, tuning = self.folder, self.tuning
        course, estimate = tuning_run.begin(tuning, folder, self.budget)
        yield self._started(course, estimate)
        for row in self._trained(course, cancelled):
            yield update_of(row, course, folder.rows[0].seconds)
            if row.sample is not None:
                yield Sampled(row.step, row.held_out_loss or 0.0, row.sample)
        if not data_parallel.is_first():
            return
        ended = tuning_run.end(tuning, folder, course.seed)
        finished = tuning_run.why_ended(tuning, folder, course, cancelled())
        result = result_of(tuning, folder, course, estimate, ended, finished)
        folder.write_report(document("finetune", self.inputs, result))
        if result.finished != "cancelled":
            folder.clear()
        yield result

    def _trained(self, course: Course, cancelled: Callable[[], bool]) -> Iterator[Row]:
        """The lines of the curve, as they come."""
        from tutor.engine import finetuning, tuning_run

        tuning = self.tuning
        if tuning.fit_head is not None:
            yield from tuning_run.fit_head(tuning, self.folder, course, cancelled)
        if not tuning.is_only_head:
            sample = (lambda: tuning.sample(course.seed)) if tuning.prompt else None
            yield from finetuning.tune(
                tuning.trained, tuning.material, course, self.folder, sample=sample, cancelled=cancelled
            )

    def _started(self, course: Course, estimate: Estimate) -> Started:
        first, tuning = self.folder.rows[0], self.tuning
        return Started(
            name=self.folder.name,
            model=tuning.loaded.entry.name,
            training_tokens=tuning.training_tokens,
            held_out_tokens=tuning.held_out_tokens,
            steps=course.steps,
            seconds=(estimate.seconds_low + estimate.seconds_high) / 2,
            loss=first.held_out_loss or 0.0,
            prompt=tuning.prompt,
            sample=first.sample or "",
            estimate=estimate,
            task=tuning.task,
            step=self.folder.rows[-1].step,
        )

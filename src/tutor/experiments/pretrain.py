"""Train a model from nothing, as a recipe describes it.

The recipe is a TOML file: text, tokenizer, architecture, optimiser, length; --change tries another value of one of
its entries. A run that was stopped goes on with the same command. The model is kept under its name and opens with
--model NAME. Several processes share the work under
torchrun --local-ranks-filter 0 --nproc-per-node 2 -m tutor pretrain RECIPE.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Device, Option

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.engine.recipe import Recipe
    from tutor.engine.task import Task
    from tutor.engine.training import Progress

TOPIC = "Foundation models"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("training.train", "training.next_tokens", "training.schedule")
EXAMPLES = (
    "tutor pretrain lessons/practice/tiny.toml --tokens 20000",
    "tutor pretrain lessons/practice/tiny.toml --tokens 5000 --name newborn --plain",
)

SAMPLE_TOKENS = 40
SAMPLES = 4
"""How often a decoder writes a sample during a run, besides the one before it."""


@dataclass(frozen=True)
class Inputs:
    recipe: Annotated[str, Argument("A recipe, a TOML file.", metavar="RECIPE", piped=False)]
    tokens: Annotated[
        int | None,
        Option("Train on so many tokens; as the recipe says if not given.", low=1, high=10**12, step=10_000),
    ] = None
    data: Annotated[str | None, Option("The folder with the recipe's text; the recipe's own if not given.")] = None
    name: Annotated[str | None, Option("What to call the model; as the recipe does if not given.")] = None
    change: Annotated[
        tuple[str, ...], Option("An entry of the recipe with another value, like architecture.hidden_size=64.")
    ] = ()
    seed: Annotated[int | None, Option("The seed; the recipe's if not given.", low=0, high=2**31 - 1)] = None
    device: Device = "auto"


@dataclass(frozen=True)
class Sample:
    """What a decoder wrote during the run, always from the same beginning and the same random numbers."""

    step: int
    tokens: int
    text: str
    """With the prompt."""


@dataclass(frozen=True)
class Started:
    """What the run begins with, or goes on from."""

    name: str
    kind: str
    parameters: int
    vocabulary: int
    step: int
    """Steps that were done before."""
    steps: int
    loss: float


@dataclass(frozen=True)
class Update:
    """Where the run stands."""

    step: int
    steps: int
    tokens: int
    loss: float
    """On the batch, in nats per token; before the first step, on held-out text."""
    held_out_loss: float | None
    tokens_per_second: float
    seconds_left: float


@dataclass(frozen=True)
class Result:
    name: str
    recipe: str
    """Its file."""
    kind: str
    device: str
    seed: int
    parameters: int
    vocabulary: int
    steps: int
    """Steps done, also before a break."""
    tokens: int
    """Those learned from: of the targets for a seq2seq, pictures for a matcher, otherwise all that were read."""
    seconds: float
    """Without what was done before a break."""
    loss_before: float
    """Held-out, in nats per token: with fresh weights, about the logarithm of the vocabulary."""
    loss: float
    """Held-out, in nats per token, at the end; for an encoder, per hidden word; for a matcher, per picture."""
    bits_per_byte: float | None
    curve: tuple[Update, ...]
    prompt: str
    samples: tuple[Sample, ...]
    finished: str
    """`budget` or `cancelled`; a run that was cancelled goes on with the same command."""
    succeeded: bool
    """Whether the held-out loss fell."""


def stream(inputs: Inputs, cancelled: Callable[[], bool]) -> Iterator[Started | Update | Sample | Result]:
    """Raises InputError for a recipe or data that cannot be used, for a name that is taken or not possible, and for a
    run that another process is training."""
    from tutor import paths
    from tutor.engine import device, pretraining, run
    from tutor.engine import recipe as recipes

    file = paths.named(inputs.recipe)
    recipe = recipes.read(file, inputs.change)
    if inputs.seed is not None:
        recipe = dataclasses.replace(recipe, training=recipe.training | {"seed": inputs.seed})
    chosen = device.choose(inputs.device)
    data = paths.typed(inputs.data) if inputs.data else file.parent
    about = run.begun_with(file, inputs.change, inputs.tokens, inputs.seed)
    with run.begun(inputs.name, recipe, data, about) as folder:
        task = pretraining.task_of(recipe, folder, inputs.tokens)
        yield from _Run(inputs, recipe, task, folder, chosen).stream(cancelled)


class _Run:
    """One run, from its first measurement to the saved model."""

    def __init__(self, inputs: Inputs, recipe: Recipe, task: Task, folder: Path, device: str) -> None:
        self.inputs, self.recipe, self.task, self.folder, self.device = inputs, recipe, task, folder, device
        self.curve: list[Update] = []
        self.samples: list[Sample] = []

    def stream(self, cancelled: Callable[[], bool]) -> Iterator[Started | Update | Sample | Result]:
        import time

        from tutor.engine import pretraining, run
        from tutor.experiments.frame.record import document

        start, steps = time.perf_counter(), self.task.options.steps
        self._recall()
        yield self._started()
        yield from self._sampled(0, 0)
        last = self.curve[-1]
        for progress in pretraining.follow(self.task, self.folder, device=self.device, cancelled=cancelled):
            last = _update(progress)
            yield last
            if last.held_out_loss is not None:
                self._remember(last)
            if last.step * SAMPLES // steps > (last.step - 1) * SAMPLES // steps:
                yield from self._sampled(last.step, last.tokens)
        if last.held_out_loss is None:
            last = dataclasses.replace(last, held_out_loss=self.task.evaluate())
            self._remember(last)
        result = self._result(last, time.perf_counter() - start)
        if result.finished == "budget":
            run.finish(self.folder, self.recipe, self.task, document("pretrain", self.inputs, result))
        yield result

    def _recall(self) -> None:
        """What was measured before a break, or else the loss of the fresh weights."""
        from tutor.engine import run

        if kept := run.history(self.folder):
            self.curve = [Update(**point) for point in kept["curve"]]
            self.samples = [Sample(**sample) for sample in kept["samples"]]
        else:
            loss = self.task.evaluate()
            self._remember(Update(0, self.task.options.steps, 0, loss, loss, 0.0, 0.0))

    def _remember(self, new: Update | Sample) -> None:
        """Keep a measurement. Later ones were made before a break, after the checkpoint, and will be made again."""
        from tutor.engine import run
        from tutor.experiments.frame.record import plain

        if isinstance(new, Update):
            self.curve = [*(update for update in self.curve if update.step < new.step), new]
        else:
            self.samples = [*(sample for sample in self.samples if sample.step < new.step), new]
        run.write_history(self.folder, {"curve": plain(self.curve), "samples": plain(self.samples)})

    def _started(self) -> Started:
        return Started(
            name=self.folder.name,
            kind=self.recipe.kind,
            parameters=self.parameters,
            vocabulary=self.task.tokenizer.get_vocab_size(),
            step=self.curve[-1].step,
            steps=self.task.options.steps,
            loss=self.curve[-1].held_out_loss or 0.0,
        )

    @property
    def parameters(self) -> int:
        return sum(parameter.numel() for parameter in self.task.model.parameters())

    def _sampled(self, step: int, tokens: int) -> Iterator[Sample]:
        """What a decoder writes now; nothing if it did so before a break."""
        from tutor.engine import run

        if self.recipe.kind == "decoder" and (step or not self.samples):
            self._remember(Sample(step, tokens, run.sample(self.task, self.recipe.prompt, SAMPLE_TOKENS)))
            yield self.samples[-1]

    def _result(self, last: Update, seconds: float) -> Result:
        import math

        before, loss, size = self.curve[0].loss, last.held_out_loss or 0.0, self.task.bytes_per_token
        return Result(
            name=self.folder.name,
            recipe=self.inputs.recipe,
            kind=self.recipe.kind,
            device=self.device,
            seed=self.task.options.seed,
            parameters=self.parameters,
            vocabulary=self.task.tokenizer.get_vocab_size(),
            steps=last.step,
            tokens=last.tokens,
            seconds=seconds,
            loss_before=before,
            loss=loss,
            bits_per_byte=loss / math.log(2) / size if size else None,
            curve=tuple(self.curve),
            prompt=self.recipe.prompt if self.samples else "",
            samples=tuple(self.samples),
            finished="budget" if last.step >= self.task.options.steps else "cancelled",
            succeeded=loss < before,
        )


def _update(progress: Progress) -> Update:
    return Update(**{field.name: getattr(progress, field.name) for field in dataclasses.fields(Update)})

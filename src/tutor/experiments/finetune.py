"""Fine-tune a model on a text file of your own, and measure what it did.

An eighth of the file is held out. The loss on it, and a sample from the same prompt and seed, are taken before
and after. The tuned model is kept under its name and opens with --model NAME everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Device, Model, Option, Seed

if TYPE_CHECKING:
    from tutor.engine.finetuning import Split
    from tutor.engine.loading import Loaded
    from tutor.engine.training import Progress

TOPIC = "Fine-tuning"
SCHEMA = 1
NEEDS_TORCH = True
EXAMPLES = (
    "tutor finetune lessons/practice/story.txt --minutes 0.5 --name lighthouse",
    "tutor finetune lessons/practice/story.txt --steps 20 --name short --plain",
)

SAMPLE_TOKENS = 60
"""Length of the samples before and after."""


@dataclass(frozen=True)
class Inputs:
    file: Annotated[str, Argument("A text file, UTF-8.", metavar="FILE", piped=False)]
    minutes: Annotated[float, Option("How long to train, at most.", low=0.05, high=600, step=0.5)] = 1.0
    steps: Annotated[int | None, Option("Train this many steps instead.", low=2, high=1_000_000, step=10)] = None
    name: Annotated[str | None, Option("What to call the tuned model; the file's name if not given.")] = None
    learning_rate: Annotated[float, Option("AdamW's, at its highest.", low=1e-6, high=0.1, step=1e-4)] = 1e-3
    """A third of what the model was pretrained with; not yet compared with others."""
    model: Model = "storyteller"
    device: Device = "auto"
    seed: Seed = 0


@dataclass(frozen=True)
class Started:
    """What the run begins with."""

    name: str
    model: str
    training_tokens: int
    held_out_tokens: int
    steps: int
    seconds: float
    """The estimate, from a measurement on this machine."""
    loss: float
    """Held-out, before, in nats per token."""
    prompt: str
    sample: str


@dataclass(frozen=True)
class Update:
    """Where the run stands."""

    step: int
    steps: int
    loss: float
    """On the batch, in nats per token."""
    held_out_loss: float | None
    tokens_per_second: float
    seconds: float
    seconds_left: float


@dataclass(frozen=True)
class Result:
    name: str
    model: str
    """What was tuned."""
    device: str
    seed: int
    steps: int
    tokens: int
    """Tokens trained on, counting each time one was seen."""
    seconds: float
    seconds_estimated: float
    training_tokens: int
    held_out_tokens: int
    loss_before: float
    """Held-out, in nats per token."""
    loss_after: float
    fall_low: float
    """The lower end of the 95 % interval of the fall, in nats per token."""
    fall_high: float
    perplexity_before: float
    perplexity_after: float
    curve: tuple[Update, ...]
    prompt: str
    sample_before: str
    sample_after: str
    finished: str
    """`budget`, `held-out` (it had stopped getting better) or `cancelled`."""
    succeeded: bool
    """Whether the held-out loss fell, and by more than chance explains."""


def stream(inputs: Inputs, cancelled: Callable[[], bool]) -> Iterator[Started | Update | Result]:
    """Raises InputError for a file that is no text or too short, and for a name that is taken or not possible."""
    from tutor import paths
    from tutor.engine import loading, tuned
    from tutor.storage import read_learner_text

    file = paths.named(inputs.file)
    name = tuned.free_name(inputs.name, file)
    text = read_learner_text(file)
    loaded = loading.fresh_decoder(inputs.model, inputs.device)
    sides = _split(loaded, text, inputs.file)
    yield from _Run(inputs, name, loaded, sides, _prompt(text)).stream(cancelled)


def _split(loaded: Loaded, text: str, file: str) -> Split:
    from tutor.engine.corpus import plain_typography
    from tutor.engine.finetuning import split

    # Paragraphs keep their line end: the model is to learn where one ends.
    paragraphs = [part + "\n" for part in plain_typography(text).splitlines() if part.strip()]
    return split([[token.id for token in loaded.splitter.encode(part)] for part in paragraphs], file)


def _prompt(text: str) -> str:
    """The first words of the text: the tuned model should go on in its manner."""
    return " ".join(text.split()[:4])


class _Run:
    """One run from the first measurement to the saved model."""

    def __init__(self, inputs: Inputs, name: str, loaded: Loaded, sides: Split, prompt: str) -> None:
        self.inputs, self.name, self.loaded, self.sides, self.prompt = inputs, name, loaded, sides, prompt
        self.updates: list[Update] = []

    def stream(self, cancelled: Callable[[], bool]) -> Iterator[Started | Update | Result]:
        import time

        from tutor.engine import finetuning, tuned
        from tutor.experiments.frame.record import document

        model, sides, inputs = self.loaded.model, self.sides, self.inputs
        start = time.perf_counter()
        before = finetuning.block_losses(model, sides.held_out)
        a_look = time.perf_counter() - start
        a_step = finetuning.seconds_a_step(model, finetuning.batches(sides.training, inputs.seed))
        steps = inputs.steps or finetuning.steps_for(inputs.minutes, a_step, a_look)
        estimate = steps * a_step * 1.15 + a_look * finetuning.LOOKS
        started = self._started(finetuning.mean_loss(before), steps, estimate)
        yield started
        deadline = start + inputs.minutes * 60 if inputs.steps is None else float("inf")
        finished = "budget"
        for progress in finetuning.tune(
            model,
            sides,
            steps=steps,
            learning_rate=inputs.learning_rate,
            seed=inputs.seed,
            deadline=deadline,
            cancelled=cancelled,
        ):
            self.updates.append(_update(progress, time.perf_counter() - start))
            yield self.updates[-1]
        if cancelled():
            finished = "cancelled"
        elif len(self.updates) < steps and time.perf_counter() < deadline:
            finished = "held-out"
        after = finetuning.block_losses(model, sides.held_out)
        tuned.save(self.name, self.loaded)
        result = self._result(started, before, after, time.perf_counter() - start, finished)
        tuned.write_report(self.name, document("finetune", inputs, result))
        yield result

    def _started(self, loss: float, steps: int, estimate: float) -> Started:
        return Started(
            name=self.name,
            model=self.inputs.model,
            training_tokens=self.sides.training_tokens,
            held_out_tokens=self.sides.held_out_tokens,
            steps=steps,
            seconds=estimate,
            loss=loss,
            prompt=self.prompt,
            sample=self._sample(),
        )

    def _sample(self) -> str:
        from tutor.engine.generation import generate
        from tutor.engine.sampling import SamplingOptions

        loaded = self.loaded
        ids = [token.id for token in loaded.splitter.encode(self.prompt)]
        steps = generate(
            loaded.model,
            loaded.tokenizer,
            ids,
            tokens=SAMPLE_TOKENS,
            options=SamplingOptions(temperature=0.7),
            seed=self.inputs.seed,
        )
        return self.prompt + "".join(step.text for step in steps)

    def _result(self, started: Started, before: list, after: list, seconds: float, finished: str) -> Result:  # type: ignore[type-arg]
        import math

        from tutor.engine import finetuning

        low, high = finetuning.interval(before, after)
        loss_after = finetuning.mean_loss(after)
        a_step = finetuning.ROWS * finetuning.WINDOW
        return Result(
            name=self.name,
            model=started.model,
            device=self.loaded.device,
            seed=self.inputs.seed,
            steps=len(self.updates),
            tokens=len(self.updates) * a_step,
            seconds=seconds,
            seconds_estimated=started.seconds,
            training_tokens=started.training_tokens,
            held_out_tokens=started.held_out_tokens,
            loss_before=started.loss,
            loss_after=loss_after,
            fall_low=low,
            fall_high=high,
            perplexity_before=math.exp(started.loss),
            perplexity_after=math.exp(loss_after),
            curve=tuple(update for update in self.updates if update.held_out_loss is not None),
            prompt=self.prompt,
            sample_before=started.sample,
            sample_after=self._sample(),
            finished=finished,
            succeeded=loss_after < started.loss and low > 0,
        )


def _update(progress: Progress, seconds: float) -> Update:
    return Update(
        step=progress.step,
        steps=progress.steps,
        loss=progress.loss,
        held_out_loss=progress.held_out_loss,
        tokens_per_second=progress.tokens_per_second,
        seconds=seconds,
        seconds_left=progress.seconds_left,
    )

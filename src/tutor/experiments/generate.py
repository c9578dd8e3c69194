"""Text from a language model, one token at a time: predict, draw, append, repeat."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Device, Model, Option, Seed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor.engine.records import Step

TOPIC = "Language models"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("generation.generate", "sampling.probabilities", "sampling.draw")
EXAMPLES = (
    'tutor generate "Once upon a time"',
    'tutor generate "The little dog" --tokens 40 --temperature 0',
    'tutor generate "One day, a girl" --top-p 0.9 --seed 7 --json',
)


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("How the text begins; it may be empty.")]
    tokens: Annotated[int, Option("The most tokens to add.", low=1, high=100_000, step=10)] = 100
    temperature: Annotated[float, Option("0 always takes the best; higher is bolder.", low=0, high=5, step=0.1)] = 0.8
    top_k: Annotated[int, Option("Draw from the k most probable; 0 from all.", low=0, high=1_000_000)] = 0
    top_p: Annotated[float, Option("Draw from the most probable up to this sum.", low=0, high=1, step=0.05)] = 0.95
    min_p: Annotated[float, Option("Drop tokens below this share of the best.", low=0, high=1, step=0.05)] = 0.0
    repetition_penalty: Annotated[float, Option("Above 1 avoids repeating.", low=0.1, high=10, step=0.1)] = 1.0
    seed: Seed = 0
    model: Model = "storyteller"
    device: Device = "auto"


@dataclass(frozen=True)
class Prompt:
    """The first record: what the text begins with."""

    text: str
    tokens: int
    """How many tokens of it the model reads."""


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    prompt: str
    text: str
    """What was added to the prompt."""
    steps: tuple[Step, ...]
    """One record for each token that was added."""
    truncated: int
    """Tokens at the beginning of the prompt that were left out, so that the context has room for new ones."""
    seconds: float
    tokens_per_second: float
    finished: str
    """Why it stopped: `end` of the text, `budget` of tokens, `context` is full, or `cancelled`."""


def stream(inputs: Inputs, cancelled: Callable[[], bool]) -> Iterator[Prompt | Step | Result]:
    """The prompt, each token as it is made, and the result. Raises InputError for an unknown model."""
    import time

    from tutor.engine import loading
    from tutor.engine.generation import generate
    from tutor.engine.sampling import SamplingOptions

    loaded = loading.decoder(inputs.model, inputs.device)
    # A long prompt gives up at most half of the context for what is to come.
    encoded = loading.encode(loaded, inputs.text, reserve=min(inputs.tokens, loaded.context // 2))
    yield Prompt(inputs.text, len(encoded.tokens))
    options = SamplingOptions(
        inputs.temperature, inputs.top_k, inputs.top_p, inputs.min_p, inputs.repetition_penalty
    )  # fmt: skip
    steps: list[Step] = []
    start = time.perf_counter()
    for step in generate(
        loaded.model, loaded.tokenizer, encoded.ids or [loaded.start()], tokens=inputs.tokens, options=options,
        seed=inputs.seed, cancelled=cancelled,
    ):  # fmt: skip
        steps.append(_readable(step, loaded.splitter.text_of))
        yield steps[-1]
    seconds = time.perf_counter() - start
    yield Result(
        model=loaded.entry.name,
        device=loaded.device,
        prompt=inputs.text,
        text="".join(step.text for step in steps),
        steps=tuple(steps),
        truncated=encoded.truncated,
        seconds=seconds,
        tokens_per_second=len(steps) / seconds,
        finished=steps[-1].finished,
    )


def _readable(step: Step, text_of: Callable[[int], str]) -> Step:
    """The step with candidates whose texts can be read even where they are only a part of a character."""
    before, after = (
        tuple(replace(one, text=text_of(one.id)) for one in candidates)
        for candidates in (step.candidates_before, step.candidates_after)
    )
    return replace(step, candidates_before=before, candidates_after=after)

"""Which heads do a recognisable job, found by tests and not by eye: score, chance and the test that defines it.

Where a text has to be read, it is yours; the tests of looking things up use random tokens that stand twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import InputError
from tutor.experiments.frame.inputs import Argument, Device, Model, Seed

if TYPE_CHECKING:
    from tutor.engine.records import Floats
    from tutor.engine.tokenization import Token

TOPIC = "Attention"
SCHEMA = 1
NEEDS_TORCH = True
EXAMPLES = (
    'tutor heads "The cat chased the mouse because it was hungry."',
    'tutor heads "Once upon a time there was a little dog." --plain',
)

TESTS = {
    "previous token": "mean weight on the token before, over your text from its third token on",
    "first token": "mean weight on the first token, over your text from its third token on",
    "same token": "mean weight on the earlier copy of the token, over random tokens that stand twice",
    "induction": "mean weight on what came after the earlier copy, over random tokens that stand twice",
}
"""Each job with the test that defines it."""

ENOUGH = 0.4
"""The score from which on a head is said to do the job: it then gives it far more than to anything else."""


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("The text to read; at least three tokens.")]
    seed: Seed = 0
    model: Model = "storyteller"
    device: Device = "auto"


@dataclass(frozen=True)
class Head:
    """A head and its score in one test: a share of its weight, from 0 to 1."""

    layer: int
    head: int
    score: float


@dataclass(frozen=True)
class Job:
    """One test and how all heads did in it."""

    name: str
    test: str
    chance: float
    """The score of a head that looks at all it can see alike."""
    heads: tuple[Head, ...]
    """All heads, the best first."""
    doing: int
    """How many heads score at least 0.4."""


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    tokens: tuple[Token, ...]
    truncated: int
    """Tokens at the beginning that were left out because the context is full."""
    jobs: tuple[Job, ...]


def run(inputs: Inputs) -> Result:
    """Raises InputError for a text of fewer than three tokens or an unknown model."""
    import numpy as np

    from tutor.engine import loading, patterns, repetition

    loaded = loading.decoder(inputs.model, inputs.device)
    encoded = loading.encode_some(loaded, inputs.text)
    T = len(encoded.tokens)
    if T < 3:
        raise InputError("the text", f"{T} tokens are too few for a test", "type a sentence")
    first, _, previous = patterns.habits(patterns.stacked(patterns.observe(loaded, encoded.ids)))
    same, induction, chance_of_copy = repetition.scores(loaded, inputs.seed)
    chance = float(np.mean(1 / np.arange(3, T + 1)))
    scored = ((previous, chance), (first, chance), (same, chance_of_copy), (induction, chance_of_copy))
    jobs = tuple(_job(name, scores, by_chance) for name, (scores, by_chance) in zip(TESTS, scored, strict=True))
    return Result(loaded.entry.name, loaded.device, encoded.tokens, encoded.truncated, jobs)


def _job(name: str, scores: Floats, chance: float) -> Job:
    layers, heads = scores.shape
    all_heads = [Head(layer, head, float(scores[layer, head])) for layer in range(layers) for head in range(heads)]
    ranked = tuple(sorted(all_heads, key=lambda head: -head.score))
    return Job(name, TESTS[name], chance, ranked, sum(head.score >= ENOUGH for head in ranked))

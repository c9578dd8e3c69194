"""What a decoder writes from a fixed prompt with fixed random numbers, to compare it with another. Torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.engine.generation import generate
from tutor.engine.sampling import SamplingOptions

if TYPE_CHECKING:
    from tutor.engine.loading import Loaded

TOKENS = 48
"""Length of a sample."""


@dataclass(frozen=True)
class Sample:
    """A prompt and how it went on."""

    text: str
    """With the prompt."""
    ids: tuple[int, ...]
    """Of the tokens that were written."""


def continued(loaded: Loaded, prompt: str, seed: int, tokens: int = TOKENS) -> Sample:
    """The prompt and how the model goes on, at a temperature of 0.7: equal seeds draw equal random numbers.

    Of a prompt that leaves no room in the context the end is read.
    """
    ids = loaded.tokenizer.encode(prompt, add_special_tokens=False).ids or [loaded.start()]
    room = max(loaded.context - tokens, 1)
    steps = list(
        generate(
            loaded.model,
            loaded.tokenizer,
            ids[-room:],
            tokens=min(tokens, loaded.context - 1),
            options=SamplingOptions(temperature=0.7),
            seed=seed,
            candidates=1,
        )
    )
    return Sample(prompt + "".join(step.text for step in steps), tuple(step.id for step in steps))

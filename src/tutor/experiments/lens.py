"""What the model would say after each layer, at each position: the logit lens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Device, Model

if TYPE_CHECKING:
    from tutor.engine.records import Candidate
    from tutor.engine.tokenization import Token

TOPIC = "Transformer"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("residual.lens",)
EXAMPLES = ('tutor lens "Once upon a time there was a"', 'tutor lens "The dog ran to the" --plain')


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("The text to read.")]
    model: Model = "storyteller"
    device: Device = "auto"


@dataclass(frozen=True)
class Layer:
    """The best guess for the next token at each position, read off after one layer."""

    layer: int | None
    """None for the embedding, before any layer."""
    candidates: tuple[Candidate, ...]
    """One for each token of the text."""


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    tokens: tuple[Token, ...]
    truncated: int
    """Tokens at the beginning that were left out because the context is full."""
    layers: tuple[Layer, ...]
    """From the embedding to the last layer, whose guesses are the model's own."""
    settled: tuple[int, ...]
    """For each position, from which entry of `layers` on the guess is the last one's."""


def run(inputs: Inputs) -> Result:
    """Raises InputError for an empty text or an unknown model."""
    from tutor.engine import loading, residual

    loaded = loading.decoder(inputs.model, inputs.device)
    encoded = loading.encode_some(loaded, inputs.text)
    trace = residual.observe(loaded, encoded.ids)
    places = [("embed", -1), *(("resid_post", layer) for layer in range(loaded.model.config.num_hidden_layers))]
    layers = tuple(
        Layer(
            None if layer < 0 else layer, tuple(residual.best(loaded, residual.lens(loaded, trace[name, layer][0])))
        )
        for name, layer in places
    )
    return Result(
        model=loaded.entry.name,
        device=loaded.device,
        tokens=encoded.tokens,
        truncated=encoded.truncated,
        layers=layers,
        settled=tuple(_settled([layer.candidates[t].id for layer in layers]) for t in range(len(encoded.tokens))),
    )


def _settled(guesses: list[int]) -> int:
    """The first place from which on all guesses are the last one."""
    differing = [place for place, guess in enumerate(guesses) if guess != guesses[-1]]
    return max(differing, default=-1) + 1

"""The positional encoding as numbers, and how similar two positions are by their distance.

Sinusoidal positions are added to the embeddings, and so are learned ones, which are a table that training has set.
Rotary ones turn queries and keys instead; what is shown then is the cosine and sine of each angle, which is what a
score can see of a position.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import InputError, UsageError
from tutor.experiments.frame.inputs import Option

if TYPE_CHECKING:
    from tutor.engine.positions import Floats
    from tutor.engine.registry import Entry

TOPIC = "Positions"
SCHEMA = 1
NEEDS_TORCH = False
BEHIND = ("positions.sinusoidal", "positions.rotary", "positions.learned")
EXAMPLES = ("tutor positions --length 16 --width 32", "tutor positions --kind rotary --length 64 --plain")


@dataclass(frozen=True)
class Inputs:
    kind: Annotated[str, Option("The scheme.", choices=("sinusoidal", "learned", "rotary"))] = "sinusoidal"
    """The 2017 paper's scheme first: it is the one that can be computed by hand."""
    length: Annotated[int, Option("Positions, in tokens.", low=1, high=1024, step=8)] = 32
    width: Annotated[int, Option("Channels, an even number; learned has its model's.", low=2, high=1024, step=8)] = 64
    model: Annotated[
        str | None, Option("Whose positions --kind learned shows; a bundled model's at first.", source="model")
    ] = None


@dataclass(frozen=True)
class Result:
    kind: str
    model: str | None
    """Whose learned positions these are; None for those that follow a formula."""
    encoding: Floats
    """Shape (length, width): one row a position, from 0."""
    similarity: Floats
    """Shape (length,): the mean cosine similarity of two positions that are 0, 1, 2, … apart."""
    similarity_spread: Floats
    """Shape (length,): its standard deviation over the places; 0 where distance alone decides."""


def run(inputs: Inputs) -> Result:
    """Raises UsageError for an odd width, more positions than were learned, or a model whose table is not asked for;
    InputError as `_learned` does."""
    from tutor.engine import positions

    if inputs.model is not None and inputs.kind != "learned":
        raise UsageError(f"--model {inputs.model}", f"{inputs.kind} positions are no model's", "add --kind learned")
    model, encoding = _learned(inputs) if inputs.kind == "learned" else (None, _computed(inputs))
    return Result(inputs.kind, model, encoding, *positions.by_distance(positions.similarity(encoding)))


def _computed(inputs: Inputs) -> Floats:
    if inputs.width % 2:
        raise UsageError(f"--width {inputs.width}", "channels come in pairs", "give an even number")
    import numpy as np

    from tutor.engine import positions

    if inputs.kind == "sinusoidal":
        return positions.sinusoidal(inputs.length, inputs.width)
    angles = positions.rotary(inputs.length, inputs.width)
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1).reshape(inputs.length, inputs.width)


def _learned(inputs: Inputs) -> tuple[str, Floats]:
    """The model's name and its first rows. Raises InputError if there is no such model or it has no table."""
    from tutor.engine import positions, registry

    entry = _bundled() if inputs.model is None else registry.find(inputs.model, ["encoder"])
    table = positions.learned(entry.directory)
    if table is None:
        todo = "name a BERT, a GPT-2 or a relative, or choose another --kind"
        raise InputError(entry.name, "it has no learned positions", todo)
    if inputs.length > len(table):
        why = f"{entry.name} has learned {len(table)} positions and knows no other"
        raise UsageError(f"--length {inputs.length}", why, f"give at most {len(table)}")
    return entry.name, table[: inputs.length]


def _bundled() -> Entry:
    """The first model at hand that is of a kind with learned positions."""
    from tutor.engine import registry

    for entry in registry.entries():
        if entry.kind == "encoder":
            return entry
    raise UsageError("--kind learned", "no model with learned positions is installed", "name one with --model PATH")

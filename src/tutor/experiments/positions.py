"""The positional encoding as numbers, and how similar two positions are by their distance.

Sinusoidal positions are added to the embeddings; rotary ones turn queries and keys instead, and what is shown
then is the cosine and sine of each angle, which is what a score can see of a position.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import UsageError
from tutor.experiments.frame.inputs import Option

if TYPE_CHECKING:
    from tutor.engine.positions import Floats

TOPIC = "Positions"
SCHEMA = 1
NEEDS_TORCH = False
EXAMPLES = ("tutor positions --length 16 --width 32", "tutor positions --kind rotary --length 64 --plain")


@dataclass(frozen=True)
class Inputs:
    kind: Annotated[str, Option("The scheme.", choices=("sinusoidal", "rotary"))] = "sinusoidal"
    """The 2017 paper's scheme first: it is the one that can be computed by hand."""
    length: Annotated[int, Option("Positions, in tokens.", low=1, high=1024, step=8)] = 32
    width: Annotated[int, Option("Channels; an even number.", low=2, high=1024, step=8)] = 64


@dataclass(frozen=True)
class Result:
    kind: str
    encoding: Floats
    """Shape (length, width): one row a position, from 0."""
    similarity: Floats
    """Shape (length,): the mean cosine similarity of two positions that are 0, 1, 2, … apart."""


def run(inputs: Inputs) -> Result:
    """Raises UsageError for an odd width."""
    if inputs.width % 2:
        raise UsageError(f"--width {inputs.width}", "channels come in pairs", "give an even number")
    import numpy as np

    from tutor.engine import positions

    if inputs.kind == "rotary":
        angles = positions.rotary(inputs.length, inputs.width)
        encoding = np.stack([np.cos(angles), np.sin(angles)], axis=-1).reshape(inputs.length, inputs.width)
    else:
        encoding = positions.sinusoidal(inputs.length, inputs.width)
    pairs = positions.similarity(encoding)
    by_distance = np.array([np.diagonal(pairs, distance).mean() for distance in range(inputs.length)])
    return Result(inputs.kind, encoding, by_distance)

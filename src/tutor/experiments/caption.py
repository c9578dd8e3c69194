"""Say what a picture shows: the painter reads its pixels as tokens and writes the caption after them.

A picture is a file with 8 lines of 8 numbers from 0 (paper) to 16 (ink), or what `tutor draw` writes with `--json` or
`--output`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Device, Model

if TYPE_CHECKING:
    from tutor.engine.pictures import Picture

TOPIC = "Foundation models"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("painting.read",)
EXAMPLES = (
    "tutor caption lessons/practice/seven.txt",
    "tutor caption lessons/practice/four.txt --plain",
)


@dataclass(frozen=True)
class Inputs:
    picture: Annotated[str, Argument("A file with 8 lines of 8 numbers from 0 to 16, or from `tutor draw`.")]
    model: Model = "painter"
    device: Device = "auto"


@dataclass(frozen=True)
class Label:
    """A caption, weighed against the nine others."""

    label: str
    probability: float


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    picture: Picture
    """Shape (8, 8): grey levels from 0 (paper) to 16 (ink)."""
    caption: str
    """What the model writes when it always takes its likeliest word."""
    labels: tuple[Label, ...]
    """The ten usual captions, the likeliest first; their probabilities sum to 1."""
    share: float
    """What these ten held of all that the model might have written."""


def run(inputs: Inputs) -> Result:
    """Raises InputError for a file without a picture or a model that is no painter."""
    from tutor.engine import captions, loading, painting, pictures

    picture = pictures.read(inputs.picture)
    loaded = loading.decoder(inputs.model, inputs.device, "digits")
    tokens = painting.PaintersTokens(loaded.tokenizer, loaded.entry.name)
    reading = painting.read(loaded.model, tokens, picture)
    labels = [
        Label(captions.article(name), p)
        for name, p in zip(captions.NAMES, reading.probabilities.tolist(), strict=True)
    ]
    return Result(
        model=loaded.entry.name,
        device=loaded.device,
        picture=picture,
        caption=reading.caption,
        labels=tuple(sorted(labels, key=lambda one: -one.probability)),
        share=reading.share,
    )

"""Draw a digit from a caption: the decoder that writes text elsewhere puts one grey pixel after another.

The bundled painter knows the digits zero to nine, as words or figures, and nothing else. `--output seven.txt` or
`--json` give a file that `tutor caption` and `tutor match` read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Device, Model, Option, Seed

if TYPE_CHECKING:
    from tutor.engine.pictures import Bits, Picture

TOPIC = "Foundation models"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("painting.draw",)
EXAMPLES = (
    'tutor draw "a seven"',
    'tutor draw "the digit 3" --seed 4 --temperature 0.5',
    'tutor draw "a picture of an eight" --plain',
)


@dataclass(frozen=True)
class Inputs:
    caption: Annotated[str, Argument('What to draw, such as "a seven".')]
    temperature: Annotated[
        float, Option("0 always takes the likeliest grey; higher is bolder.", low=0, high=5, step=0.1)
    ] = 0.8
    top_p: Annotated[float, Option("Draw from the likeliest greys up to this sum.", low=0, high=1, step=0.05)] = 1.0
    seed: Seed = 0
    model: Model = "painter"
    device: Device = "auto"


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    caption: str
    words: tuple[str, ...]
    """The caption as the model read it, a token a word."""
    picture: Picture
    """Shape (8, 8): grey levels from 0 (paper) to 16 (ink)."""
    openness: Bits
    """Shape (8, 8): how open each pixel was before it was drawn, in bits; 0 where one grey was certain."""
    surprise: float
    """How surprising the whole picture was to its painter, in bits."""
    read_as: str
    """The caption that the same model gives this picture."""
    tokens: int
    """How many tokens the model read and wrote: words, pixels and what parts them."""
    seconds: float


def run(inputs: Inputs) -> Result:
    """Raises InputError for an unknown word, an empty caption, or a model that is no painter."""
    import time

    from tutor.engine import captions, loading, painting
    from tutor.engine.sampling import SamplingOptions

    words = captions.words_of(inputs.caption)
    loaded = loading.decoder(inputs.model, inputs.device, "digits")
    tokens = painting.PaintersTokens(loaded.tokenizer, loaded.entry.name)
    options = SamplingOptions(inputs.temperature, top_p=inputs.top_p)
    start = time.perf_counter()
    drawings = painting.draw(loaded.model, tokens, words, options, inputs.seed)
    seconds = time.perf_counter() - start
    picture = drawings.pictures[0]
    return Result(
        model=loaded.entry.name,
        device=loaded.device,
        caption=inputs.caption,
        words=words,
        picture=picture,
        openness=drawings.entropies[0],
        surprise=float(drawings.surprises.sum()),
        read_as=painting.read(loaded.model, tokens, picture).caption,
        tokens=len(tokens.drawing(words)) + len(tokens.picture(picture)),
        seconds=seconds,
    )

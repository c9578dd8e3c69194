"""Score captions for a picture: two towers, one for pictures and one for words, meet in one space of directions.

The small cousin of CLIP. Without captions it tries the ten digits. What a picture is, `tutor caption --help` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Model

if TYPE_CHECKING:
    from tutor.engine.pictures import Picture

TOPIC = "Foundation models"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("matcher.match",)
EXAMPLES = (
    'tutor match lessons/practice/seven.txt "a seven" "a one" "the digit 4"',
    "tutor match lessons/practice/four.txt one four nine --plain",
)

LIMIT = 100
"""The most captions at once."""


@dataclass(frozen=True)
class Inputs:
    picture: Annotated[str, Argument("A file with 8 lines of 8 numbers from 0 to 16, or from `tutor draw`.")]
    captions: Annotated[tuple[str, ...], Argument("Captions to score; the ten digits if none.", piped=False)] = ()
    model: Model = "matcher"


@dataclass(frozen=True)
class Score:
    """A caption against the picture."""

    caption: str
    similarity: float
    """The cosine between the directions of caption and picture."""
    probability: float
    """Among the captions given, one of which is taken to be right."""


@dataclass(frozen=True)
class Result:
    model: str
    picture: Picture
    """Shape (8, 8): grey levels from 0 (paper) to 16 (ink)."""
    captions: tuple[Score, ...]
    """The best first."""
    scale: float
    """What cosines are multiplied by before the softmax."""


def run(inputs: Inputs) -> Result:
    """Raises InputError for a file without a picture, an unknown word, or a model that is no matcher."""
    from tutor.engine import captions, loading_matcher, matcher, pictures
    from tutor.errors import InputError

    picture = pictures.read(inputs.picture)
    texts = inputs.captions or tuple(captions.article(name) for name in captions.NAMES)
    if len(texts) > LIMIT:
        raise InputError(f"{len(texts)} captions", f"at most {LIMIT} fit", "give fewer")
    loaded = loading_matcher.load(inputs.model)
    found = matcher.match(loaded.model, picture, [loaded.token_ids(text) for text in texts])
    scores = map(Score, texts, found.similarities, found.probabilities)
    return Result(
        model=loaded.name,
        picture=picture,
        captions=tuple(sorted(scores, key=lambda one: -one.similarity)),
        scale=found.scale,
    )

"""All tokens of a text at once, or one after the other: the same numbers, timed.

In training the whole text is there and one pass reads it; in generating each token has to wait for the one
before. The keys and values of tokens already read are kept (KV cache), so that none is read twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Device, Model

if TYPE_CHECKING:
    from tutor.engine.tokenization import Token

TOPIC = "Transformer"
SCHEMA = 1
NEEDS_TORCH = True
EXAMPLES = (
    'tutor parallel "Once upon a time there was a little dog who liked to run in the park."',
    'tutor parallel "The cat sat on the mat." --plain',
)

LIMIT = 256
"""The most tokens that are read: enough to see how both grow, in a second or two."""


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("The text to read; a longer one shows more.")]
    model: Model = "storyteller"
    device: Device = "auto"


@dataclass(frozen=True)
class Timing:
    """How long it took to read the first tokens of the text, the best of several rounds."""

    tokens: int
    at_once_seconds: float
    """In one forward pass."""
    one_by_one_seconds: float
    """In one forward pass a token, with the keys and values of the earlier ones kept."""


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    tokens: tuple[Token, ...]
    truncated: int
    """Tokens at the end that were left out."""
    parameters: int
    """What each forward pass reads from memory, whatever the number of tokens."""
    timings: tuple[Timing, ...]
    """For 1, 2, 4, … and all tokens."""
    largest_difference: float
    """Between the two ways, in the probability of any token at any position."""


def run(inputs: Inputs) -> Result:
    """Raises InputError for an empty text or an unknown model."""
    from tutor.engine import loading, pace

    loaded = loading.decoder(inputs.model, inputs.device)
    encoded = loading.encode_beginning(loaded, inputs.text, min(LIMIT, loaded.context))
    lengths = _lengths(len(encoded.tokens))
    at_once = pace.at_once(loaded, encoded.ids, lengths)
    one_by_one = pace.one_by_one(loaded, encoded.ids)
    return Result(
        model=loaded.entry.name,
        device=loaded.device,
        tokens=encoded.tokens,
        truncated=encoded.truncated,
        parameters=sum(weight.numel() for weight in loaded.model.parameters()),
        timings=tuple(
            Timing(length, seconds, one_by_one[length - 1]) for length, seconds in zip(lengths, at_once, strict=True)
        ),
        largest_difference=pace.largest_difference(loaded, encoded.ids),
    )


def _lengths(count: int) -> list[int]:
    """1, 2, 4, … up to `count`, which is the last.

    >>> _lengths(6)
    [1, 2, 4, 6]
    """
    lengths = [1]
    while lengths[-1] < count:
        lengths.append(min(2 * lengths[-1], count))
    return lengths

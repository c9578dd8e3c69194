"""How surprised the model is by each token of a text, in bits: what a language model is trained to make small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Device, Model

if TYPE_CHECKING:
    from tutor.engine.surprise import Score
    from tutor.engine.tokenization import Token

TOPIC = "Language models"
SCHEMA = 1
NEEDS_TORCH = True
EXAMPLES = (
    'tutor surprise "The dog ran to the park."',
    'tutor surprise "The dog ran to the parliament." --plain',
)

LIMIT = 4096
"""The most tokens that are scored: a dozen pages, and a few seconds on two cores."""


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("The text to read.")]
    model: Model = "storyteller"
    device: Device = "auto"


@dataclass(frozen=True)
class SurprisingToken:
    """A token, and how probable it was to a model that had read what comes before it."""

    text: str
    id: int
    start: int
    end: int
    probability: float
    bits: float
    """−log2 of the probability: 1 for a fair coin, 10 for one in a thousand."""
    expected: str
    """The token that was most probable there."""
    expected_probability: float


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    tokens: tuple[SurprisingToken, ...]
    truncated: int
    """Tokens at the end that were left out because the text is very long."""
    loss: float
    """The mean surprise in nats a token."""
    perplexity: float
    """The model is as unsure, on average, as if it chose between this many equally likely tokens."""
    bits_per_token: float
    bits_per_byte: float
    """Comparable between models with different tokenizers."""


def run(inputs: Inputs) -> Result:
    """Raises InputError for an empty text or an unknown model."""
    import math

    from tutor.engine import loading
    from tutor.engine.surprise import score

    loaded = loading.decoder(inputs.model, inputs.device)
    encoded = loading.encode_beginning(loaded, inputs.text, LIMIT)
    scores = score(loaded, encoded.ids)
    text_of = loaded.splitter.text_of
    surprising = tuple(
        _record(token, one, text_of(one.expected_id)) for token, one in zip(encoded.tokens, scores, strict=True)
    )
    loss = -sum(one.log_probability for one in scores) / len(scores)
    bits = loss / math.log(2)
    size = len(inputs.text[surprising[0].start : surprising[-1].end].encode())
    return Result(
        model=loaded.entry.name,
        device=loaded.device,
        tokens=surprising,
        truncated=encoded.truncated,
        loss=loss,
        perplexity=math.exp(loss),
        bits_per_token=bits,
        bits_per_byte=bits * len(scores) / size,
    )


def _record(token: Token, score: Score, expected: str) -> SurprisingToken:
    import math

    probability, bits = math.exp(score.log_probability), -score.log_probability / math.log(2)
    where = (token.text, token.id, token.start, token.end)
    return SurprisingToken(*where, probability, bits, expected, score.expected_probability)

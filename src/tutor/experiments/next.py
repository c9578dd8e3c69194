"""What the model expects to come next: the probability of every token, before and after filtering."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Device, Model, Option

if TYPE_CHECKING:
    from tutor.engine.records import Candidate
    from tutor.engine.tokenization import Token

TOPIC = "Language models"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("sampling.filtered", "sampling.tempered", "sampling.top_k", "sampling.top_p", "sampling.min_p")
EXAMPLES = (
    'tutor next "The cat sat on the"',
    'tutor next "The dog ran to the" -k 5 --temperature 0.5',
    'tutor next "The dog ran to the" --top-p 0.9 --plain',
    'tutor next "Sam had a red kite. He ran and ran and flew his red" --window 8',
)


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("The beginning of a text; it may be empty.")]
    k: Annotated[int, Option("How many tokens to show.", low=1, high=1000)] = 10
    temperature: Annotated[
        float, Option("Below 1 sharper, above 1 flatter, 0 only the best.", low=0, high=5, step=0.1)
    ] = 1.0
    top_k: Annotated[int, Option("Keep the k most probable tokens; 0 keeps all.", low=0, high=1_000_000)] = 0
    top_p: Annotated[float, Option("Keep the most probable tokens up to this sum.", low=0, high=1, step=0.05)] = 1.0
    min_p: Annotated[float, Option("Drop tokens below this share of the best one.", low=0, high=1, step=0.05)] = 0.0
    window: Annotated[
        int, Option("Read only so many of the last tokens; 0 reads all that fit.", low=0, high=1_000_000, step=8)
    ] = 0
    model: Model = "storyteller"
    device: Device = "auto"


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    prompt: str
    """The text as far as the model reads it."""
    tokens: tuple[Token, ...]
    truncated: int
    """Tokens at the beginning that were left out because the context, or the window asked for, is full."""
    candidates: tuple[Candidate, ...]
    """The most probable tokens as the model scores them, before temperature and filtering."""
    filtered: tuple[Candidate, ...]
    """The most probable tokens as they would be drawn, after temperature and filtering."""
    kept: int
    """How many tokens are left to draw from."""
    vocabulary: int
    """How many tokens there are."""
    entropy_bits: float
    """How open the model's own distribution is: the mean surprise of what it expects, in bits."""
    filtered_entropy_bits: float


def run(inputs: Inputs) -> Result:
    """Raises InputError for an unknown model."""
    from tutor.engine import loading, sampling
    from tutor.engine.generation import likeliest

    loaded = loading.decoder(inputs.model, inputs.device)
    reserve = max(loaded.context - inputs.window, 0) if inputs.window else 0
    encoded = loading.encode(loaded, inputs.text, reserve)
    logits = loading.next_logits(loaded, encoded.ids)
    options = sampling.SamplingOptions(inputs.temperature, inputs.top_k, inputs.top_p, inputs.min_p)
    kept = sampling.filtered(logits, options)
    text_of = loaded.splitter.text_of
    before, after = (
        tuple(replace(one, text=text_of(one.id)) for one in likeliest(loaded.tokenizer, scores, inputs.k))
        for scores in (logits, kept)
    )
    return Result(
        model=loaded.entry.name,
        device=loaded.device,
        prompt=inputs.text[encoded.tokens[0].start :] if encoded.tokens else "",
        tokens=encoded.tokens,
        truncated=encoded.truncated,
        candidates=before,
        filtered=after,
        kept=int(kept.isfinite().sum()),
        vocabulary=len(logits),
        entropy_bits=sampling.entropy_bits(logits),
        filtered_entropy_bits=sampling.entropy_bits(kept),
    )

"""Guess the words behind [MASK]: an encoder reads what stands before and after each gap.

Write [MASK] where a word is missing, once or several times. Each gap is guessed by itself: the other gaps are gaps to
the model too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Device, Model, Option

if TYPE_CHECKING:
    from torch import Tensor

    from tutor.engine.loading_encoder import LoadedEncoder
    from tutor.engine.records import Candidate, Floats
    from tutor.engine.tokenization import Token

TOPIC = "Language models"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("encoder.Layer", "encoder.SelfAttention", "encoder.Predictions")
EXAMPLES = (
    'tutor fill "The [MASK] barked loudly and ran after the ball."',
    'tutor fill "She put on her [MASK] because it was [MASK]." -k 3',
    'tutor fill "Once upon a [MASK] there was a king." --plain',
)

_AROUND = 6
"""Tokens of the text that are repeated on each side of a gap."""


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("A text with [MASK] where a word is to be guessed.")]
    k: Annotated[int, Option("How many candidates to show.", low=1, high=1000)] = 8
    model: Model = "gapfiller"
    device: Device = "auto"


@dataclass(frozen=True)
class Look:
    """The token that one head looks at most from a gap; the gap itself, [CLS] and [SEP] are left out."""

    layer: int
    head: int
    target: int
    """Its place in `tokens`."""
    weight: float


@dataclass(frozen=True)
class Gap:
    """A [MASK], and what the model would put there."""

    index: int
    """Its place in `tokens`."""
    around: str
    """The gap with a few tokens of the text on each side."""
    candidates: tuple[Candidate, ...]
    """The likeliest first."""
    entropy_bits: float
    """How open the choice is: the mean surprise of what is expected, in bits."""
    weights: Floats
    """Shape (T,): the weight on each token, the mean of all layers and heads."""
    looks: tuple[Look, ...]
    """For each head, what it looks at most; none if there is nothing to look at."""


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    tokens: tuple[Token, ...]
    """What the model reads, between [CLS] and [SEP]."""
    left_out: int
    """Characters of a long text before and after the part around its first gap, which alone was read."""
    vocabulary: int
    """How many tokens there are to choose from."""
    filled: str
    """The text that was read, with the likeliest candidate in each gap."""
    gaps: tuple[Gap, ...]
    unknowns: tuple[str, ...]
    """What stands in the text where the model reads only [UNK]."""


def run(inputs: Inputs) -> Result:
    """Raises InputError for a text without [MASK] or an unknown model."""
    import torch

    from tutor.engine import loading_encoder
    from tutor.engine.masking import MASK
    from tutor.engine.trace import Trace

    loaded = loading_encoder.encoder(inputs.model, inputs.device)
    encoded = loading_encoder.with_gaps(loaded, inputs.text)
    trace, mask = Trace(("pattern",)), loaded.special(MASK)
    with torch.inference_mode():
        logits = loaded.model(torch.tensor([encoded.ids], device=loaded.device), trace=trace)[0].float()  # (T, V)
    layers = range(loaded.model.config.num_hidden_layers)
    patterns = torch.cat([trace["pattern", layer] for layer in layers]).float().cpu().numpy()  # (L, H, T, T)
    gaps = tuple(
        _gap(
            loaded, place, _around(inputs.text, encoded.tokens, place), logits[place], patterns[:, :, place], inputs.k
        )
        for place, token in enumerate(encoded.tokens)
        if token.id == mask
    )
    unknown = loaded.splitter.unknown_id
    unknowns = (inputs.text[one.start : one.end] for one in encoded.tokens if one.id == unknown)
    return Result(
        model=loaded.entry.name,
        device=loaded.device,
        tokens=encoded.tokens,
        left_out=encoded.left_out,
        vocabulary=logits.shape[-1],
        filled=_filled(inputs.text, encoded.tokens, gaps),
        gaps=gaps,
        unknowns=tuple(dict.fromkeys(unknowns)),
    )


def _gap(loaded: LoadedEncoder, place: int, around: str, logits: Tensor, rows: Floats, k: int) -> Gap:
    """`logits` (V,) and `rows` (L, H, T) of the gap at `place`."""
    from dataclasses import replace

    from tutor.engine.generation import likeliest
    from tutor.engine.sampling import entropy_bits

    text_of = loaded.splitter.text_of
    candidates = tuple(replace(one, text=text_of(one.id)) for one in likeliest(loaded.tokenizer, logits, k))
    return Gap(place, around, candidates, entropy_bits(logits), rows.mean((0, 1)), _looks(place, rows))


def _looks(place: int, rows: Floats) -> tuple[Look, ...]:
    """What each head looks at most from the gap at `place`; nothing where there is nothing but the gap."""
    others = rows.copy()  # (L, H, T)
    others[:, :, [0, place, -1]] = -1
    if others.max() < 0:
        return ()
    return tuple(
        Look(layer, head, int(target), float(rows[layer, head, target]))
        for layer, line in enumerate(others.argmax(-1))
        for head, target in enumerate(line)
    )


def _around(text: str, tokens: tuple[Token, ...], place: int) -> str:
    """The part of the text around a token, with marks where there is more."""
    first, last = max(place - _AROUND, 1), min(place + _AROUND, len(tokens) - 2)
    before, after = first > 1, last < len(tokens) - 2
    return f"{'… ' if before else ''}{text[tokens[first].start : tokens[last].end]}{' …' if after else ''}"


def _filled(text: str, tokens: tuple[Token, ...], gaps: tuple[Gap, ...]) -> str:
    """The part of the text that was read, each gap replaced by its likeliest candidate."""
    at, parts = tokens[0].start, []
    for gap in gaps:
        mask, word = tokens[gap.index], gap.candidates[0].text
        continues = word.startswith("##")  # a piece that goes on with the word before it
        before = text[at : mask.start]
        parts += [before.rstrip() if continues else before, word.removeprefix("##")]
        at = mask.end
    return "".join(parts) + text[at : tokens[-1].end]

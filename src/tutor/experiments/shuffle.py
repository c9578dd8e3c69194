"""How far apart the model puts two orders of the same words, with positions and without.

The vector of a text is the mean of its tokens after the last layer. Without positions a decoder still knows some
order, because its causal mask hides later tokens; only without both is a text a bag of words to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import InputError
from tutor.experiments.frame.inputs import Argument, Device, Model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from tutor.engine.loading import Loaded
    from tutor.engine.tokenization import Token
    from tutor.engine.trace import Intervention

TOPIC = "Positions"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("trace.DropPositions", "trace.NoCausalMask", "attention.rotate")
EXAMPLES = (
    'tutor shuffle "the dog saw the cat" "the cat saw the dog"',
    'tutor shuffle "I love cats" "cats love me" --plain',
)


@dataclass(frozen=True)
class Inputs:
    first: Annotated[str, Argument("A sentence.", piped=False)]
    second: Annotated[str, Argument("The same words in another order.", piped=False)]
    model: Model = "storyteller"
    device: Device = "auto"


@dataclass(frozen=True)
class Condition:
    """The two sentences as the model sees them when something is taken away from it."""

    positions: bool
    """Whether it is told where each token stands."""
    mask: bool
    """Whether later tokens are hidden from earlier ones."""
    similarity: float
    """The cosine of the two vectors: 1 for the same direction."""
    distance: float
    """How far apart the vectors are, as a share of their mean length."""


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    first: tuple[Token, ...]
    second: tuple[Token, ...]
    same_tokens: bool
    """Whether both are made of the same tokens, each as often."""
    conditions: tuple[Condition, ...]


def run(inputs: Inputs) -> Result:
    """Raises InputError for an empty sentence, one that is longer than the context, or an unknown model."""
    from tutor.engine import loading
    from tutor.engine.trace import DropPositions, NoCausalMask

    loaded = loading.decoder(inputs.model, inputs.device)
    first, second = (_tokens(loaded, text) for text in (inputs.first, inputs.second))
    kinds: tuple[tuple[Intervention, ...], ...] = ((), (DropPositions(),), (DropPositions(), NoCausalMask()))
    conditions = tuple(
        _condition(_vector(loaded, first, taken), _vector(loaded, second, taken), taken) for taken in kinds
    )
    same = sorted(token.id for token in first) == sorted(token.id for token in second)
    return Result(loaded.entry.name, loaded.device, first, second, same, conditions)


def _tokens(loaded: Loaded, text: str) -> tuple[Token, ...]:
    """The tokens of a sentence. A space before it makes its first word the same token as inside a sentence."""
    from tutor.engine import loading

    encoded = loading.encode_some(loaded, f" {text.strip()}" if text.strip() else "")
    if encoded.truncated:
        raise InputError("the sentence", f"longer than the context of {loaded.context} tokens", "give a shorter one")
    return encoded.tokens


def _vector(loaded: Loaded, tokens: Sequence[Token], taken: Sequence[Intervention]) -> Tensor:
    """The mean over all tokens of what the last layer makes of them, shape (C,)."""
    import torch

    from tutor.engine import loading

    ids = loading.as_batch(loaded, [token.id for token in tokens])
    with torch.inference_mode():
        hidden, _ = loaded.model.hidden(ids, interventions=taken)  # (1, T, C)
    return hidden[0].double().mean(0)


def _condition(first: Tensor, second: Tensor, taken: tuple[Intervention, ...]) -> Condition:
    import torch

    similarity = float(torch.cosine_similarity(first, second, dim=0))
    distance = float((first - second).norm() / ((first.norm() + second.norm()) / 2))
    return Condition(len(taken) < 1, len(taken) < 2, similarity, distance)

"""What changes when attention heads are switched off: the next-word distribution, and the loss on the text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import UsageError
from tutor.experiments.frame.inputs import Argument, Device, Model, Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from tutor.engine.loading import Loaded
    from tutor.engine.tokenization import Token
    from tutor.engine.trace import Intervention

TOPIC = "Attention"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("trace.AblateHeads", "attention.readable_attention")
EXAMPLES = (
    'tutor ablate "The cat chased the mouse because it was" --head 2.1',
    'tutor ablate "Once upon a time there was a little" --head 0.0 --head 0.1 --plain',
)


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("The text to read.")]
    heads: Annotated[tuple[str, ...], Option("A head to switch off, as LAYER.HEAD from 0; repeat it.", flag="--head")]
    k: Annotated[int, Option("How many tokens to show.", low=1, high=100)] = 10
    model: Model = "storyteller"
    device: Device = "auto"


@dataclass(frozen=True)
class Head:
    layer: int
    head: int


@dataclass(frozen=True)
class Changed:
    """A token that could come next, with all heads on and with the chosen ones off."""

    id: int
    text: str
    probability: float
    probability_without: float


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    tokens: tuple[Token, ...]
    truncated: int
    """Tokens at the beginning that were left out because the context is full."""
    heads: tuple[Head, ...]
    """Those that were switched off."""
    candidates: tuple[Changed, ...]
    """The tokens that are most probable in either case, by how probable they are with all heads on."""
    divergence_bits: float
    """How far the distribution moved: the Kullback-Leibler divergence of the new one from the old, in bits."""
    loss: float | None
    """Nats a token on the text, from its second token on; None for a single token."""
    loss_without: float | None


def run(inputs: Inputs) -> Result:
    """Raises UsageError for a head that the model has not, InputError for an empty text or an unknown model."""
    import math

    from tutor.engine import loading
    from tutor.engine.trace import AblateHeads

    loaded = loading.decoder(inputs.model, inputs.device)
    heads = tuple(_head(loaded, word) for word in inputs.heads)
    encoded = loading.encode_some(loaded, inputs.text)
    before = _log_probabilities(loaded, encoded.ids, ())
    after = _log_probabilities(loaded, encoded.ids, [AblateHeads([(one.layer, one.head) for one in heads])])
    return Result(
        model=loaded.entry.name,
        device=loaded.device,
        tokens=encoded.tokens,
        truncated=encoded.truncated,
        heads=heads,
        candidates=_changed(loaded, before[-1].exp(), after[-1].exp(), inputs.k),
        divergence_bits=float((before[-1].exp() * (before[-1] - after[-1])).sum()) / math.log(2),
        loss=_loss(before, encoded.ids),
        loss_without=_loss(after, encoded.ids),
    )


def _head(loaded: Loaded, word: str) -> Head:
    config = loaded.model.config
    layers, heads = config.num_hidden_layers, config.num_attention_heads
    match = re.fullmatch(r"([0-9]{1,4})\.([0-9]{1,4})", word)
    if match is None or int(match[1]) >= layers or int(match[2]) >= heads:
        raise UsageError(f"--head {word}", "no such head", f"give LAYER.HEAD from 0.0 to {layers - 1}.{heads - 1}")
    return Head(int(match[1]), int(match[2]))


def _log_probabilities(loaded: Loaded, ids: Sequence[int], taken: Sequence[Intervention]) -> Tensor:
    """ln p of every token after each position, shape (T, V), in double precision."""
    import torch

    from tutor.engine import loading

    with torch.inference_mode():
        logits: Tensor = loaded.model(loading.as_batch(loaded, ids), interventions=taken)[0]  # (T, V)
        return logits.double().log_softmax(-1)


def _changed(loaded: Loaded, before: Tensor, after: Tensor, k: int) -> tuple[Changed, ...]:
    import torch

    count = min(k, len(before))
    either = torch.maximum(before, after).topk(count).indices.tolist()
    rows = [Changed(id, loaded.splitter.text_of(id), float(before[id]), float(after[id])) for id in either]
    return tuple(sorted(rows, key=lambda row: -row.probability))


def _loss(log_probabilities: Tensor, ids: Sequence[int]) -> float | None:
    if len(ids) < 2:
        return None
    places = range(len(ids) - 1)
    return -sum(float(log_probabilities[place, ids[place + 1]]) for place in places) / len(places)

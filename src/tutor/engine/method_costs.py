"""What each method of fine-tuning trains, and the memory that it takes, from a model's sizes alone. No torch.

Shape legend: C width of the residual stream, L layers, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tutor.engine import sizes
from tutor.engine.sizes import Shape

Method = Literal["full", "lora", "head"]

NUMBER = 4
"""Bytes of a number in training, which is in float32."""
_CHUNK = 1024
"""Tokens whose logits are alive at once (`losses.CHUNK`)."""


@dataclass(frozen=True)
class Memory:
    """Bytes that training holds, apart from the program itself."""

    weights: int
    gradients: int
    optimizer: int
    """AdamW's two means for each trained number."""
    activations: int
    """What the forward pass keeps of each token until the gradient has come back, logits of a chunk included."""

    @property
    def total(self) -> int:
        return self.weights + self.gradients + self.optimizer + self.activations


def trained(shape: Shape, method: Method, rank: int = 8, targets: Iterable[str] | None = None) -> int:
    """How many numbers a method trains; `targets` are the names in `lora.TARGETS`, all if None."""
    if method == "full":
        return sizes.parameters(shape)
    if method == "head":
        return shape.vocabulary * shape.width
    chosen = _dimensions(shape)
    return shape.layers * sum(rank * sum(chosen[name]) for name in (chosen if targets is None else targets))


def _dimensions(shape: Shape) -> dict[str, tuple[int, int]]:
    """(in, out) of each matrix of a layer of a Llama."""
    C, queries, keys = shape.width, shape.heads * shape.head_width, shape.groups * shape.head_width
    return {
        "q_proj": (C, queries),
        "k_proj": (C, keys),
        "v_proj": (C, keys),
        "o_proj": (queries, C),
        "gate_proj": (C, shape.hidden),
        "up_proj": (C, shape.hidden),
        "down_proj": (shape.hidden, C),
    }


def memory(shape: Shape, method: Method, tokens: int, rank: int = 8, targets: Iterable[str] | None = None) -> Memory:
    """The memory of training on batches of so many tokens.

    The weights of an adapter and of an untied output layer are beside those of the model, and are counted.
    """
    count = trained(shape, method, rank, targets)
    beside = {"full": 0, "lora": count, "head": count if shape.tied else 0}[method]
    logits = 3 * min(tokens, _CHUNK) * shape.vocabulary  # scores, their softmax, and the gradient
    return Memory(
        weights=NUMBER * (sizes.parameters(shape) + beside),
        gradients=NUMBER * count,
        optimizer=2 * NUMBER * count,
        activations=NUMBER * (tokens * kept_per_token(shape, method, rank, targets) + logits),
    )


def kept_per_token(shape: Shape, method: Method, rank: int = 8, targets: Iterable[str] | None = None) -> int:
    """Numbers that the forward pass keeps of each token for the backward pass.

    Of a layer: what both norms read and give, queries, keys and values, what attention gives, and of the
    feed-forward the gate, its activation, the other side and their product. An adapter needs its matrices' inputs as
    all weights do, but a frozen norm keeps no normed copy for its weight. A head keeps what it reads.
    """
    C, queries = shape.width, shape.heads * shape.head_width
    if method == "head":
        return 2 * C
    layer = 4 * queries + 4 * shape.hidden + (6 if method == "full" else 4) * C
    if method == "lora":
        chosen = _dimensions(shape) if targets is None else tuple(targets)
        layer += rank * len(chosen)
    return shape.layers * layer + 2 * C

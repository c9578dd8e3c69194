"""Which weights of a model a training has moved, and how far. Torch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_LAYER = re.compile(r"model\.layers\.(\d+)\.(?:self_attn\.|mlp\.)?(\w+?)(?:_proj|_layernorm)?\.weight$")
_OUTSIDE = {"model.embed_tokens.weight": "embedding", "model.norm.weight": "last norm", "lm_head.weight": "output"}
_SPELLED = {"input": "norm 1", "post_attention": "norm 2"}


@dataclass(frozen=True)
class Movement:
    """How far one matrix or vector of weights has gone."""

    layer: int
    """From 0; −1 for what stands outside the layers."""
    matrix: str
    """`q`, `k`, `v`, `o`, `gate`, `up`, `down`, `norm 1`, `norm 2`, `embedding`, `last norm` or `output`."""
    change: float
    """The length of the difference divided by the length of the weights before (Frobenius norms)."""


def movements(before: Mapping[str, Tensor], after: Mapping[str, Tensor]) -> tuple[Movement, ...]:
    """The relative change of every matrix that both have, in the order of the model.

    An output layer that shares the embedding's table is not told twice.
    """
    found = []
    for name, old in before.items():
        place = _place(name)
        if place is not None and name in after and not _is_shared(name, after):
            length = float(old.float().norm()) or 1.0
            found.append(Movement(*place, float((after[name].float() - old.float()).norm()) / length))
    return tuple(found)


def _is_shared(name: str, tensors: Mapping[str, Tensor]) -> bool:
    table = tensors.get("model.embed_tokens.weight")
    return name == "lm_head.weight" and table is not None and tensors[name].data_ptr() == table.data_ptr()


def _place(name: str) -> tuple[int, str] | None:
    if name in _OUTSIDE:
        return -1, _OUTSIDE[name]
    match = _LAYER.match(name)
    return (int(match[1]), _SPELLED.get(match[2], match[2])) if match else None

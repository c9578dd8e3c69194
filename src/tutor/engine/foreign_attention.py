"""Our readable attention inside models of other architectures, in the place that `transformers` keeps for it. Torch.

A model whose attention is the plain one calls `attention` below, so a trace sees the same stages as in our own
decoder and an intervention changes them. Shape legend in `attention.py`.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor, nn

from tutor.engine.attention import causal_mask, readable_attention, repeat_groups
from tutor.engine.trace import Observer
from tutor.errors import InputError

NAME = "tutor"
"""What this attention is called among those of `transformers`."""

_BEYOND = ("softcap", "s_aux", "sinks", "position_bias", "head_mask")
"""What some models add to equation 1, by the names under which `transformers` hands it over."""

_WATCHING: ContextVar[Observer | None] = ContextVar("watching", default=None)


def register() -> None:
    """Tell `transformers` about the attention here, which gets masks that are True where a query may look."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    AttentionInterface.register(NAME, attention)
    AttentionMaskInterface.register(NAME, sdpa_mask)


@contextmanager
def watched(observer: Observer | None) -> Iterator[None]:
    """Attention in this context shows its stages to the observer."""
    before = _WATCHING.set(observer)
    try:
        yield
    finally:
        _WATCHING.reset(before)


def attention(
    module: nn.Module, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, scaling: float | None = None, **more: Any
) -> tuple[Tensor, Tensor | None]:
    """The mixed values (B, T, H, D) of q (B, H, T, D), k and v (B, G, S, D), as `transformers` calls for them.

    `scaling` is what scores are multiplied with, 1 / √D if it is None. Raises InputError for an intervention in an
    attention that does more than equation 1.
    """
    observer = _WATCHING.get()
    if any(more.get(name) is not None for name in _BEYOND):
        return _their_own(module, (q, k, v), mask, observer, scaling=scaling, **more)
    if observer is None:
        from transformers.integrations.sdpa_attention import sdpa_attention_forward

        fast: tuple[Tensor, None] = sdpa_attention_forward(module, q, k, v, mask, scaling=scaling, **more)
        return fast
    if scaling is not None and not math.isclose(by := scaling * math.sqrt(q.shape[-1]), 1.0):
        q = q * by  # so that what is divided by √D afterwards is what the model wants
    k, v = repeat_groups(k, q.shape[1]), repeat_groups(v, q.shape[1])  # (B, H, S, D)
    layer = layer_of(module)
    q, k, v = (observer.stage(name, x, layer) for name, x in (("q", q), ("k", k), ("v", v)))
    visible = _visible(mask, q, k, observer)
    theirs = observer.function("attention", readable_attention)
    if theirs is readable_attention:
        z = readable_attention(q, k, v, visible, observer, layer)
    else:
        z = theirs(q, k, v, visible)
    return observer.stage("z", z, layer).transpose(1, 2).contiguous(), None


def layer_of(module: nn.Module) -> int:
    """Which layer's attention this is, from 0."""
    return int(module.layer_idx)  # type: ignore[arg-type]


def _visible(mask: Tensor | None, q: Tensor, k: Tensor, observer: Observer) -> Tensor:
    """True where a query may look, after the interventions, broadcast to (B, H, T, S)."""
    T, S = q.shape[2], k.shape[2]
    visible: Tensor = causal_mask(T, S, q.device) if mask is None else mask
    visible = observer.function("mask", lambda T, S: visible)(T, S)
    if observer.causal():
        return visible
    return visible.any(-2, keepdim=True).expand_as(visible)  # all but padding, at which no query looks


def _their_own(
    module: nn.Module, qkv: tuple[Tensor, Tensor, Tensor], mask: Tensor | None, observer: Observer | None, **more: Any
) -> tuple[Tensor, Tensor | None]:
    """The model's own attention, of which only the pattern is seen."""
    if observer is not None and observer.interventions:
        why = "its attention does more than the plain one, so it can be watched but not changed"
        raise InputError(type(module).__name__, why, "use a model with plain attention, such as storyteller")
    q, k, _ = qkv
    visible = causal_mask(q.shape[2], k.shape[2], q.device)[None, None] if mask is None else mask
    added = torch.zeros_like(visible, dtype=q.dtype).masked_fill(~visible, torch.finfo(q.dtype).min)
    theirs = sys.modules[type(module).__module__].eager_attention_forward
    mixed, pattern = theirs(module, *qkv, added, **more)
    if observer is not None:
        observer.stage("pattern", pattern, layer_of(module))
    return mixed, pattern

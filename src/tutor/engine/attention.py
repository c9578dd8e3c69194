"""Scaled dot-product attention with rotary positions: what every transformer here shares.

Shape legend, for the whole engine:

    B batch · T tokens looking (queries) · S tokens looked at (keys) · C width of the residual stream
    H heads · G heads of keys and values · D width of a head · V vocabulary · L layers

Capitals mean sizes and nothing else.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from tutor.engine import gradients

if TYPE_CHECKING:
    from tutor.engine.trace import Observer


def causal_mask(T: int, S: int, device: torch.device) -> Tensor:
    """True where query t, which stands at position S − T + t, may look at key s: at itself and before. (T, S)."""
    return torch.ones(T, S, dtype=torch.bool, device=device).tril(S - T)


def fast_attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, *, causal: bool) -> Tensor:
    """Attention in one fused call, for when nobody watches. Shapes as in `readable_attention`.

    `mask` is True where a query may look, broadcast to (B, H, T, S); `causal` is used instead when it is None.
    """
    return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal and mask is None)


def readable_attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, observer: Observer, layer: int) -> Tensor:
    """Attention(Q, K, V) = softmax(QKᵀ / √D) V (Vaswani et al. 2017, equation 1), step by step.

    q (B, H, T, D), k and v (B, H, S, D), mask broadcast to (B, H, T, S) and True where a query may look.
    Gives (B, H, T, D). The observer sees `attn_scores` (scaled, masked ones −∞) and `pattern`.
    """
    scores = q @ k.transpose(-2, -1)  # (B, H, T, S): one number for each query and key
    scores = scores / math.sqrt(q.shape[-1])  # keeps the size of a score independent of D
    scores = scores.masked_fill(~mask, -torch.inf)
    scores = observer.stage("attn_scores", scores, layer)
    pattern = observer.function("softmax", softmax)(scores)  # each query's weights sum to 1
    # A query that may look at nothing (padding) would divide 0 by 0; it mixes nothing instead.
    pattern = pattern.masked_fill(~mask.any(-1, keepdim=True), 0.0)
    pattern = observer.stage("pattern", pattern, layer)
    return pattern @ v  # (B, H, T, D): the values, mixed by their weights


def softmax(scores: Tensor) -> Tensor:
    """Positive weights that sum to 1 along the last axis: exp(score) over the sum of all exp(score)."""
    return torch.softmax(scores, dim=-1)


def split_heads(x: Tensor, heads: int) -> Tensor:
    """(B, T, H·D) → (B, H, T, D)."""
    B, T, _ = x.shape
    return x.view(B, T, heads, -1).transpose(1, 2)


def join_heads(z: Tensor) -> Tensor:
    """(B, H, T, D) → (B, T, H·D)."""
    B, _, T, _ = z.shape
    return z.transpose(1, 2).reshape(B, T, -1)


def repeat_groups(x: Tensor, heads: int) -> Tensor:
    """Give each of the H query heads its group's keys or values: (B, G, S, D) → (B, H, S, D).

    Grouped-query attention (Ainslie et al. 2023): H/G neighbouring query heads share one head of keys and values.
    """
    groups = x.shape[1]
    return x if groups == heads else x.repeat_interleave(heads // groups, dim=1)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each pair of channels of x (B, H, T, D) by its position's angles; cos and sin (T, D) or (B, 1, T, D).

    Rotary positions (Su et al. 2021, equation 34). Channel i is paired with i + D/2, as Llama's checkpoints
    have it, not with i + 1 as in the paper; the two differ by a fixed order of channels only.
    """
    if gradients.written_out(x):
        return gradients.Turned.apply(x, cos, sin)  # type: ignore[no-any-return, no-untyped-call]
    first, second = x.chunk(2, dim=-1)
    turned = torch.cat((-second, first), dim=-1)
    return x * cos + turned * sin

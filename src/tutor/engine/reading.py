"""A decoder that reads a text bit by bit and scores what comes next, as quickly as it can.

`decoder.py` says what is computed. While a text is written, though, each step has one token, no batch and no mask,
and a vector times a matrix is so little work that much of a step goes into starting operations. `_OneToken` therefore
computes the same with fewer of them, on a CPU; nobody can watch or change it. Tests hold the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tutor.engine import rotary
from tutor.engine.cache import Cache
from tutor.engine.decoder import Decoder, Layer


class Reading:
    """A text of up to `capacity` tokens, as far as `model` has read it."""

    def __init__(self, model: Decoder, capacity: int) -> None:
        self.model, self.cache = model, Cache(capacity)
        self.device = next(model.parameters()).device
        self.quick = _OneToken(model, self.cache) if _is_plain(model, capacity) else None

    def read(self, ids: Sequence[int]) -> Tensor:
        """Read on; the logits (V,) in float32 of the token that comes next."""
        with torch.inference_mode():
            if self.quick is not None and len(ids) == 1 and self.cache.length:
                return self.quick.read(ids[0])
            hidden, _ = self.model.hidden(torch.tensor([list(ids)], device=self.device), cache=self.cache)
            return self.model.lm_head(hidden[0, -1]).float()  # type: ignore[no-any-return]


def _is_plain(model: Decoder, capacity: int) -> bool:
    """Whether `_OneToken` can stand in: ours, in float32 on the CPU, without biases, adapters or a longer context."""
    if type(model) is not Decoder or capacity > model.config.max_position_embeddings:
        return False
    projections = [m for m in model.model.layers.modules() if isinstance(m, nn.Linear)]
    first = model.lm_head.weight
    is_plain = all(type(m) is nn.Linear and m.bias is None for m in projections)
    return is_plain and first.dtype == torch.float32 and first.device.type == "cpu"


class _OneToken:
    """A decoder's step for one token; in the shapes below there is no B and no T."""

    def __init__(self, model: Decoder, cache: Cache) -> None:
        config = model.config
        self.cache, self.eps = cache, config.rms_norm_eps
        self.H, self.G, self.D = config.num_attention_heads, config.num_key_value_heads, config.head_dim
        per_position = rotary.frequencies(
            config.head_dim,
            config.rope_theta,
            config.rope_scaling,
            context=config.max_position_embeddings,
            length=cache.capacity,
        )
        self.cos, self.sin = rotary.angles(torch.arange(cache.capacity), per_position)  # (S, D)
        self.sin[:, : self.D // 2] *= -1  # so that `_rotate` need not negate the second half
        self.embedding, self.head = model.model.embed_tokens.weight.detach(), model.lm_head.weight.detach()
        self.last_norm = model.model.norm.weight.detach()
        self.layers = [_Weights.of(cast("Layer", layer)) for layer in model.model.layers]

    def read(self, token: int) -> Tensor:
        """Logits (V,) after `token`, whose keys and values go behind those in the cache."""
        x = self.embedding[token]  # (C,)
        for index, weights in enumerate(self.layers):
            x = self._attention(x, self._norm(x, weights.input_norm), weights, index)
            x = self._feed_forward(x, self._norm(x, weights.mlp_norm), weights)
        self.cache.advance(1)
        return torch.mv(self.head, self._norm(x, self.last_norm))

    def _norm(self, x: Tensor, weight: Tensor) -> Tensor:
        # The one number that all channels share is computed in Python: three operations fewer.
        scale: float = (float(torch.dot(x, x)) / len(x) + self.eps) ** -0.5
        return x * scale * weight

    def _attention(self, x: Tensor, normed: Tensor, weights: _Weights, index: int) -> Tensor:
        """x, and what attention adds to it, (C,)."""
        H, G, D = self.H, self.G, self.D
        q, k, v = torch.mv(weights.q, normed), torch.mv(weights.k, normed), torch.mv(weights.v, normed)
        rotated = self._rotate(torch.cat((q, k)).view(H + G, D))
        keys, values = self.cache.extend(index, rotated[H:].view(1, G, 1, D), v.view(1, G, 1, D))  # (1, G, S, D)
        # Query heads that share a head of keys stand in a row, as tokens would, so that nothing is repeated.
        z = F.scaled_dot_product_attention(rotated[:H].view(1, G, H // G, D), keys, values)
        return torch.addmv(x, weights.o, z.reshape(-1))

    def _rotate(self, heads: Tensor) -> Tensor:
        """As `attention.rotate`, in place, for heads (H + G, D) of the token that is read now."""
        turned = heads.roll(self.D // 2, dims=-1)
        return heads.mul_(self.cos[self.cache.length]).addcmul_(turned, self.sin[self.cache.length])

    def _feed_forward(self, x: Tensor, normed: Tensor, weights: _Weights) -> Tensor:
        """x, and what the feed-forward adds to it, (C,)."""
        gate = F.silu(torch.mv(weights.gate, normed), inplace=True)
        return torch.addmv(x, weights.down, gate.mul_(torch.mv(weights.up, normed)))


class _Weights(NamedTuple):
    """A layer's weights, looked up once and not at every step."""

    input_norm: Tensor
    q: Tensor
    k: Tensor
    v: Tensor
    o: Tensor
    mlp_norm: Tensor
    gate: Tensor
    up: Tensor
    down: Tensor

    @classmethod
    def of(cls, layer: Layer) -> _Weights:
        attention, mlp = layer.self_attn, layer.mlp
        modules = (
            layer.input_layernorm,
            *(attention.q_proj, attention.k_proj, attention.v_proj, attention.o_proj),
            layer.post_attention_layernorm,
            *(mlp.gate_proj, mlp.up_proj, mlp.down_proj),
        )
        return cls(*(module.weight.detach() for module in modules))

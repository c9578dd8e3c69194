"""A decoder-only transformer, as in Llama (Touvron et al. 2023): it reads tokens and scores what comes next.

    tokens → embedding → [norm → attention → add, norm → feed-forward → add] × L → norm → logits

The shape legend is in `attention.py`. Parameters are named as in Hugging Face's `LlamaForCausalLM`, so that the
state dict is the standard checkpoint.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tutor.engine import gradients, rotary
from tutor.engine.attention import (
    causal_mask,
    fast_attention,
    join_heads,
    readable_attention,
    repeat_groups,
    rotate,
    split_heads,
)
from tutor.engine.cache import Cache
from tutor.engine.config import DecoderConfig
from tutor.engine.trace import Intervention, Observer, Trace

__all__ = ["Decoder", "DecoderConfig"]


class RMSNorm(nn.Module):
    """Scale each token's vector to a root mean square of 1, then each channel by a learned weight.

    Zhang and Sennrich 2019, equation 4. Shapes (…, C) → (…, C).
    """

    def __init__(self, C: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(C))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return gradients.norm(x, self.weight, self.eps)


class Attention(nn.Module):
    """Each token asks (query), every earlier one offers (key) and gives (value); heads work side by side."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.heads, self.groups = config.num_attention_heads, config.num_key_value_heads
        C, D, bias = config.hidden_size, config.head_dim, config.attention_bias
        self.q_proj = nn.Linear(C, self.heads * D, bias=bias)
        self.k_proj = nn.Linear(C, self.groups * D, bias=bias)
        self.v_proj = nn.Linear(C, self.groups * D, bias=bias)
        self.o_proj = nn.Linear(self.heads * D, C, bias=bias)

    def forward(self, x: Tensor, step: Step, layer: int) -> Tensor:
        q = rotate(split_heads(self.q_proj(x), self.heads), step.cos, step.sin)  # (B, H, T, D)
        k = rotate(split_heads(self.k_proj(x), self.groups), step.cos, step.sin)  # (B, G, T, D)
        v = split_heads(self.v_proj(x), self.groups)  # (B, G, T, D)
        if step.cache is not None:
            k, v = step.cache.extend(layer, k, v)  # (B, G, S, D): this step's behind all before
        k, v = repeat_groups(k, self.heads), repeat_groups(v, self.heads)  # (B, H, S, D)
        z = self._mix(q, k, v, step, layer)  # (B, H, T, D)
        out: Tensor = self.o_proj(join_heads(z))  # (B, T, C)
        return out

    def _mix(self, q: Tensor, k: Tensor, v: Tensor, step: Step, layer: int) -> Tensor:
        observer = step.observer
        if observer is None:
            return fast_attention(q, k, v, step.mask, causal=step.causal)
        q, k, v = (observer.stage(n, x, layer) for n, x in (("q", q), ("k", k), ("v", v)))
        mask = step.mask if step.mask is not None else q.new_ones(q.shape[2], k.shape[2], dtype=torch.bool)
        theirs = observer.function("attention", readable_attention)
        if theirs is readable_attention:
            z = readable_attention(q, k, v, mask, observer, layer)
        else:
            z = theirs(q, k, v, mask)
        return observer.stage("z", z, layer)


class FeedForward(nn.Module):
    """SwiGLU (Shazeer 2020, equation 6): one projection gates another, channel by channel. (B, T, C) → (B, T, C)."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        C, hidden, bias = config.hidden_size, config.intermediate_size, config.mlp_bias
        self.gate_proj = nn.Linear(C, hidden, bias=bias)
        self.up_proj = nn.Linear(C, hidden, bias=bias)
        self.down_proj = nn.Linear(hidden, C, bias=bias)

    def forward(self, x: Tensor, observer: Observer | None, layer: int) -> Tensor:
        post = F.silu(self.gate_proj(x)) * self.up_proj(x)
        if observer is not None:
            post = observer.stage("mlp_post", post, layer)
        return self.down_proj(post)  # type: ignore[no-any-return]


class Layer(nn.Module):
    """Attention, then feed-forward; each reads a normed copy of the residual stream and adds to it."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.input_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.self_attn = Attention(config)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.mlp = FeedForward(config)

    def forward(self, x: Tensor, step: Step, layer: int) -> Tensor:
        x = step.see("resid_pre", x, layer)
        x = x + step.see("attn_out", self.self_attn(self.input_layernorm(x), step, layer), layer)
        x = step.see("resid_mid", x, layer)
        x = x + step.see("mlp_out", self.mlp(self.post_attention_layernorm(x), step.observer, layer), layer)
        return step.see("resid_post", x, layer)


class Stack(nn.Module):
    """Embedding, layers and the last norm; a module of its own because checkpoints call it `model`."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)


class Decoder(nn.Module):
    """The whole model. `decoder(ids)` gives, at each position, a score for every token that could come next."""

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.config = config
        self.model = Stack(config)
        self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
        if config.tie_word_embeddings:  # one matrix reads tokens in and writes scores out (Press and Wolf 2017)
            self.lm_head.weight = self.model.embed_tokens.weight

    def forward(
        self,
        ids: Tensor,
        *,
        cache: Cache | None = None,
        padding: Tensor | None = None,
        trace: Trace | None = None,
        interventions: Sequence[Intervention] = (),
    ) -> Tensor:
        """Logits (B, T, V) for token ids (B, T).

        `cache` holds keys and values of earlier calls and is extended. `padding` (B, S) is True where there is a
        real token; padding goes on the left. `trace` and `interventions` take the readable path of attention.
        """
        x, step = self.hidden(ids, cache=cache, padding=padding, trace=trace, interventions=interventions)
        return step.see("logits", self.lm_head(x))

    def hidden(
        self,
        ids: Tensor,
        *,
        cache: Cache | None = None,
        padding: Tensor | None = None,
        trace: Trace | None = None,
        interventions: Sequence[Intervention] = (),
    ) -> tuple[Tensor, Step]:
        """The residual stream after the last norm (B, T, C), and the step that led there."""
        observer = Observer(trace, interventions) if trace is not None or interventions else None
        step = self._step(ids, cache, padding, observer)
        x = step.see("embed", self.model.embed_tokens(ids))  # (B, T, C)
        for index, layer in enumerate(self.model.layers):
            x = layer(x, step, index)
        if cache is not None:
            cache.advance(ids.shape[1])
        return step.see("final_norm", self.model.norm(x)), step

    def _step(self, ids: Tensor, cache: Cache | None, padding: Tensor | None, observer: Observer | None) -> Step:
        T, past = ids.shape[1], cache.length if cache is not None else 0
        S = past + T
        if padding is None:
            positions = torch.arange(past, S, device=ids.device)  # (T,)
        else:  # a sequence that is padded on the left counts from its first real token
            positions = (padding.long().cumsum(-1) - 1).clamp(min=0)[:, None, -T:]  # (B, 1, T)
        if observer is not None:
            positions = observer.positions(positions)
        cos, sin = rotary.angles(positions, self._frequencies(S, ids.device))
        if observer is not None:
            observer.stage("pos_embed", cos)
        mask = _mask(T, S, padding, observer, ids.device)
        return Step(cos.to(self.dtype), sin.to(self.dtype), mask, cache, observer)

    def _frequencies(self, length: int, device: torch.device) -> Tensor:
        config = self.config
        context = config.max_position_embeddings
        per_position = rotary.frequencies(
            config.head_dim, config.rope_theta, config.rope_scaling, context=context, length=length
        )
        return per_position.to(device)

    @property
    def dtype(self) -> torch.dtype:
        return self.model.embed_tokens.weight.dtype


class Step:
    """What all layers of one forward pass share."""

    def __init__(
        self, cos: Tensor, sin: Tensor, mask: Tensor | None, cache: Cache | None, observer: Observer | None
    ) -> None:
        self.cos, self.sin, self.mask, self.cache, self.observer = cos, sin, mask, cache, observer
        self.causal = mask is None
        """Nothing but the order of tokens hides any of them, and the fused call knows that order by itself."""
        if cache is not None and cache.length > 0:
            # One new token may look at all before it; more than one always come with a mask.
            self.causal = False

    def see(self, name: str, tensor: Tensor, layer: int = -1) -> Tensor:
        """Show a stage to the observer, if there is one, and go on with what it gives back."""
        return tensor if self.observer is None else self.observer.stage(name, tensor, layer)


def _mask(T: int, S: int, padding: Tensor | None, observer: Observer | None, device: torch.device) -> Tensor | None:
    """True where a query may look, (T, S) or (B, 1, T, S); None where the fused call needs none."""
    if padding is None and observer is None and (S == T or T == 1):
        return None
    visible = causal_mask(T, S, device)
    if observer is not None:
        visible = observer.function("mask", lambda T, S: visible)(T, S)
        visible = visible if observer.causal() else torch.ones_like(visible)
    return visible if padding is None else visible & padding[:, None, None, :S]

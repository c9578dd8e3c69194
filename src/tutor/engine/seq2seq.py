"""The transformer of "Attention Is All You Need" (Vaswani et al. 2017): an encoder reads, a decoder writes.

    source → embedding + position → [self-attention → add & norm → feed-forward → add & norm] × L → memory
    target → embedding + position → [masked self-attention → add & norm → cross-attention to the memory →
             add & norm → feed-forward → add & norm] × L → logits

The norm comes after each addition, as in the paper; decoders since GPT-2 have it before. The shape legend is in
`attention.py`; here S counts source tokens and T target tokens. Parameters are named as in Hugging Face's
`MarianMTModel`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tutor.engine.attention import causal_mask, fast_attention, join_heads, readable_attention, split_heads
from tutor.engine.cache import Cache
from tutor.engine.seq2seq_config import Seq2SeqConfig
from tutor.engine.sinusoids import sinusoids
from tutor.engine.trace import Intervention, Observer, Trace

__all__ = ["Seq2Seq", "Seq2SeqConfig", "sinusoids"]


class Attention(nn.Module):
    """Multi-head attention (section 3.2.2): queries from one sequence, keys and values from the same or another."""

    def __init__(self, C: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.k_proj, self.v_proj = nn.Linear(C, C), nn.Linear(C, C)
        self.q_proj, self.out_proj = nn.Linear(C, C), nn.Linear(C, C)

    def keys_values(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What x (B, S, C) offers: keys and values, each (B, H, S, D)."""
        return split_heads(self.k_proj(x), self.heads), split_heads(self.v_proj(x), self.heads)

    def forward(
        self, x: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, observer: Observer | None, layer: int
    ) -> Tensor:
        """Each token of x (B, T, C) asks; gives (B, T, C)."""
        q = split_heads(self.q_proj(x), self.heads)  # (B, H, T, D)
        if observer is None:
            return self._joined(fast_attention(q, k, v, mask, causal=False))
        q, k, v = (observer.stage(n, t, layer) for n, t in (("q", q), ("k", k), ("v", v)))
        visible = mask if mask is not None else q.new_ones(q.shape[2], k.shape[2], dtype=torch.bool)
        z = readable_attention(q, k, v, visible, observer, layer)
        return self._joined(observer.stage("z", z, layer))

    def _joined(self, z: Tensor) -> Tensor:
        joined: Tensor = self.out_proj(join_heads(z))  # (B, T, C)
        return joined


class EncoderLayer(nn.Module):
    """Self-attention over the whole source, then feed-forward (section 3.1)."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        C = config.d_model
        self.activation = config.activation
        self.self_attn = Attention(C, config.encoder_attention_heads)
        self.self_attn_layer_norm = nn.LayerNorm(C)
        self.fc1, self.fc2 = nn.Linear(C, config.encoder_ffn_dim), nn.Linear(config.encoder_ffn_dim, C)
        self.final_layer_norm = nn.LayerNorm(C)
        self.dropout = config.dropout

    def forward(self, x: Tensor, mask: Tensor | None, observer: Observer | None, layer: int) -> Tensor:
        k, v = self.self_attn.keys_values(x)
        attended = self.self_attn(x, k, v, mask, observer, layer)
        x = self.self_attn_layer_norm(x + F.dropout(attended, self.dropout, self.training))
        hidden = self.fc2(self.activation(self.fc1(x)))
        x = self.final_layer_norm(x + F.dropout(hidden, self.dropout, self.training))
        return x if observer is None else observer.stage("resid_post", x, layer)


class DecoderLayer(nn.Module):
    """Masked self-attention over what is written, cross-attention to the memory, feed-forward (section 3.1)."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        C, heads = config.d_model, config.decoder_attention_heads
        self.activation = config.activation
        self.self_attn = Attention(C, heads)
        self.self_attn_layer_norm = nn.LayerNorm(C)
        self.encoder_attn = Attention(C, heads)
        self.encoder_attn_layer_norm = nn.LayerNorm(C)
        self.fc1, self.fc2 = nn.Linear(C, config.decoder_ffn_dim), nn.Linear(config.decoder_ffn_dim, C)
        self.final_layer_norm = nn.LayerNorm(C)
        self.dropout = config.dropout

    def forward(self, x: Tensor, step: Step, layer: int) -> Tensor:
        k, v = self.self_attn.keys_values(x)
        if step.cache is not None:
            k, v = step.cache.extend(layer, k, v)
        attended = self.self_attn(x, k, v, step.mask, step.observer, layer)
        x = self.self_attn_layer_norm(x + F.dropout(attended, self.dropout, self.training))
        k, v = step.memory_keys(self.encoder_attn, layer)
        crossed = self.encoder_attn(x, k, v, step.memory_mask, step.cross, layer)
        x = self.encoder_attn_layer_norm(x + F.dropout(crossed, self.dropout, self.training))
        hidden = self.fc2(self.activation(self.fc1(x)))
        x = self.final_layer_norm(x + F.dropout(hidden, self.dropout, self.training))
        return x if step.observer is None else step.observer.stage("resid_post", x, layer)


class Side(nn.Module):
    """The layers of one side; a module of its own because checkpoints call it `encoder` or `decoder`."""

    def __init__(self, layers: list[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)


class Core(nn.Module):
    """Both sides and the embedding that they share; checkpoints call it `model`."""

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.shared = nn.Embedding(config.vocab_size, config.d_model)
        self.encoder = Side([EncoderLayer(config) for _ in range(config.encoder_layers)])
        self.decoder = Side([DecoderLayer(config) for _ in range(config.decoder_layers)])


class Seq2Seq(nn.Module):
    """The whole model: `encode` once, then `decode` as often as there are target tokens."""

    positions: Tensor
    final_logits_bias: Tensor

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.config = config
        self.model = Core(config)
        self.register_buffer("final_logits_bias", torch.zeros(1, config.vocab_size))
        table = sinusoids(config.max_position_embeddings, config.d_model)
        self.register_buffer("positions", table, persistent=False)
        self.scale = math.sqrt(config.d_model) if config.scale_embedding else 1.0

    def forward(self, source: Tensor, target: Tensor, source_padding: Tensor | None = None) -> Tensor:
        """Logits (B, T, V) for the token after each of target (B, T), given all of source (B, S)."""
        return self.decode(target, self.encode(source, source_padding), source_padding)

    def encode(
        self,
        ids: Tensor,
        padding: Tensor | None = None,
        *,
        trace: Trace | None = None,
        interventions: Sequence[Intervention] = (),
    ) -> Tensor:
        """The memory (B, S, C): one vector for each source token. `padding` (B, S) is True at real tokens."""
        observer = _observer(trace, interventions)
        x = self._embedded(ids, 0, observer)
        mask = None if padding is None else padding[:, None, None, :]
        for index, layer in enumerate(self.model.encoder.layers):
            x = layer(x, mask, observer, index)
        return x

    def decode(
        self,
        ids: Tensor,
        memory: Tensor,
        memory_padding: Tensor | None = None,
        *,
        cache: Cache | None = None,
        memory_cache: dict[int, tuple[Tensor, Tensor]] | None = None,
        trace: Trace | None = None,
        cross: Trace | None = None,
        interventions: Sequence[Intervention] = (),
    ) -> Tensor:
        """Logits (B, T, V) for the next target token at each of ids (B, T).

        `cache` keeps keys and values of earlier target tokens, `memory_cache` those of the memory. `trace` sees
        self-attention and the stream, `cross` the cross-attention.
        """
        past = cache.length if cache is not None else 0
        observer = _observer(trace, interventions)
        step = Step(ids, past, memory, memory_padding, cache, memory_cache, observer, _observer(cross, interventions))
        logits = self.scores(self._written(ids, past, step))
        if cache is not None:
            cache.advance(ids.shape[1])
        return logits if observer is None else observer.stage("logits", logits)

    def hidden(self, source: Tensor, target: Tensor, source_padding: Tensor | None = None) -> Tensor:
        """What `forward` scores, (B, T, C): training scores it in parts, because all logits at once are large."""
        memory = self.encode(source, source_padding)
        return self._written(target, 0, Step(target, 0, memory, source_padding, None, None, None, None))

    def scores(self, x: Tensor) -> Tensor:
        """(…, C) → (…, V): how well each token's embedding fits."""
        return F.linear(x, self.model.shared.weight) + self.final_logits_bias[0]

    def _written(self, ids: Tensor, past: int, step: Step) -> Tensor:
        x = self._embedded(ids, past, step.observer)
        for index, layer in enumerate(self.model.decoder.layers):
            x = layer(x, step, index)
        return x

    def _embedded(self, ids: Tensor, past: int, observer: Observer | None) -> Tensor:
        """Embedding plus sinusoid (section 3.5): (B, T) → (B, T, C)."""
        embedded = self.model.shared(ids) * self.scale
        places = torch.arange(past, past + ids.shape[1], device=ids.device)
        if observer is not None:
            embedded = observer.stage("embed", embedded)
            places = observer.positions(places)
        positions = self.positions[places]
        if observer is not None:
            positions = observer.stage("pos_embed", positions)
        return F.dropout(embedded + positions, self.config.dropout, self.training)


class Step:
    """What all decoder layers of one forward pass share."""

    def __init__(
        self,
        ids: Tensor,
        past: int,
        memory: Tensor,
        memory_padding: Tensor | None,
        cache: Cache | None,
        memory_cache: dict[int, tuple[Tensor, Tensor]] | None,
        observer: Observer | None,
        cross: Observer | None,
    ) -> None:
        T = ids.shape[1]
        self.mask = None if T == 1 and observer is None else causal_mask(T, past + T, ids.device)
        self.memory, self.cache, self.memory_cache = memory, cache, memory_cache
        self.memory_mask = None if memory_padding is None else memory_padding[:, None, None, :]
        self.observer, self.cross = observer, cross

    def memory_keys(self, attention: Attention, layer: int) -> tuple[Tensor, Tensor]:
        """Keys and values of the memory, computed once a text where there is a place to keep them."""
        if self.memory_cache is None:
            return attention.keys_values(self.memory)
        if layer not in self.memory_cache:
            self.memory_cache[layer] = attention.keys_values(self.memory)
        return self.memory_cache[layer]


def _observer(trace: Trace | None, interventions: Sequence[Intervention]) -> Observer | None:
    return Observer(trace, interventions) if trace is not None or interventions else None

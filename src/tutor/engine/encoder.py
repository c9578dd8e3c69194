"""An encoder-only transformer with a masked-word head: BERT (Devlin et al. 2019). It reads both ways and fills gaps.

    tokens → embedding + position + segment → norm → [self-attention → add & norm → feed-forward → add & norm] × L
           → dense → norm → a score for every word at every place

Every token sees all others, so this model cannot write from left to right; it is trained to guess words that were
hidden from it. The shape legend is in `attention.py`. Parameters are named as in Hugging Face's `BertForMaskedLM`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tutor.engine.attention import fast_attention, join_heads, readable_attention, split_heads
from tutor.engine.config_reading import check_heads, check_sizes, filled
from tutor.engine.trace import Intervention, Observer, Trace
from tutor.errors import InputError

_SIZES = (
    "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
    "max_position_embeddings", "type_vocab_size",
)  # fmt: skip


@dataclass(frozen=True)
class EncoderConfig:
    """Sizes of a BERT, with the names of its `config.json`."""

    vocab_size: int
    hidden_size: int
    """C."""
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    max_position_embeddings: int = 512
    """Positions are learned (section 3.2), so there is none beyond these."""
    type_vocab_size: int = 2
    """Segments: BERT was also trained on pairs of sentences. We always use segment 0."""
    layer_norm_eps: float = 1e-12
    hidden_dropout_prob: float = 0.1
    """Only while training."""
    pad_token_id: int = 0

    def __post_init__(self) -> None:
        check_sizes(self, _SIZES)
        check_heads(self.hidden_size, self.num_attention_heads)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> EncoderConfig:
        """Read a parsed `config.json`. Raises InputError for another architecture or sizes that do not fit."""
        if raw.get("model_type") != "bert":
            raise InputError(
                f"a {raw.get('model_type', 'nameless')!r} model", "not an encoder", "use one of type bert"
            )
        if raw.get("hidden_act", "gelu") != "gelu":
            raise InputError("config.json", f"hidden_act is {raw['hidden_act']!r}, not 'gelu'", "use another model")
        return filled(cls, raw)

    def to_dict(self) -> dict[str, Any]:
        """What `config.json` holds, readable by other tools."""
        return {
            "architectures": ["BertForMaskedLM"],
            "model_type": "bert",
            "hidden_act": "gelu",
            **dataclasses.asdict(self),
            "tie_word_embeddings": True,
            "torch_dtype": "float32",
        }


class Embeddings(nn.Module):
    """Word + position + segment, normed: (B, T) → (B, T, C)."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        C = config.hidden_size
        self.word_embeddings = nn.Embedding(config.vocab_size, C)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, C)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, C)
        self.LayerNorm = nn.LayerNorm(C, config.layer_norm_eps)
        self.dropout = config.hidden_dropout_prob

    def forward(self, ids: Tensor, observer: Observer | None) -> Tensor:
        words = self.word_embeddings(ids)
        places = torch.arange(ids.shape[1], device=ids.device)
        if observer is not None:
            words = observer.stage("embed", words)
            places = observer.positions(places)
        positions = self.position_embeddings(places)
        if observer is not None:
            positions = observer.stage("pos_embed", positions)
        summed = words + positions + self.token_type_embeddings.weight[0]
        return F.dropout(self.LayerNorm(summed), self.dropout, self.training)


class SelfAttention(nn.Module):
    """Queries, keys and values of every head; checkpoints call it `attention.self`."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        C = config.hidden_size
        self.heads = config.num_attention_heads
        self.query, self.key, self.value = nn.Linear(C, C), nn.Linear(C, C), nn.Linear(C, C)

    def forward(self, x: Tensor, mask: Tensor | None, observer: Observer | None, layer: int) -> Tensor:
        q, k, v = (split_heads(project(x), self.heads) for project in (self.query, self.key, self.value))
        if observer is None:
            return join_heads(fast_attention(q, k, v, mask, causal=False))
        q, k, v = (observer.stage(n, t, layer) for n, t in (("q", q), ("k", k), ("v", v)))
        visible = mask if mask is not None else q.new_ones(q.shape[2], k.shape[2], dtype=torch.bool)
        z = readable_attention(q, k, v, visible, observer, layer)
        return join_heads(observer.stage("z", z, layer))


class AddAndNorm(nn.Module):
    """A projection back into the stream, added to it and normed; checkpoints call it `output`."""

    def __init__(self, inputs: int, config: EncoderConfig) -> None:
        super().__init__()
        self.dense = nn.Linear(inputs, config.hidden_size)
        self.LayerNorm = nn.LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.dropout = config.hidden_dropout_prob

    def forward(self, x: Tensor, stream: Tensor, observer: Observer | None, name: str, layer: int) -> Tensor:
        added = F.dropout(self.dense(x), self.dropout, self.training)
        if observer is not None:
            added = observer.stage(name, added, layer)
        normed: Tensor = self.LayerNorm(added + stream)
        return normed


class Layer(nn.Module):
    """Attention over all tokens, then feed-forward (Vaswani et al. 2017, section 3.1)."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        C, hidden = config.hidden_size, config.intermediate_size
        self.attention = nn.ModuleDict({"self": SelfAttention(config), "output": AddAndNorm(C, config)})
        self.intermediate = nn.ModuleDict({"dense": nn.Linear(C, hidden)})
        self.output = AddAndNorm(hidden, config)

    def forward(self, x: Tensor, mask: Tensor | None, observer: Observer | None, layer: int) -> Tensor:
        if observer is not None:
            x = observer.stage("resid_pre", x, layer)
        mixed = self.attention["self"](x, mask, observer, layer)
        x = self.attention["output"](mixed, x, observer, "attn_out", layer)
        if observer is not None:
            x = observer.stage("resid_mid", x, layer)
        hidden = F.gelu(self.intermediate["dense"](x))
        if observer is not None:
            hidden = observer.stage("mlp_post", hidden, layer)
        x = self.output(hidden, x, observer, "mlp_out", layer)
        return x if observer is None else observer.stage("resid_post", x, layer)


class Body(nn.Module):
    """Embeddings and layers; checkpoints call it `bert`."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.embeddings = Embeddings(config)
        self.encoder = nn.ModuleDict({"layer": nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))})

    @property
    def layers(self) -> Iterable[nn.Module]:
        return cast("nn.ModuleList", self.encoder["layer"])


class Predictions(nn.Module):
    """From a token's vector to a score for every word; the output matrix is the embedding (section 3.1)."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        C = config.hidden_size
        norm = nn.LayerNorm(C, config.layer_norm_eps)
        self.transform = nn.ModuleDict({"dense": nn.Linear(C, C), "LayerNorm": norm})
        self.bias = nn.Parameter(torch.zeros(config.vocab_size))

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        x = self.transform["LayerNorm"](F.gelu(self.transform["dense"](x)))
        return F.linear(x, embedding, self.bias)


class Encoder(nn.Module):
    """The whole model: `encoder(ids)` scores, at every place, every word that could stand there."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.bert = Body(config)
        self.cls = nn.ModuleDict({"predictions": Predictions(config)})

    def forward(
        self,
        ids: Tensor,
        padding: Tensor | None = None,
        *,
        trace: Trace | None = None,
        interventions: Sequence[Intervention] = (),
    ) -> Tensor:
        """Logits (B, T, V) for ids (B, T). `padding` (B, T) is True at real tokens."""
        observer = Observer(trace, interventions) if trace is not None or interventions else None
        logits = self.scores(self.hidden(ids, padding, observer))
        return logits if observer is None else observer.stage("logits", logits)

    def hidden(self, ids: Tensor, padding: Tensor | None = None, observer: Observer | None = None) -> Tensor:
        """The last layer's vectors (B, T, C); training scores only those of hidden words."""
        x = self.bert.embeddings(ids, observer)
        mask = None if padding is None else padding[:, None, None, :]
        for index, layer in enumerate(self.bert.layers):
            x = layer(x, mask, observer, index)
        return cast("Tensor", x)

    def scores(self, x: Tensor) -> Tensor:
        """(…, C) → (…, V): a score for every word."""
        logits: Tensor = self.cls["predictions"](x, self.bert.embeddings.word_embeddings.weight)
        return logits

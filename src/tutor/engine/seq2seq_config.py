"""The configuration of an encoder–decoder, with the names and defaults of Marian's `config.json`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch.nn.functional as F
from torch import Tensor

from tutor.engine.config_reading import check_heads, check_sizes, filled, refuse
from tutor.errors import InputError

_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "swish": F.silu,
    "silu": F.silu,
    "gelu": F.gelu,
}

_SIZES = (
    "vocab_size", "d_model", "encoder_layers", "decoder_layers", "encoder_attention_heads", "decoder_attention_heads",
    "encoder_ffn_dim", "decoder_ffn_dim", "max_position_embeddings",
)  # fmt: skip

_MOST_POSITIONS = 1 << 16
"""Their table is computed, so that no tensor in the file would tell a damaged number from a sound one."""


@dataclass(frozen=True)
class Seq2SeqConfig:
    """Sizes and choices of a Marian model."""

    vocab_size: int
    """V, shared by both languages."""
    d_model: int
    """C."""
    encoder_layers: int
    decoder_layers: int
    encoder_attention_heads: int
    decoder_attention_heads: int
    encoder_ffn_dim: int
    decoder_ffn_dim: int
    max_position_embeddings: int = 512
    activation_function: str = "relu"
    """The paper's; Marian's own models have "swish"."""
    scale_embedding: bool = True
    """Multiply embeddings by √C (section 3.4)."""
    dropout: float = 0.1
    """Only while training."""
    pad_token_id: int = 0
    eos_token_id: int = 1
    decoder_start_token_id: int = 0
    """What the decoder reads before the first target token; Marian takes the padding token."""

    def __post_init__(self) -> None:
        check_sizes(self, _SIZES)
        if self.max_position_embeddings > _MOST_POSITIONS:
            refuse(f"max_position_embeddings is {self.max_position_embeddings!r}, not a sensible size")
        for heads in (self.encoder_attention_heads, self.decoder_attention_heads):
            check_heads(self.d_model, heads)
        if self.activation_function not in _ACTIVATIONS:
            refuse(f"activation_function is {self.activation_function!r}, not one of {', '.join(_ACTIVATIONS)}")

    @property
    def activation(self) -> Callable[[Tensor], Tensor]:
        """The feed-forward's nonlinearity."""
        return _ACTIVATIONS[self.activation_function]

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Seq2SeqConfig:
        """Read a parsed `config.json`. Raises InputError for another architecture or sizes that do not fit."""
        if raw.get("model_type") != "marian":
            raise InputError(
                f"a {raw.get('model_type', 'nameless')!r} model", "not an encoder-decoder", "use one of type marian"
            )
        return filled(cls, raw)

    def to_dict(self) -> dict[str, Any]:
        """What `config.json` holds, readable by other tools."""
        return {
            "architectures": ["MarianMTModel"],
            "model_type": "marian",
            **dataclasses.asdict(self),
            "bos_token_id": None,
            "forced_eos_token_id": None,
            "is_encoder_decoder": True,
            "num_hidden_layers": self.encoder_layers,
            "share_encoder_decoder_embeddings": True,
            "tie_word_embeddings": True,
            "torch_dtype": "float32",
        }

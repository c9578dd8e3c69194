"""The configuration of a decoder, with the names and defaults of Hugging Face's `config.json`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor.engine import rotary
from tutor.errors import InputError

LIMITS = {
    "vocab_size": 1 << 21,
    "hidden_size": 1 << 16,
    "intermediate_size": 1 << 18,
    "num_hidden_layers": 1 << 8,
    "num_attention_heads": 1 << 10,
    "num_key_value_heads": 1 << 10,
    "head_dim": 1 << 12,
    "max_position_embeddings": 1 << 24,
}
"""No model comes near these sizes; a damaged file may, and would take all memory."""


@dataclass(frozen=True)
class DecoderConfig:
    """Sizes and choices of a Llama-family decoder."""

    vocab_size: int
    """V: how many tokens there are."""
    hidden_size: int
    """C: the width of the residual stream."""
    intermediate_size: int
    """The width of the feed-forward's hidden layer."""
    num_hidden_layers: int
    """L."""
    num_attention_heads: int
    """H: heads of queries."""
    num_key_value_heads: int = 0
    """G: heads of keys and values; 0 means as many as of queries."""
    head_dim: int = 0
    """D: the width of a head; 0 means C / H."""
    max_position_embeddings: int = 2048
    """The trained context, in tokens."""
    rms_norm_eps: float = 1e-6
    rope_theta: float = 10000.0
    """The base of the rotary angles."""
    rope_scaling: Mapping[str, Any] | None = None
    """How the angles are stretched beyond the trained context; None for not at all."""
    tie_word_embeddings: bool = False
    attention_bias: bool = False
    mlp_bias: bool = False
    bos_token_id: int | None = None
    eos_token_id: int | tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if not self.num_key_value_heads:
            object.__setattr__(self, "num_key_value_heads", self.num_attention_heads)
        if not self.head_dim:
            sizes = (self.hidden_size, self.num_attention_heads)
            if not all(isinstance(size, int) and size > 0 for size in sizes):
                self._refuse(f"{sizes[0]!r} channels in {sizes[1]!r} heads are not sensible sizes")
            if self.hidden_size % self.num_attention_heads:
                self._refuse(f"{self.hidden_size} channels do not divide into {self.num_attention_heads} heads")
            object.__setattr__(self, "head_dim", self.hidden_size // self.num_attention_heads)
        self._check()

    def _check(self) -> None:
        for name, most in LIMITS.items():
            value = getattr(self, name)
            if type(value) is not int or not 1 <= value <= most:  # a bool is an int, too
                self._refuse(f"{name} is {value!r}, not a sensible size")
        for name in ("rms_norm_eps", "rope_theta"):
            if not rotary.is_positive(value := getattr(self, name)):
                self._refuse(f"{name} is {value!r}, not a number above 0")
        for name in ("tie_word_embeddings", "attention_bias", "mlp_bias"):
            if not isinstance(value := getattr(self, name), bool):
                self._refuse(f"{name} is {value!r}, not true or false")
        for name in ("bos_token_id", "eos_token_id"):
            ids = getattr(self, name)
            if not all(isinstance(i, int) for i in (ids if isinstance(ids, tuple) else [ids or 0])):
                self._refuse(f"{name} is {ids!r}, not a token's number")
        if self.num_attention_heads % self.num_key_value_heads:
            self._refuse(f"{self.num_attention_heads} heads do not divide into {self.num_key_value_heads} groups")
        if self.head_dim % 2:
            self._refuse(f"head_dim is {self.head_dim}; rotary positions need an even number")
        rotary.check(self.rope_scaling)
        if self.head_dim == 2 and rotary.kind_of(self.rope_scaling) == "dynamic":
            self._refuse("head_dim is 2; dynamic scaling of rotary positions needs more, as it divides by D - 2")

    def _refuse(self, why: str) -> None:
        raise InputError("config.json", why, "the checkpoint is damaged or was made for another program")

    @property
    def end_ids(self) -> frozenset[int]:
        """The tokens that end a text."""
        end = self.eos_token_id
        return frozenset(() if end is None else (end,) if isinstance(end, int) else end)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> DecoderConfig:
        """Read a parsed `config.json`. Raises InputError for another architecture or sizes that do not fit."""
        if raw.get("model_type") != "llama":
            raise InputError(
                f"a {raw.get('model_type', 'nameless')!r} model",
                "this is not an architecture that tutor runs by itself",
                "install transformer-tutor[hf] to open it",
            )
        if raw.get("hidden_act", "silu") != "silu":
            raise InputError("config.json", f"hidden_act is {raw['hidden_act']!r}, not 'silu'", "use another model")
        known = {field.name for field in dataclasses.fields(cls)}
        values = {key: value for key, value in raw.items() if key in known and value is not None}
        values |= _rotary_entries(raw)
        if isinstance(values.get("eos_token_id"), list):
            values["eos_token_id"] = tuple(values["eos_token_id"])
        try:
            return cls(**values)
        except TypeError as error:
            missing = str(error).split("argument")[-1].strip(": s")
            raise InputError("config.json", f"{missing} is missing", "check that the file is whole") from None

    def to_dict(self) -> dict[str, Any]:
        """What `config.json` holds, readable by other tools."""
        values = dataclasses.asdict(self)
        scaling = dict(values.pop("rope_scaling") or {"rope_type": "default"})
        return {
            "architectures": ["LlamaForCausalLM"],
            "model_type": "llama",
            "hidden_act": "silu",
            **values,
            "rope_scaling": scaling if self.rope_scaling else None,
            "rope_parameters": {"rope_theta": self.rope_theta, **scaling},
            "torch_dtype": "float32",
        }


def _rotary_entries(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Theta and scaling; since its version 5, transformers keeps both in one table."""
    table = raw.get("rope_parameters") or {}
    if not isinstance(table, Mapping):
        raise InputError("config.json", f"rope_parameters is {table!r}, not a table", "get the checkpoint again")
    scaling = {key: value for key, value in table.items() if key != "rope_theta"}
    theta = table.get("rope_theta") or raw.get("rope_theta") or 10000.0
    found: dict[str, Any] = {"rope_theta": theta}
    if scaling.get("rope_type", "default") != "default":
        found["rope_scaling"] = scaling
    return found

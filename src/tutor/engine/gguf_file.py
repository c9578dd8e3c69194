"""A Llama-family model in one GGUF file, as the engine's own configuration, tokenizer and tensors. No torch.

The package `gguf` turns packed blocks back into numbers; the rest is a matter of names.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.engine import gguf_header
from tutor.engine.gguf_header import Header
from tutor.errors import InputError

if TYPE_CHECKING:
    import numpy as np

_SIZES = {
    "vocab_size": "vocab_size",
    "hidden_size": "embedding_length",
    "intermediate_size": "feed_forward_length",
    "num_hidden_layers": "block_count",
    "num_attention_heads": "attention.head_count",
    "num_key_value_heads": "attention.head_count_kv",
    "head_dim": "attention.key_length",
    "max_position_embeddings": "context_length",
    "rms_norm_eps": "attention.layer_norm_rms_epsilon",
    "rope_theta": "rope.freq_base",
}
"""Entries of a config.json, by their names in GGUF's metadata after `llama.`."""

_WHOLE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
_IN_LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
"""Our names of the tensors, by GGUF's."""

_PART = 1 << 16
"""Numbers that are unpacked at once, whole blocks of every packing: few enough to stay in the processor's cache."""

_CONTROL, _USER_DEFINED = 3, 4
"""GGUF's types of tokens that stand for themselves and are never made by merges."""


def is_gguf(path: Path) -> bool:
    """Whether a model's path is that of a GGUF file, which is its configuration, tokenizer and weights in one."""
    return path.suffix == ".gguf" and not path.is_dir()


def config(path: Path) -> dict[str, Any]:
    """The file's metadata as a `config.json`. Raises InputError for a damaged file or another architecture."""
    header = gguf_header.read(path)
    metadata, tensors = header.metadata, header.tensors
    architecture = metadata.get("general.architecture", "nameless")
    if architecture != "llama":
        raise InputError(str(path), f"it holds a {architecture!r} model", "tutor reads GGUF of the Llama family only")
    values = {ours: metadata.get(f"llama.{theirs}") for ours, theirs in _SIZES.items()}
    if values["vocab_size"] is None:
        values["vocab_size"] = len(metadata.get("tokenizer.ggml.tokens", ()))
    return {
        "model_type": "llama",
        **values,
        "rope_scaling": _scaling(path, header),
        "tie_word_embeddings": "output.weight" not in tensors,
        "attention_bias": "blk.0.attn_q.bias" in tensors,
        "mlp_bias": "blk.0.ffn_up.bias" in tensors,
        "bos_token_id": metadata.get("tokenizer.ggml.bos_token_id"),
        "eos_token_id": metadata.get("tokenizer.ggml.eos_token_id"),
    }


def _scaling(path: Path, header: Header) -> dict[str, Any] | None:
    kind = header.metadata.get("llama.rope.scaling.type", "none")
    if "rope_freqs.weight" in header.tensors or kind not in ("none", "linear"):
        why = "its rotary positions are stretched in a way that is not read from GGUF"
        raise InputError(str(path), why, "use the model's safetensors files")
    if kind == "none":
        return None
    return {"rope_type": "linear", "factor": header.metadata.get("llama.rope.scaling.factor")}


def tokenizer_json(path: Path) -> str:
    """The file's vocabulary and merges as a `tokenizer.json`.

    Byte-level BPE as of GPT-2 (Radford et al. 2019) is read, and SmolLM's, which keeps digits apart. Raises
    InputError for another kind, and for lists that do not fit together.
    """
    return _tokenizer_json(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=2)
def _tokenizer_json(path: Path, stamp: int) -> str:
    metadata = gguf_header.read(path).metadata
    kind, splitting = metadata.get("tokenizer.ggml.model"), metadata.get("tokenizer.ggml.pre", "gpt-2")
    if kind != "gpt2" or splitting not in ("gpt-2", "smollm"):
        why = f"its tokenizer is {kind}, {splitting}; byte-level BPE of GPT-2 and SmolLM is read from GGUF"
        raise InputError(str(path), why, "use the model's tokenizer.json and safetensors files")
    try:
        return _byte_level(metadata, digits_apart=splitting == "smollm")
    except Exception as error:  # noqa: BLE001 - the library raises bare Exception for merges that do not fit
        why = f"its vocabulary and merges do not fit together ({type(error).__name__}: {error})"
        raise InputError(str(path), why, "get the file again") from None


def _byte_level(metadata: dict[str, Any], *, digits_apart: bool) -> str:
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    tokens, types = metadata["tokenizer.ggml.tokens"], metadata["tokenizer.ggml.token_type"]
    merges = [tuple(merge.split(" ")) for merge in metadata["tokenizer.ggml.merges"]]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    if len(vocabulary) != len(tokens):
        raise ValueError("two tokens are alike")
    tokenizer = Tokenizer(models.BPE(vocabulary, merges))
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    digits = pre_tokenizers.Digits(individual_digits=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, byte_level]) if digits_apart else byte_level
    tokenizer.decoder = decoders.ByteLevel()
    for token, kind in zip(tokens, types, strict=True):
        if kind in (_CONTROL, _USER_DEFINED):
            tokenizer.add_tokens([AddedToken(token, special=kind == _CONTROL, normalized=False)])
    return str(tokenizer.to_str())


def our_name(theirs: str) -> str | None:
    """The name in a Llama checkpoint of a tensor in GGUF; None for one that is unknown.

    >>> our_name("blk.3.attn_q.weight")
    'model.layers.3.self_attn.q_proj.weight'
    """
    stem, _, last = theirs.rpartition(".")
    if found := re.fullmatch(r"blk\.(\d+)\.(\w+)", stem):
        inner = _IN_LAYER.get(found[2])
        return inner and f"model.layers.{found[1]}.{inner}.{last}"
    return f"{_WHOLE[stem]}.{last}" if stem in _WHOLE else None


def numbers(path: Path, theirs: str) -> np.ndarray:
    """The tensor `theirs` in float32, laid out as in a Llama checkpoint.

    Raises InputError if the package `gguf` is missing.
    """
    import numpy as np

    quants, header = _quants(path), gguf_header.read(path)
    place = header.tensors[theirs]
    packing, kind = place.packing, _type(place.packing.name)
    packed = np.fromfile(path, np.uint8, place.bytes, offset=place.offset)
    unpacked = np.empty(place.bytes // packing.bytes * packing.numbers, np.float32)
    step = _PART // packing.numbers * packing.bytes
    for part, first in enumerate(range(0, place.bytes, step)):
        found = quants.dequantize(packed[first : first + step], kind)
        unpacked[part * _PART :][: found.size] = found.reshape(-1)
    unpacked = unpacked.reshape(place.shape)
    is_rotated = ".attn_q." in theirs or ".attn_k." in theirs
    return _pairs_apart(unpacked, _heads(theirs, header)) if is_rotated else unpacked


def _quants(path: Path) -> Any:
    try:
        from gguf import quants
    except ImportError:
        todo = 'python -m pip install "transformer-tutor[gguf]"'
        raise InputError(str(path), "reading GGUF takes the package gguf, which is not installed", todo) from None
    return quants


def _type(name: str) -> Any:
    from gguf import GGMLQuantizationType

    return GGMLQuantizationType[name]


def _pairs_apart(weight: np.ndarray, heads: int) -> np.ndarray:
    """Rows of a query or key projection, (H·D, …): channels that turn together go from 2i, 2i + 1 to i, i + D/2.

    GGUF has the pairs side by side, as in the paper on rotary positions; `attention.rotate` has them half a head
    apart.
    """
    pairs = weight.reshape(heads, -1, 2, *weight.shape[1:])  # (H, D/2, 2, …)
    return pairs.swapaxes(1, 2).reshape(weight.shape)


def _heads(theirs: str, header: Header) -> int:
    """How many heads the rows of this tensor are for: those of keys are fewer where heads share them."""
    name = "attention.head_count_kv" if ".attn_k." in theirs else "attention.head_count"
    return int(header.metadata.get(f"llama.{name}") or header.metadata["llama.attention.head_count"])

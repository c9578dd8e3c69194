"""What a model of a given size holds and costs, from its configuration alone. No torch.

Shape legend: C width of the residual stream, L layers, V vocabulary, T tokens of context.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Shape:
    """The sizes of a decoder from which everything else follows."""

    layers: int
    width: int
    heads: int
    groups: int
    """Heads of keys and values."""
    head_width: int
    hidden: int
    """The width of the feed-forward's hidden layer."""
    vocabulary: int
    context: int
    gated: bool
    """Whether the feed-forward has a gate: three matrices (SwiGLU) instead of two."""
    biased: bool
    """Whether matrices have biases and norms a shift, as in GPT-2; Llama has neither."""
    tied: bool
    """Whether one matrix reads tokens in and writes scores out."""
    learned_positions: bool
    """Whether each position has a row of its own; rotary positions need none."""


def of_config(config: Mapping[str, Any]) -> Shape | None:
    """The shape of a model of the Llama or GPT-2 family from its config.json; None for another architecture."""
    if config.get("model_type") == "gpt2":
        sizes = (int(config[name]) for name in ("n_layer", "n_embd", "n_head", "n_positions", "vocab_size"))
        return gpt2(*sizes)
    return llama(config) if config.get("model_type") == "llama" else None


def llama(config: Mapping[str, Any]) -> Shape:
    """The shape that a Llama-family config.json describes."""
    heads, width = int(config["num_attention_heads"]), int(config["hidden_size"])
    return Shape(
        layers=int(config["num_hidden_layers"]),
        width=width,
        heads=heads,
        groups=int(config.get("num_key_value_heads") or heads),
        head_width=int(config.get("head_dim") or width // heads),
        hidden=int(config["intermediate_size"]),
        vocabulary=int(config["vocab_size"]),
        context=int(config["max_position_embeddings"]),
        gated=True,
        biased=False,
        tied=bool(config.get("tie_word_embeddings", False)),
        learned_positions=False,
    )


def gpt2(layers: int, width: int, heads: int, context: int, vocabulary: int = 50257) -> Shape:
    """The shape of a model of the GPT-2 and GPT-3 family, whose hidden layer is four times as wide as the stream."""
    return Shape(layers, width, heads, heads, width // heads, 4 * width, vocabulary, context, False, True, True, True)


def matrices(shape: Shape) -> int:
    """The weights in the matrices of all layers: what each token is multiplied with on its way."""
    C, queries, keys = shape.width, shape.heads * shape.head_width, shape.groups * shape.head_width
    attention = C * queries + 2 * C * keys + queries * C
    feed_forward = (3 if shape.gated else 2) * C * shape.hidden
    return shape.layers * (attention + feed_forward)


def parameters(shape: Shape) -> int:
    """All numbers that training sets."""
    C = shape.width
    norms = (2 * shape.layers + 1) * C * (2 if shape.biased else 1)
    queries, keys = shape.heads * shape.head_width, shape.groups * shape.head_width
    biases = shape.layers * (queries + 2 * keys + C + shape.hidden + C) if shape.biased else 0
    embeddings = shape.vocabulary * C * (1 if shape.tied else 2)
    positions = shape.context * C if shape.learned_positions else 0
    return matrices(shape) + norms + biases + embeddings + positions


def operations_per_token(shape: Shape, context: int) -> int:
    """Additions and multiplications for one token of a forward pass that looks back on `context` tokens.

    Two for each weight that the token meets, and two for each channel of each key and of each value looked at
    (Kaplan et al. 2020, table 1, with the output matrix counted too).
    """
    weights = matrices(shape) + shape.vocabulary * shape.width
    looked_at = 2 * shape.layers * context * shape.heads * shape.head_width
    return 2 * weights + 2 * looked_at


def cache_bytes_per_token(shape: Shape, bytes_per_number: int = 2) -> int:
    """What the key-value cache keeps of each token: a key and a value in every layer."""
    return 2 * shape.layers * shape.groups * shape.head_width * bytes_per_number


def training_operations(parameter_count: int, tokens: float) -> float:
    """About 6 for each parameter and token: 2 forward and 4 back (Kaplan et al. 2020, section 2.1)."""
    return 6 * parameter_count * tokens

"""The addition that tells a model where a word stands: its embedding plus the vector of its place, in numbers.

A model that adds has its own embeddings, and sinusoids (the translator) or a learned table (the gap filler). A model
with rotary positions adds nothing, it turns queries and keys: see `tutor positions --kind rotary`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from tutor.errors import InputError, UsageError
from tutor.experiments.frame.inputs import Argument, Option

if TYPE_CHECKING:
    from tutor.engine.positions import Floats
    from tutor.engine.registry import Entry
    from tutor.engine.tokenization import Token

TOPIC = "Positions"
SCHEMA = 1
NEEDS_TORCH = False
BEHIND = ("tables.token_embeddings", "positions.sinusoidal")
EXAMPLES = ('tutor addition "I love cats."', 'tutor addition "Cats love me." --model gapfiller --channels 2 --plain')


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("The text.")]
    channels: Annotated[int, Option("How many channels of each vector to show.", low=1, high=12)] = 3
    model: Annotated[str, Option("A model that adds positions, or a path to one.", source="model")] = "translator"


@dataclass(frozen=True)
class Row:
    """One token's addition in the channels that are shown: `embedding` + `encoding` = `sum`, each (channels,)."""

    token: Token
    position: int
    """From 0."""
    embedding: Floats
    """As it is added: after the model's own scale."""
    encoding: Floats
    sum: Floats
    embedding_norm: float
    """Over all channels, as the two below."""
    encoding_norm: float
    similarity: float
    """The cosine of the embedding and the sum: how much of the word is left in its direction."""


@dataclass(frozen=True)
class Result:
    text: str
    model: str
    kind: str
    """`sinusoidal` or `learned`."""
    width: int
    scale: float
    """What the model multiplies its embeddings with before it adds."""
    weight: float
    """How long the vector of a place is against that of a word, on average."""
    truncated: int
    """Tokens at the end that were left out because the model has no more places."""
    rows: tuple[Row, ...]


def run(inputs: Inputs) -> Result:
    """Raises InputError for an empty text, and for a model that adds no positions."""
    from tutor.engine import registry, subword, tables

    entry = registry.find(inputs.model, ["seq2seq", "encoder"])
    kind, places, scale = _encoding(entry)
    words = tables.token_embeddings(entry).astype("float64") * scale  # (V, C)
    if inputs.channels > words.shape[1]:
        why = f"the vectors of {entry.name} have {words.shape[1]}"
        raise UsageError(f"--channels {inputs.channels}", why, "give fewer")
    tokens = subword.load(entry.name, entry.tokenizer).encode(inputs.text)
    if not tokens:
        raise InputError("the text", "it is empty", "type a few words")
    shown = tokens[: len(places)]
    rows = tuple(_row(token, at, words[token.id], places[at], inputs.channels) for at, token in enumerate(shown))
    weight = sum(row.encoding_norm / (row.embedding_norm or 1.0) for row in rows) / len(rows)
    return Result(inputs.text, entry.name, kind, words.shape[1], scale, weight, len(tokens) - len(shown), rows)


def _row(token: Token, at: int, word: Floats, place: Floats, channels: int) -> Row:
    import numpy as np

    total = word + place
    lengths = [float(np.linalg.norm(vector)) for vector in (word, place, total)]
    cosine = float(word @ total) / (lengths[0] * lengths[2] or 1.0)
    return Row(token, at, word[:channels], place[:channels], total[:channels], lengths[0], lengths[1], cosine)


def _encoding(entry: Entry) -> tuple[str, Floats, float]:
    """The kind, one row a place, shape (T, C), and the scale of embeddings. Raises InputError if nothing is added."""
    from tutor.engine import positions, registry

    if entry.kind == "seq2seq":
        config: dict[str, Any] = registry.config(entry.directory)
        width, length = int(config["d_model"]), int(config["max_position_embeddings"])
        scale = math.sqrt(width) if config.get("scale_embedding") else 1.0
        return "sinusoidal", positions.halves(positions.sinusoidal(length, width)), scale
    table = positions.learned(entry.directory) if entry.directory.is_dir() else None
    if table is None:
        todo = "name a translator or a gap filler, or see tutor positions --kind rotary"
        raise InputError(entry.name, "it adds nothing to its embeddings", todo)
    return "learned", table, 1.0

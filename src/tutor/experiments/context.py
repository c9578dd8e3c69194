"""One word in several sentences: how its vector parts, layer by layer, as the model reads what stands around it.

At the embedding a word is the same vector everywhere. A decoder reads from left to right, so only what stands
before the word can change it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import InputError, UsageError
from tutor.experiments.frame.inputs import Argument, Device, Model, Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.engine.loading import Loaded
    from tutor.engine.records import Floats
    from tutor.engine.tokenization import Token

TOPIC = "Embeddings"
SCHEMA = 1
NEEDS_TORCH = True
EXAMPLES = (
    'tutor context watch --in "Dad has a new watch." --in "He wore a gold watch." --in "She sat down to watch."',
    'tutor context it --in "Tom ate the cake. He liked it." --in "Tom saw the dog. He liked it." --plain',
)

_MOST = 8
"""Sentences that are compared: 28 pairs of them."""


@dataclass(frozen=True)
class Inputs:
    word: Annotated[str, Argument("The word; she:2 is the second she of each sentence.", piped=False)]
    sentences: Annotated[tuple[str, ...], Option("A sentence with the word; give it several times.", flag="--in")]
    model: Model = "storyteller"
    device: Device = "auto"


@dataclass(frozen=True)
class Occurrence:
    """The word in one sentence."""

    text: str
    tokens: tuple[Token, ...]
    truncated: int
    """Tokens at the beginning that were left out because the context is full."""
    index: int
    """The word's token; its last one if it has several, because only there has the model read the whole word."""


@dataclass(frozen=True)
class Layer:
    """How alike the word's vectors are at one depth."""

    layer: int | None
    """None for the embedding, before any layer."""
    similarity: Floats
    """Shape (sentences, sentences): cosines."""
    usual: float | None
    """The mean cosine of two different tokens of two of the sentences; None if there are no such two."""


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    word: str
    occurrences: tuple[Occurrence, ...]
    layers: tuple[Layer, ...]
    """From the embedding to the last layer."""


def run(inputs: Inputs) -> Result:
    """Raises UsageError for fewer than two sentences or too many, InputError for an empty or missing word."""
    from tutor.engine import contextual, loading

    if not 2 <= len(inputs.sentences) <= _MOST:
        count = f"{len(inputs.sentences)} given"
        raise UsageError("--in", f"two to {_MOST} sentences are compared, {count}", "give --in SENTENCE for each")
    if not inputs.word.strip():
        raise InputError("the word", "it is empty", "give a word that all sentences have")
    loaded = loading.decoder(inputs.model, inputs.device)
    occurrences = tuple(_occurrence(loaded, text, inputs.word) for text in inputs.sentences)
    ids = [[token.id for token in one.tokens] for one in occurrences]
    streams = [contextual.stream(loaded, each) for each in ids]
    places = [one.index for one in occurrences]
    layers = tuple(
        _layer(depth, [stream[depth] for stream in streams], ids, places) for depth in range(len(streams[0]))
    )
    return Result(loaded.entry.name, loaded.device, inputs.word, occurrences, layers)


def _occurrence(loaded: Loaded, text: str, word: str) -> Occurrence:
    from tutor.engine import loading
    from tutor.experiments.attention import token_of

    encoded = loading.encode_some(loaded, text)
    try:
        index = token_of(text, encoded.tokens, word)
    except InputError:
        shown = text if len(text) <= 40 else f"{text[:39]}…"
        raise InputError(f"'{word}'", f"not in '{shown}'", "give sentences that have the word") from None
    return Occurrence(text, encoded.tokens, encoded.truncated, index)


def _layer(depth: int, texts: list[Floats], ids: Sequence[Sequence[int]], places: list[int]) -> Layer:
    import numpy as np

    from tutor.engine import contextual

    vectors = np.stack([text[place] for text, place in zip(texts, places, strict=True)])
    return Layer(
        depth - 1 if depth else None, contextual.cosines(vectors, vectors), contextual.usual_cosine(texts, ids)
    )

"""What each word looks at: attention patterns of every layer and head.

Without --layer and --head it shows all heads at a glance, with both of them one head as a matrix; --word shows
what one word looks at, and for a single head the numbers from query and key to the mix.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import InputError, UsageError
from tutor.experiments.frame.inputs import Argument, Device, Model, Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.engine.records import Floats, Numbers
    from tutor.engine.tokenization import Token

TOPIC = "Attention"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("attention.readable_attention", "attention.softmax", "attention.causal_mask")
EXAMPLES = (
    'tutor attention "The cat chased the mouse because it was hungry."',
    'tutor attention "The cat chased the mouse because it was hungry." --layer 2 --head 1 --word it',
    'tutor attention "She ate because she was hungry." --word she --plain',
)


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("The text to read.")]
    layer: Annotated[int | None, Option("Only this layer, from 0.", low=0, high=1000)] = None
    head: Annotated[int | None, Option("Only this head, from 0.", low=0, high=1000)] = None
    word: Annotated[str | None, Option("Only what this word looks at; she:2 is the second she.")] = None
    model: Model = "storyteller"
    device: Device = "auto"


@dataclass(frozen=True)
class Head:
    """How a head spreads its weight on this text: the mean over all tokens but the first two."""

    layer: int
    head: int
    first: float
    """On the first token."""
    itself: float
    """On the token itself."""
    previous: float
    """On the token before."""


@dataclass(frozen=True)
class Link:
    """One weight of one head."""

    layer: int
    head: int
    source: int
    """The token that looks, by its place in `tokens`."""
    target: int
    """The token that is looked at."""
    weight: float


@dataclass(frozen=True)
class Row:
    """What one word looks at."""

    index: int
    """The word's token; its last one if it has several, because only there has the model read the whole word."""
    weights: Floats
    """Shape (T,): the weight on each token, the mean of the chosen heads."""
    links: tuple[Link, ...]
    """For each chosen head, the token that it looks at most."""


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    tokens: tuple[Token, ...]
    truncated: int
    """Tokens at the beginning that were left out because the context is full."""
    layer: int | None
    head: int | None
    patterns: Floats
    """Shape (layers, heads, T, T): row t holds the weights with which token t looks at each token."""
    heads: tuple[Head, ...]
    """The chosen heads, or all."""
    strongest: Link | None
    """The largest weight between tokens that are not neighbours, the first token left out as a target."""
    row: Row | None
    """What the chosen word looks at."""
    steps: Numbers | None
    """From query and key to the mix, when a word and a single head are chosen."""


def run(inputs: Inputs) -> Result:
    """Raises InputError for an empty text, a word that is not in it or an unknown model."""
    from tutor.engine import loading, patterns

    loaded = loading.decoder(inputs.model, inputs.device)
    encoded = loading.encode_some(loaded, inputs.text)
    index = None if not inputs.word else token_of(inputs.text, encoded.tokens, inputs.word)
    trace = patterns.observe(loaded, encoded.ids)
    weights = patterns.stacked(trace)
    chosen = _chosen(weights.shape, inputs)
    single = index is not None and len(chosen) == 1
    return Result(
        model=loaded.entry.name,
        device=loaded.device,
        tokens=encoded.tokens,
        truncated=encoded.truncated,
        layer=inputs.layer,
        head=inputs.head,
        patterns=weights,
        heads=_heads(weights, chosen),
        strongest=_strongest(weights, chosen),
        row=None if index is None else _row(weights, chosen, index),
        steps=patterns.numbers(trace, *chosen[0], index) if single and index is not None else None,
    )


def _chosen(shape: tuple[int, ...], inputs: Inputs) -> list[tuple[int, int]]:
    """The pairs of layer and head that were asked for. Raises UsageError if the model has no such one."""
    for name, value, count in (("layer", inputs.layer, shape[0]), ("head", inputs.head, shape[1])):
        if value is not None and value >= count:
            raise UsageError(f"--{name} {value}", f"{inputs.model} has {count}", f"give 0 to {count - 1}")
    layers = range(shape[0]) if inputs.layer is None else [inputs.layer]
    heads = range(shape[1]) if inputs.head is None else [inputs.head]
    return [(layer, head) for layer in layers for head in heads]


def token_of(text: str, tokens: Sequence[Token], word: str) -> int:
    """The place in `tokens` of the last token of `word`; `she:2` means its second occurrence.

    Whole words come before parts of words, and the exact case before another, if there are as many of them. Raises
    InputError if it is not there.
    """
    wanted, _, number = word.rpartition(":")
    nth = int(number) if wanted and number.isdecimal() and number.isascii() else 0
    for sought, place in ((wanted, nth), (word, 1)) if nth else ((word, 1),):
        ends = _ends(text, sought, place)
        if 0 < place <= len(ends):
            inside = [i for i, token in enumerate(tokens) if token.start < ends[place - 1] <= token.end]
            if inside:
                return inside[-1]
    raise InputError(f"--word {word}", "not in the text", "choose a word that the model reads in it")


def _ends(text: str, word: str, least: int) -> list[int]:
    """Where the occurrences of `word` end, by the strictest reading that has at least so many."""
    if len(word) > len(text):  # a pasted book, which would take the search for its pattern long
        return []
    exact = re.escape(word.strip() or word)
    for pattern, flags in ((rf"(?<!\w){exact}(?!\w)", 0), (rf"(?<!\w){exact}(?!\w)", re.I), (exact, re.I)):
        ends = [match.end() for match in re.finditer(pattern, text, flags)]
        if len(ends) >= max(least, 1) or (ends and flags):  # a part of a word only where there is no whole one
            return ends
    return []


def _heads(weights: Floats, chosen: list[tuple[int, int]]) -> tuple[Head, ...]:
    from tutor.engine.patterns import habits

    first, itself, previous = habits(weights)
    return tuple(Head(*at, float(first[at]), float(itself[at]), float(previous[at])) for at in chosen)


def _strongest(weights: Floats, chosen: list[tuple[int, int]]) -> Link | None:
    if weights.shape[-1] < 4:
        return None
    import numpy as np

    from tutor.engine.patterns import strongest_link

    layers, heads = sorted({layer for layer, _ in chosen}), sorted({head for _, head in chosen})
    layer, head, source, target = strongest_link(weights[np.ix_(layers, heads)])
    at = (layers[layer], heads[head], source, target)
    return Link(*at, float(weights[at]))


def _row(weights: Floats, chosen: list[tuple[int, int]], index: int) -> Row:
    rows = [weights[layer, head, index] for layer, head in chosen]
    links = tuple(
        Link(layer, head, index, int(row.argmax()), float(row.max()))
        for (layer, head), row in zip(chosen, rows, strict=True)
    )
    return Row(index, sum(rows[1:], rows[0]) / len(rows), links)

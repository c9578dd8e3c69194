"""What each output word of a translation reads in the input: all heads, and the alignment.

The output is the model's own best translation, or any sentence given with --target. Which head aligns best is
decided by a test: input words are hidden one after the other, and a head scores by the weight that each output word
gives the one it needs most, without which it becomes least likely.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Device, Model, Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.engine.loading_seq2seq import LoadedSeq2Seq, Side
    from tutor.engine.records import Floats
    from tutor.engine.tokenization import Token
    from tutor.engine.watching import Watched
    from tutor.engine.word_alignment import Word

TOPIC = "Attention"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("seq2seq.Attention", "seq2seq.DecoderLayer")
EXAMPLES = (
    'tutor cross-attention "Where is the library?"',
    'tutor cross-attention "Where is the library?" --target "¿Dónde está la biblioteca?" --layer 1 --head 0',
    'tutor cross-attention "Where is the library?" --word la',
    'tutor cross-attention "I have a red car." --to fr --plain',
)

BEAMS = 4


@dataclass(frozen=True)
class Inputs:
    source: Annotated[str, Argument("The English sentence that is read.")]
    target: Annotated[str | None, Option("The sentence that is written, instead of the model's own.")] = None
    layer: Annotated[int | None, Option("Only this layer of the decoder, from 0.", low=0, high=1000)] = None
    head: Annotated[int | None, Option("Only this head, from 0.", low=0, high=1000)] = None
    word: Annotated[str | None, Option("Point at this output word; la:2 is the second la.")] = None
    to: Annotated[str, Option("The language of the output.", choices=("es", "fr"))] = "es"
    model: Model = "translator"
    device: Device = "auto"


@dataclass(frozen=True)
class Head:
    """How well a head aligns."""

    layer: int
    head: int
    score: float
    """The mean weight that an output word gives the input word without which it is least likely.

    A word of several tokens is chosen by its first one, so that is the one that looks.
    """


@dataclass(frozen=True)
class Pair:
    """An output word and the input word that one head reads for it; words by their places."""

    word: int
    """The place in `target_words`."""
    read: int
    """The place in `source_words` of the word with the largest weight."""
    weight: float
    needed: int
    """The place in `source_words` of the word without which the output word is least likely."""
    loss: float
    """How much less likely it is without that one, in nats; not above 0 where nothing makes it less likely."""


@dataclass(frozen=True)
class Result:
    """S tokens and U words of the input, T tokens and W words of the output."""

    model: str
    device: str
    language: str
    source: str
    target: str
    forced: bool
    """Whether the output was given, and not the model's own."""
    log_probability: float
    """Of the output, in nats."""
    tokens: tuple[Token, ...]
    """What the encoder reads: the language's token, the input, the end. Spans count characters of `source`."""
    outputs: tuple[Token, ...]
    """The tokens of the output, as a rule with the end. Spans count characters of `target`."""
    left_out: int
    """Characters of the input after `source`, which is as much as the model can read."""
    target_left_out: int
    """The same of an output that was given."""
    source_words: tuple[Word, ...]
    target_words: tuple[Word, ...]
    patterns: Floats
    """Shape (layers, heads, T, S): row t holds the weights with which output token t was chosen."""
    hiding: Floats
    """Shape (W, U): how much less likely each output word is when an input word is hidden, in nats."""
    layer: int | None
    head: int | None
    heads: tuple[Head, ...]
    """The chosen heads, or all; the best first. None where one of the sides has no words."""
    baseline: float | None
    """The score of a head that looks everywhere alike."""
    pairs: tuple[Pair, ...]
    """The alignment by the best of the chosen heads, an entry for each output word."""
    word: int | None
    """The place in `target_words` of the word that was asked for."""


def run(inputs: Inputs) -> Result:
    """Raises InputError for an empty text, a word that was not written or an unknown model, and UsageError for a
    layer or head that is not there.
    """
    from tutor.engine import loading_seq2seq, watching, word_alignment

    loaded = loading_seq2seq.seq2seq(inputs.model, inputs.device)
    source = loading_seq2seq.source(loaded, inputs.source, inputs.to)
    target = _target(loaded, source, inputs.target)
    watched = watching.watch(loaded, source.ids, target.ids)
    source_words = word_alignment.words_of(source.text, source.tokens)
    target_words = word_alignment.words_of(target.text, target.tokens)
    everything = Result(
        model=loaded.entry.name,
        device=loaded.device,
        language=inputs.to,
        source=source.text,
        target=target.text,
        forced=inputs.target is not None,
        log_probability=float(watched.log_probabilities.sum()),
        tokens=source.tokens,
        outputs=target.tokens,
        left_out=source.left_out,
        target_left_out=target.left_out,
        source_words=source_words,
        target_words=target_words,
        patterns=watched.cross_attention,
        hiding=_hiding(loaded, (source, target), watched, (source_words, target_words)),
        layer=None,
        head=None,
        heads=(),
        baseline=None,
        pairs=(),
        word=None,
    )
    return looked_at(everything, inputs)


def looked_at(result: Result, inputs: Inputs) -> Result:
    """The same pair of sentences with the layer, head and word of `inputs`. Raises as `run`."""
    from tutor.engine import translated_words

    layer, head, shape = inputs.layer, inputs.head, result.patterns.shape
    translated_words.check_head(result.patterns, layer, head, f"the decoder of {result.model}")
    layers, heads = (range(n) if at is None else [at] for at, n in zip((layer, head), shape[:2], strict=True))
    chosen = list(itertools.product(layers, heads))
    words = result.source_words, result.target_words
    best, baseline, pairs = aligned(result.patterns, result.hiding, words, chosen)
    word = translated_words.place_of([result.target_words], inputs.word)[1] if inputs.word else None
    return replace(result, layer=layer, head=head, heads=best, baseline=baseline, pairs=pairs, word=word)


def spellings(result: Result) -> list[tuple[str, int, int]]:
    """How each output word is called in --word, its sentence, which is the only one, and its place there."""
    from tutor.engine import translated_words

    return list(translated_words.spellings([result.target_words]))


def _target(loaded: LoadedSeq2Seq, source: Side, given: str | None) -> Side:
    """The output that was given, or the model's own best one."""
    from tutor.engine import loading_seq2seq, watching

    if given is not None:
        return loading_seq2seq.target(loaded, given)
    best = watching.translations(loaded, source.ids, BEAMS)[0]
    return loading_seq2seq.Side(best.text, best.tokens, 0)


def _hiding(
    loaded: LoadedSeq2Seq, sides: tuple[Side, Side], watched: Watched, words: tuple[Sequence[Word], Sequence[Word]]
) -> Floats:
    """How much less likely each output word is when each input word is hidden, (W, U), in nats."""
    import numpy as np

    from tutor.engine import watching

    source, target = sides
    without = watching.without_each(loaded, source.ids, target.ids, [word.tokens for word in words[0]])
    drops = (watched.log_probabilities - without).T  # (T, U)
    rows = [drops[list(word.tokens)].sum(0) for word in words[1]]
    return np.stack(rows) if rows else np.zeros((0, len(words[0])), np.float32)


def aligned(
    patterns: Floats, hiding: Floats, words: tuple[Sequence[Word], Sequence[Word]], chosen: Sequence[tuple[int, int]]
) -> tuple[tuple[Head, ...], float | None, tuple[Pair, ...]]:
    """The chosen heads by score, the score of an even spread, and the alignment of the best head."""
    from tutor.engine import word_alignment

    if not hiding.size:
        return (), None, ()
    needed = hiding.argmax(1).tolist()
    weights = word_alignment.between_words(patterns, words[1], words[0])
    scores = word_alignment.support(weights, needed)
    heads = sorted((Head(*at, float(scores[at])) for at in chosen), key=lambda head: -head.score)
    best = weights[heads[0].layer, heads[0].head]
    pairs = tuple(
        Pair(place, int(row.argmax()), float(row.max()), need, float(hiding[place, need]))
        for place, (row, need) in enumerate(zip(best, needed, strict=True))
    )
    even = sum(len(words[0][need].tokens) for need in needed) / len(needed) / patterns.shape[-1]
    return tuple(heads), even, pairs

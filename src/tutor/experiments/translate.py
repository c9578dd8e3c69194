"""Translate English with an encoder-decoder, beam by beam, and see what each output token was chosen from.

A text is translated sentence by sentence, because the model has learned from single ones. For every output token
there are its probability and rivals, what it looks back at in the output so far (masked self-attention) and what it
reads in the input (cross-attention). --word shows one word of the translation and what it was written from, --table
one kind of attention whole.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Device, Model, Option

if TYPE_CHECKING:
    from tutor.engine.loading_seq2seq import LoadedSeq2Seq, Side
    from tutor.engine.records import Candidate, Floats
    from tutor.engine.tokenization import Token
    from tutor.engine.translated_words import Row as Row
    from tutor.engine.watching import Watched
    from tutor.engine.word_alignment import Word

TOPIC = "Transformer"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("seq2seq.DecoderLayer", "seq2seq.Attention", "watching.translations")
EXAMPLES = (
    'tutor translate "Where is the library?"',
    'tutor translate "I love cats." --to fr --beams 2',
    'tutor translate "Where is the library?" --word biblioteca --layer 1',
    'tutor translate "Tom is happy. He has a new dog." --plain',
)

MOST = 10
"""Sentences of a text that are translated; each takes a few tenths of a second."""
RIVALS = 5
"""Candidates that are kept for each output token."""


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("The English text to translate.")]
    to: Annotated[str, Option("The language to translate into.", choices=("es", "fr"))] = "es"
    beams: Annotated[int, Option("How many beginnings to follow at once; 1 is greedy.", low=1, high=16)] = 4
    table: Annotated[
        str | None,
        Option("One attention: decoder to English, or either to itself.", choices=("cross", "decoder", "encoder")),
    ] = None
    layer: Annotated[int | None, Option("Only this layer, from 0; else the mean of all.", low=0, high=1000)] = None
    head: Annotated[int | None, Option("Only this head, from 0; else the mean of all.", low=0, high=1000)] = None
    word: Annotated[
        str | None, Option("Only this word of the translation and what it was written from; la:2 is the second la.")
    ] = None
    model: Model = "translator"
    device: Device = "auto"


@dataclass(frozen=True)
class Beam:
    """A finished translation."""

    text: str
    tokens: int
    """How many it has, with the end token if it got that far."""
    log_probability: float
    """Of all its tokens together, in nats."""
    score: float
    """The log-probability for each token: what beams are ranked by."""


@dataclass(frozen=True)
class Written:
    """A token of the translation, and what it was chosen from."""

    text: str
    id: int
    start: int
    """Where it stands in the translation, in characters."""
    end: int
    probability: float
    log_probability: float
    """In nats."""
    candidates: tuple[Candidate, ...]
    """The likeliest tokens in its place."""


@dataclass(frozen=True)
class Sentence:
    """A sentence and its translation. S source tokens, T output tokens; row t of a pattern chose output token t."""

    source: str
    """As the model is given it: plain quotation marks, single spaces, no more than it can read."""
    tokens: tuple[Token, ...]
    """What the encoder reads: the language's token, the sentence, the end. Spans count characters of `source`."""
    left_out: int
    """Characters after that."""
    source_words: tuple[Word, ...]
    """The words, signs and marks that the tokens make up, in order."""
    translation: str
    ended: bool
    """Whether the model ended it, or ran into its limit."""
    beams: tuple[Beam, ...]
    """The best first, which is the translation."""
    outputs: tuple[Written, ...]
    words: tuple[Word, ...]
    """What the outputs make up; the first token of a word chooses it."""
    memory_shape: tuple[int, int]
    """What the encoder gives: how many vectors, one for each source token, and how many numbers each has."""
    one_vector_log_probability: float
    """Of the same translation if the decoder could read only the mean of these vectors, in nats.

    It was not trained for that; how much is lost says how far it relies on having them all.
    """
    encoder_attention: Floats
    """Shape (layers, heads, S, S): weights of the source tokens on each other; the encoder has layers of its own."""
    self_attention: Floats
    """Shape (layers, heads, T, T): weights on what the decoder had read: its start token, then the outputs."""
    cross_attention: Floats
    """Shape (layers, heads, T, S): weights on the source tokens."""
    self_mean: Floats
    """Shape (T, T): the mean of all layers and heads."""
    cross_mean: Floats
    """Shape (T, S): the mean of all layers and heads."""


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    language: str
    translation: str
    """Of all sentences."""
    sentences: tuple[Sentence, ...]
    left_out: int
    """Characters of the text after the last sentence that was translated."""
    table: str | None
    """The attention that was asked for."""
    layer: int | None
    head: int | None
    row: Row | None
    """What the word that was asked for was written from."""


def run(inputs: Inputs) -> Result:
    """Raises InputError for an empty text, a word that was not written, an unknown model or language, and
    UsageError for a layer or head that is not there.
    """
    from tutor.engine import loading_seq2seq, sentences

    loaded = loading_seq2seq.seq2seq(inputs.model, inputs.device)
    spans = list(itertools.islice(sentences.split(inputs.text), MOST)) or [(0, 0)]
    sides = [loading_seq2seq.source(loaded, inputs.text[start:end], inputs.to) for start, end in spans]
    translated = tuple(_translated(loaded, side, inputs.beams) for side in sides)
    whole = Result(
        model=loaded.entry.name,
        device=loaded.device,
        language=inputs.to,
        translation=" ".join(one.translation for one in translated),
        sentences=translated,
        left_out=len(inputs.text.rstrip()) - spans[-1][1] if inputs.text.strip() else 0,
        table=None,
        layer=None,
        head=None,
        row=None,
    )
    return looked_at(whole, inputs)


def looked_at(result: Result, inputs: Inputs) -> Result:
    """The same translation with the table, layer, head and word of `inputs`. Raises as `run`."""
    from tutor.engine import translated_words

    side = "encoder" if inputs.table == "encoder" else "decoder"
    patterns = patterns_of(result.sentences[0], inputs.table)
    translated_words.check_head(patterns, inputs.layer, inputs.head, f"the {side} of {result.model}")
    chosen = replace(result, table=inputs.table, layer=inputs.layer, head=inputs.head, row=None)
    if not inputs.word:
        return chosen
    place = translated_words.place_of([one.words for one in result.sentences], inputs.word)
    return replace(chosen, row=row_of(chosen, *place))


def row_of(result: Result, sentence: int, word: int) -> Row:
    """What the word at that place was written from, in the layer and head that were chosen."""
    from tutor.engine.translated_words import row_between

    token = result.sentences[sentence].words[word].tokens[0]
    patterns = pattern(result, sentence, "cross"), pattern(result, sentence, "decoder")
    return row_between(*patterns, sentence, word, token)


def pattern(result: Result, sentence: int, table: str) -> Floats:
    """A table of a sentence, in the layer and head that were chosen; the mean of all if they are the other side's."""
    from tutor.engine.translated_words import mean_of

    is_its_own = (table == "encoder") == (result.table == "encoder")
    at = (result.layer, result.head) if is_its_own else (None, None)
    return mean_of(patterns_of(result.sentences[sentence], table), *at)


def patterns_of(one: Sentence, table: str | None) -> Floats:
    """The attention that a table shows, for all layers and heads; cross-attention if none is asked for."""
    kinds = {"decoder": one.self_attention, "encoder": one.encoder_attention}
    return kinds.get(table or "", one.cross_attention)


def spellings(result: Result) -> list[tuple[str, int, int]]:
    """How each word of the translation is called in --word, its sentence and its place there."""
    from tutor.engine import translated_words

    return list(translated_words.spellings([one.words for one in result.sentences]))


def _translated(loaded: LoadedSeq2Seq, side: Side, beams: int) -> Sentence:
    from tutor.engine import watching
    from tutor.engine.translated_words import parts_of

    found = watching.translations(loaded, side.ids, beams)
    best = found[0]
    watched = watching.watch(loaded, side.ids, best.ids)
    return Sentence(
        source=side.text,
        tokens=side.tokens,
        left_out=side.left_out,
        source_words=parts_of(side.text, side.tokens),
        translation=best.text,
        ended=best.ended,
        beams=tuple(Beam(one.text, len(one.tokens), one.log_probability, one.score) for one in found),
        outputs=_outputs(loaded, best.tokens, watched),
        words=parts_of(best.text, best.tokens),
        memory_shape=watched.memory_shape,
        one_vector_log_probability=watching.with_one_vector(loaded, side.ids, best.ids),
        encoder_attention=watched.encoder_attention,
        self_attention=watched.self_attention,
        cross_attention=watched.cross_attention,
        self_mean=watched.self_attention.mean((0, 1)),
        cross_mean=watched.cross_attention.mean((0, 1)),
    )


def _outputs(loaded: LoadedSeq2Seq, tokens: tuple[Token, ...], watched: Watched) -> tuple[Written, ...]:
    from tutor.engine.generation import likeliest

    text_of, rows = loaded.splitter.text_of, []
    for token, logits, nats in zip(tokens, watched.logits, watched.log_probabilities.tolist(), strict=True):
        rivals = tuple(replace(one, text=text_of(one.id)) for one in likeliest(loaded.tokenizer, logits, RIVALS))
        share = float(logits.softmax(-1)[token.id])
        rows.append(Written(token.text, token.id, token.start, token.end, share, nats, rivals))
    return tuple(rows)

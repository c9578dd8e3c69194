"""What is measured of `translator`: held-out sentences against people's, and whether a word finds its origin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.engine import loading_seq2seq, translation_quality, watching, word_alignment
from tutor.engine.figures import Figure, Sample
from tutor.engine.pairs import PairFile
from tutor.engine.seq2seq_task import held_out_loss

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.engine.figures.measuring import Subject
    from tutor.engine.loading_seq2seq import LoadedSeq2Seq

SENTENCES = (
    "Where is the library?",
    "The old man gave the children some bread.",
    "I have never seen such a big dog.",
    "My sister is reading a book in the garden.",
    "It was raining, so we stayed at home.",
    "Can you help me find my keys?",
    "She would have come if she had known.",
    "The king's three sons rode into the forest.",
)
"""Our own."""
QUESTIONS = 500
"""Held-out sentences of each language that are translated."""
PAIRS = 2000
BEAMS = 4
ALIGNED = {"es": ("library", "biblioteca"), "fr": ("library", "bibliothèque")}
"""Words of the first sentence that belong together."""


def samples(subject: Subject) -> Iterator[Sample]:
    """Our sentences in every language; nothing about a beam search is random."""
    loaded = loading_seq2seq.seq2seq(str(subject.folder), "cpu")
    for sentence in SENTENCES:
        for language in _languages(subject):
            yield Sample(f"{language}: {sentence}", None, _translated(loaded, sentence, language))


def quick(subject: Subject) -> Iterator[Figure]:
    """How many of its samples come out again, and how far one head joins a word to its translation."""
    loaded = loading_seq2seq.seq2seq(str(subject.folder), "cpu")
    if subject.samples:
        same = 0
        for sample in subject.samples:
            language, _, sentence = sample.given.partition(": ")
            same += _translated(loaded, sentence, language) == sample.text
        yield Figure(f"samples that come out again, of {len(subject.samples)}", same, 1, quick=True)
    for language in set(_languages(subject)) & ALIGNED.keys():
        word, translated = ALIGNED[language]
        found = aligned(loaded, SENTENCES[0], language, word, translated)
        yield Figure(f"weight on '{word}' when writing '{translated}', best head", found, 0.02, quick=True)


def full(subject: Subject, work: Path) -> Iterator[Figure]:
    """The held-out loss of each language, and chrF and BLEU of sentences of up to 12 words."""
    loaded = loading_seq2seq.seq2seq(str(subject.folder), "cpu")
    for source in subject.recipe.sources:
        file = PairFile.open(work / f"{source.name}.held-out.bin")
        places = range(0, len(file), max(len(file) // PAIRS, 1))
        pairs = sorted((file[place] for place in places), key=lambda pair: len(pair[1]))
        loss = held_out_loss(loaded.model, pairs)
        yield Figure(f"loss on held-out {source.language}, nats per token", loss, 0.003)
        asked = translation_quality.questions(file, loaded.tokenizer, most=QUESTIONS)
        english = [question.english for question in asked]
        answers = list(
            translation_quality.translations(loaded.model, loaded.tokenizer, english, source.language, BEAMS)
        )
        score = translation_quality.quality(answers, asked)
        of = f"{source.language}, {score.sentences} held-out sentences of up to 12 words"
        yield Figure(f"chrF, {of}", score.chrf, 0.5)
        yield Figure(f"BLEU, {of}", score.bleu, 0.7)
        yield Figure(f"chrF against the first reference only, {of}", score.chrf_single, 0.5)
        yield Figure(f"BLEU against the first reference only, {of}", score.bleu_single, 0.7)


def aligned(loaded: LoadedSeq2Seq, sentence: str, language: str, word: str, translated: str) -> float:
    """The largest weight that a cross-attention head gives a word while its translation is begun; 0 without it."""
    source = loading_seq2seq.source(loaded, sentence, language)
    best = watching.translations(loaded, source.ids, BEAMS)[0]
    read = word_alignment.words_of(source.text, source.tokens)
    written = word_alignment.words_of(best.text, best.tokens)
    columns = [place for place, one in enumerate(read) if one.text == word]
    rows = [place for place, one in enumerate(written) if one.text.lower() == translated]
    if not columns or not rows:
        return 0.0
    patterns = watching.watch(loaded, source.ids, best.ids).cross_attention
    weights = word_alignment.between_words(patterns, written, read)  # (L, H, W, U)
    return float(weights[..., rows[0], columns[0]].max())


def _languages(subject: Subject) -> list[str]:
    return [source.language for source in subject.recipe.sources]


def _translated(loaded: LoadedSeq2Seq, sentence: str, language: str) -> str:
    answers = translation_quality.translations(loaded.model, loaded.tokenizer, [sentence], language, BEAMS)
    return next(iter(answers))

"""What is measured of `gapfiller`: hidden words found, beside baselines that only count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import torch

from tutor.engine import gap_accuracy, loading_encoder, stories
from tutor.engine.corpus import TokenFile, write_documents
from tutor.engine.encoder_task import held_out_loss, watched
from tutor.engine.figures import Figure, Sample
from tutor.engine.gap_accuracy import Accuracy
from tutor.engine.masking import MASK, Passages, Vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.engine.figures.measuring import Subject

TEXTS = (
    f"The bird sat in its {MASK} and sang.",
    f"Tom was thirsty, so he drank some {MASK}.",
    f"She put on her {MASK} because it was cold outside.",
    f"Once upon a time there was a little {MASK} who lived in the forest.",
    f"The dog {MASK} at the cat, and the cat ran away.",
    f'"Thank you," {MASK} the old woman.',
)
"""Our own."""
PASSAGES, WINDOW = 1000, 64
SHARE = 0.006
"""The tolerance of a share of words."""


def samples(subject: Subject) -> Iterator[Sample]:
    """The best five words for the gap in each of our sentences, with their probabilities."""
    loaded = loading_encoder.encoder(str(subject.folder), "cpu")
    mask = loaded.special(MASK)
    for text in TEXTS:
        ids = loading_encoder.with_gaps(loaded, text).ids
        with torch.inference_mode():
            vectors = loaded.model.hidden(torch.tensor([ids]))[0, ids.index(mask)]
            best = loaded.model.scores(vectors).softmax(-1).topk(5)
        words = [loaded.tokenizer.id_to_token(token) for token in best.indices.tolist()]
        listed = [f"{word} {100 * p:.0f} %" for word, p in zip(words, best.values.tolist(), strict=True)]
        yield Sample(text, None, ", ".join(listed))


def quick(subject: Subject) -> Iterator[Figure]:
    """Hidden words of stories from the simulator's other seeds."""
    loaded = loading_encoder.encoder(str(subject.folder), "cpu")
    vocabulary = Vocabulary(loaded.tokenizer)
    ids = (loaded.tokenizer.encode(text, add_special_tokens=False).ids for text in stories.documents(2**31, 100))
    file = write_documents(((document, 0) for document in ids), vocabulary.end, subject.scratch / "fresh.bin")
    asked = gap_accuracy.gaps(Passages(file, vocabulary), passages=200, window=min(WINDOW, loaded.context))
    found = gap_accuracy.accuracy(gap_accuracy.guesses(loaded.model, asked, vocabulary), asked.words)
    yield from _shares("stories of the simulator, another seed", found, quick=True)


def full(subject: Subject, work: Path) -> Iterator[Figure]:
    """For each source the loss and the shares of hidden words found, with baselines if all training text is there."""
    loaded = loading_encoder.encoder(str(subject.folder), "cpu")
    vocabulary = Vocabulary(loaded.tokenizer)
    training = [work / f"{source.name}.train.bin" for source in subject.recipe.sources]
    counted = [TokenFile.open(file) for file in training] if all(file.exists() for file in training) else []
    for source in subject.recipe.sources:
        passages = Passages(TokenFile.open(work / f"{source.name}.held-out.bin"), vocabulary)
        name = f"held-out {source.name}"
        loss = held_out_loss(loaded.model, watched(passages, subject.recipe.stages[0].window))
        yield Figure(f"loss on {name}, nats per hidden word", loss, 0.01)
        asked = gap_accuracy.gaps(passages, passages=PASSAGES, window=min(WINDOW, loaded.context))
        found = gap_accuracy.accuracy(gap_accuracy.guesses(loaded.model, asked, vocabulary), asked.words)
        yield from _shares(name, found)
        yield from _baselines(name, counted, asked, vocabulary)


def _baselines(
    name: str, counted: Sequence[TokenFile], asked: gap_accuracy.Gaps, vocabulary: Vocabulary
) -> Iterator[Figure]:
    if counted:
        words = asked.words
        unigram = gap_accuracy.unigram_guesses(counted, vocabulary, len(words))
        bigram = gap_accuracy.bigram_guesses(counted, vocabulary, asked.before)
        yield from _shares(f"{name}, the most frequent words", gap_accuracy.accuracy(unigram, words))
        yield from _shares(f"{name}, what most often follows the word before", gap_accuracy.accuracy(bigram, words))


def _shares(name: str, found: Accuracy, *, quick: bool = False) -> Iterator[Figure]:
    yield Figure(f"share of hidden words right, {name}", found.top_1, SHARE, quick)
    yield Figure(f"share among the best five, {name}", found.top_5, SHARE, quick)

"""What is measured of `painter` and `matcher`. The digits, and what judges drawings, come with scikit-learn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from tutor.engine import captions, digits, loading, loading_matcher, matcher_task, painter_task, painting
from tutor.engine.figures import Figure, Sample
from tutor.engine.sampling import SamplingOptions

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.engine.figures.measuring import Subject

DRAWINGS = 100
"""Of each digit."""


def samples(subject: Subject) -> Iterator[Sample]:
    """None in words: the pictures are in the card."""
    yield from ()


def painter(subject: Subject) -> Iterator[Figure]:
    """Held-out pictures: the loss of drawing them and the share that is captioned right."""
    loaded = loading.decoder(str(subject.folder), "cpu")
    tokens = painting.PaintersTokens(loaded.tokenizer)
    _, held_out = digits.load(subject.recipe.sources[0].held_out_percent)
    loss = painter_task.held_out_loss(loaded.model, held_out, tokens)
    yield Figure("loss of drawing held-out pictures, nats per token", loss, 0.003, quick=True)
    right = painter_task.captions_right(loaded.model, held_out, tokens)
    yield Figure("share of held-out pictures captioned right", right, 0.006, quick=True)


def drawings(subject: Subject, work: Path) -> Iterator[Figure]:
    """The share of drawings that a support vector machine takes for what was asked for, at temperature 0.8."""
    from sklearn.svm import SVC  # type: ignore[import-untyped]

    loaded = loading.decoder(str(subject.folder), "cpu")
    tokens = painting.PaintersTokens(loaded.tokenizer)
    training, held_out = digits.load(subject.recipe.sources[0].held_out_percent)
    judge = SVC(gamma=0.001).fit(training.pictures.reshape(-1, 64), training.labels)
    right = judge.score(held_out.pictures.reshape(-1, 64), held_out.labels)
    yield Figure("share of held-out pictures that the judge names right", float(right), 0.006)
    shares = []
    for digit in range(10):
        words = captions.words_of(captions.wordings(digit)[0])
        drawn = painting.draw(loaded.model, tokens, words, SamplingOptions(0.8), seed=digit, count=DRAWINGS)
        shares.append(float(np.mean(judge.predict(drawn.pictures.reshape(-1, 64)) == digit)))
        yield Figure(f"share of drawings of {captions.article(captions.NAMES[digit])} judged right", shares[-1], 0.05)
    yield Figure("share of drawings judged right", float(np.mean(shares)), 0.02)


def matcher(subject: Subject) -> Iterator[Figure]:
    """Held-out pictures against the ten usual captions: the loss, and the share whose best one is theirs."""
    loaded = loading_matcher.load(str(subject.folder))
    _, held_out = digits.load(subject.recipe.sources[0].held_out_percent)
    loss = matcher_task.held_out_loss(loaded.model, held_out, loaded.tokenizer)
    yield Figure("loss of choosing a held-out picture's caption, nats", loss, 0.003, quick=True)
    right = matcher_task.share_right(loaded.model, held_out, loaded.tokenizer)
    yield Figure("share of held-out pictures matched right", right, 0.006, quick=True)


def nothing(subject: Subject, work: Path) -> Iterator[Figure]:
    """All of a matcher is quick."""
    yield from ()

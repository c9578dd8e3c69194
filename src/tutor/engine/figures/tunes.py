"""What is measured of `composer`: tunes that add up, and bars that it took from the tunes it has read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from tutor.engine import abc_corpus, composing, loading
from tutor.engine.composing import Attempt
from tutor.engine.figures import Figure, Sample, decoders
from tutor.engine.loading import Loaded
from tutor.engine.sampling import SamplingOptions

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.engine.figures.measuring import Subject

STYLES = ("air", "jig", "reel", "hornpipe", "slip jig", "strathspey", "march")
TUNES = 100
MOST = 20
"""Attempts at one tune."""


def samples(subject: Subject) -> Iterator[Sample]:
    """A jig, a reel and an air as `tutor compose` writes them, seeds 1 to 3."""
    loaded = loading.decoder(str(subject.folder), "cpu")
    for seed, style in ((1, "jig"), (2, "reel"), (3, "air")):
        tune = composing.best(_tried(loaded, style, seed))
        yield Sample(f"R:{style}\n", seed, tune.abc.split("\n", 1)[-1])


def full(subject: Subject, work: Path) -> Iterator[Figure]:
    """The decoder's figures; of 100 tunes, how many are right at once and in the end; the longest copied runs."""
    yield from decoders.full(subject, work)
    loaded = loading.decoder(str(subject.folder), "cpu")
    tried = [_tried(loaded, STYLES[seed % len(STYLES)], seed) for seed in range(1, TUNES + 1)]
    kept = [tune for tune in map(composing.best, tried) if not tune.problem]
    yield Figure("tunes right at the first attempt, of 100", sum(not tunes[0].problem for tunes in tried), 4)
    yield Figure("tunes right after at most 20 attempts, of 100", len(kept), 2)
    known = abc_corpus.runs(abc_corpus.texts(subject.recipe.sources[0].held_out_percent, held_out=False))
    copied = [abc_corpus.longest_copied(tune.tune, known) for tune in kept if tune.tune]
    yield Figure("longest run of bars copied from the training tunes, mean", float(np.mean(copied)), 0.1)
    yield Figure("longest run of bars copied from the training tunes, most", max(copied), 1)


def _tried(loaded: Loaded, style: str, seed: int) -> list[Attempt]:
    options = SamplingOptions(0.8, top_p=0.95)
    return list(composing.attempts(loaded, style, bars=0, options=options, seed=seed, most=MOST))

"""A story simulator: endless small stories in very simple English, always coherent, with ground truth.

A plot (`scripts/*.txt`, performed by `script`) casts characters, things and places (`cast`, `lexicon`), changes a
`world` that refuses what cannot happen, and tells it through a `teller`, whose writer (`wording`, `grammar`)
chooses the words, names everyone as a person would (`reference`) and notes what each word refers to (`marks`).

>>> next(documents(seed=1, count=1)) == next(documents(seed=1, count=1))
True
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from .plots import PLOTS, SCENES
from .script import Stage
from .teller import Teller
from .world import Entity, Fact, Mention, Story

__all__ = ["PLOTS", "Entity", "Fact", "Mention", "Story", "documents", "story"]


def documents(seed: int, count: int) -> Iterator[str]:
    """The texts of `count` stories; document i depends on `seed` and i only."""
    for index in range(count):
        yield _tell(f"{seed}/{index}").text


def story(seed: int, plot: str = "") -> Story:
    """One story with its mentions, facts and entities; `plot` names one of `PLOTS` instead of chance.

    Mentions are what the writer referred to by itself; an *it* or *they* that a script spells out has none.
    """
    return _tell(f"story/{seed}", plot)


def _tell(seed: str, plot: str = "") -> Story:
    rng = random.Random(seed)  # a str seed is hashed with SHA-512: the same on every platform
    name = plot or rng.choice(sorted(PLOTS))
    teller = Teller(rng)
    Stage(teller, SCENES).perform(PLOTS[name])
    text, mentions, facts = teller.writer.finish()
    return Story(text, name, mentions, facts, tuple(teller.world.entities.values()))

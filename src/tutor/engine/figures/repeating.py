"""Whether a decoder repeats itself: words that its texts say once too often."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import torch

from tutor.engine import unlikelihood
from tutor.engine.figures import Figure
from tutor.engine.overused import rate

if TYPE_CHECKING:
    from tutor.engine.loading import Loaded

EACH, TOKENS = 12, 100
"""Texts for each opening, and their length; drawn at `unlikelihood.TEMPERATURE`."""


def figures(loaded: Loaded, openings: Sequence[str]) -> Iterator[Figure]:
    """How many words of 100 come once too often where the model goes on from each of the openings."""
    texts, starts = [], []
    random = torch.Generator().manual_seed(1)
    for opening in openings:
        ids = loaded.tokenizer.encode(opening, add_special_tokens=False).ids
        rows = unlikelihood.written(loaded.model, torch.tensor([ids] * EACH), TOKENS, random).tolist()
        for row in rows:
            end = next((place for place, token in enumerate(row) if token in loaded.model.config.end_ids), len(row))
            texts.append(loaded.tokenizer.decode(row[:end]))
            starts.append(len(opening))
    what = f"words of 100 said once too often, {len(texts)} texts from {len(openings)} openings"
    yield Figure(what, rate(texts, starts), 0.5, quick=True)

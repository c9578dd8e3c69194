"""Small records that results are made of. Imports no torch: the app reads them and must never import it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Candidate:
    """A token that could come next."""

    id: int
    text: str
    probability: float
    logit: float


@dataclass(frozen=True)
class Step:
    """One generated token."""

    index: int
    """From 0."""
    id: int
    text: str
    """What became readable with this token: whole characters only, perhaps none yet."""
    probability: float
    """Of this token, after the filters."""
    candidates_before: tuple[Candidate, ...]
    """The likeliest tokens as the model has them."""
    candidates_after: tuple[Candidate, ...]
    """The likeliest tokens after penalty, temperature and filters."""
    finished: str
    """Why it ends here: `end`, `stop`, `budget`, `context` or `cancelled`; empty while it goes on."""


@dataclass(frozen=True)
class Numbers:
    """From query and key to the mix, for one token of one head. Each array has an entry for each token, (T,)."""

    scores: Floats
    """query · key."""
    scaled: Floats
    """The scores divided by √D."""
    masked: Floats
    """The scaled scores, −∞ for the tokens that come later."""
    pattern: Floats
    """Their softmax: the weights, which sum to 1."""
    value_lengths: Floats
    """How long each token's value vector is."""
    mixed_length: float
    """How long the weighted sum of the value vectors is."""
    head_width: int
    """D."""

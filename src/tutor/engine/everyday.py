"""How well a decoder foretells a text of everyday English that no run trains on: what it could do before. Torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tutor import paths
from tutor.engine.corpus import plain_typography
from tutor.engine.finetuning import Losses
from tutor.engine.material import block_losses
from tutor.storage import read_learner_text

if TYPE_CHECKING:
    from tutor.engine.loading import Loaded

FILE = "lessons/practice/everyday.txt"


def losses(loaded: Loaded) -> Losses:
    """The loss in nats of every token of every paragraph but its first."""
    text = plain_typography(read_learner_text(paths.named(FILE)))
    paragraphs = (part for part in text.splitlines() if part.strip())
    encode = loaded.tokenizer.encode
    return block_losses(loaded.model, [np.array(encode(part, add_special_tokens=False).ids) for part in paragraphs])

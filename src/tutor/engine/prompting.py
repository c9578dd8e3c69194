"""Labelling a text with a language model and a few examples in its prompt, without training anything. Torch.

Brown et al. 2020, "Language Models are Few-Shot Learners", section 2: the examples stand in the prompt, and each
label is scored as its continuation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from tutor.engine import text_features

if TYPE_CHECKING:
    from tutor.engine.loading import Loaded


def written(examples: Sequence[tuple[str, str]], text: str) -> str:
    """The prompt: each example with its label, then the text and the place where its label would stand."""
    shown = "".join(f"Text: {one}\nLabel: {label}\n\n" for one, label in examples)
    return f"{shown}Text: {text}\nLabel:"


def label_ids(loaded: Loaded, label: str) -> list[int]:
    """A label as it goes on from the prompt, and the line end, so that *good* is no part of *goodbye*."""
    return loaded.tokenizer.encode(f" {label}\n", add_special_tokens=False).ids


def log_probabilities(loaded: Loaded, prompt: Sequence[int], labels: Sequence[Sequence[int]]) -> list[float]:
    """How likely each label, given as ids, is to follow the prompt's ids, in nats: the sum over its tokens."""
    batch = text_features.side_by_side(loaded, [[*prompt, *label] for label in labels], list(range(len(labels))))
    with torch.inference_mode():
        hidden, _ = loaded.model.hidden(batch.ids)  # (K, 1 + T, C): a start token is first
    found = []
    for row, label in enumerate(labels):
        at = hidden[row, len(prompt) : len(prompt) + len(label)]  # each token's place foretells the next
        with torch.inference_mode():
            scores = loaded.model.lm_head(at).float().log_softmax(-1)
        found.append(float(scores[torch.arange(len(label)), list(label)].sum()))
    return found

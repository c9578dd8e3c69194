"""How probable each token of a text was to a decoder that had read what comes before it. Torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import torch

if TYPE_CHECKING:
    from tutor.engine.loading import Loaded


class Score(NamedTuple):
    """One token: its log-probability, and the token that was most probable in its place."""

    log_probability: float
    """In nats."""
    expected_id: int
    expected_probability: float


def score(loaded: Loaded, ids: Sequence[int], reach: int | None = None) -> list[Score]:
    """A score for each id. The first one is scored after the model's start token.

    A text that is longer than the context is read in windows that overlap by half, so that each token but the
    first few is scored with at least half a context before it. Raises InputError if the model has no start token.
    """
    whole = [loaded.start(), *ids]
    scores: list[Score] = []
    for first, last, keep in _windows(len(whole), reach or loaded.context):
        scores += _score_window(loaded, whole[first:last])[-keep:]
    return scores


def _windows(length: int, context: int) -> Iterator[tuple[int, int, int]]:
    """Start and end of each window, and for how many of its last tokens its scores count."""
    scored, end = 1, min(length, context + 1)
    while scored < length:
        yield max(end - context - 1, 0), end, end - scored
        scored, end = end, min(end + max(context // 2, 1), length)


def _score_window(loaded: Loaded, ids: Sequence[int]) -> list[Score]:
    """Scores of all ids but the first."""
    from tutor.engine.loading import as_batch

    with torch.inference_mode():
        logits = loaded.model(as_batch(loaded, ids[:-1]))[0].float()  # (T, V)
        best, expected = logits.max(-1)
        total = logits.logsumexp(-1)  # the log of what a softmax divides by
        theirs = logits.gather(-1, as_batch(loaded, ids[1:])[0, :, None])[:, 0]
        columns = ((theirs - total).tolist(), expected.tolist(), (best - total).exp().tolist())
    return [Score(*row) for row in zip(*columns, strict=True)]

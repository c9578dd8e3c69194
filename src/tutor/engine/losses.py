"""The loss of many tokens over a large vocabulary, learned in parts."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

CHUNK = 1024
"""Tokens whose logits are alive at once. A chunk of them fits the cache; all of a batch's would not."""

IGNORED = -100
"""A target that is not learned: a prompt, padding, or a word that was not hidden."""


def backward(
    hidden: Tensor,
    targets: Tensor,
    scores: Callable[[Tensor], Tensor],
    smoothing: float = 0.0,
    count: int | None = None,
) -> float:
    """Add the gradient of the mean cross-entropy of targets (…) given hidden (…, C); returns it in nats per token.

    `scores` turns vectors (n, C) into logits (n, V). The loss goes backward chunk by chunk: the logits of a whole
    batch would be written to memory and read back several times, those of a chunk stay in the cache. With
    `smoothing`, that share of the target's probability is spread over all tokens (Szegedy et al. 2016, section 7),
    in the returned loss too. `count` is what the sum is divided by where these targets are a part of a batch.
    """
    stream = hidden.detach().flatten(0, -2).requires_grad_()  # (N, C), the leaf that the chunks lead back to
    targets = targets.flatten()
    count = learned(targets) if count is None else count
    total = 0.0
    for part, target in zip(torch.split(stream, CHUNK), torch.split(targets, CHUNK), strict=True):
        loss = F.cross_entropy(
            scores(part), target, ignore_index=IGNORED, reduction="sum", label_smoothing=smoothing
        )  # fmt: skip
        loss = loss / count
        loss.backward()  # type: ignore[no-untyped-call]
        total += float(loss.detach())
    if hidden.requires_grad:  # not where only the output layer is trained
        hidden.backward(stream.grad.view_as(hidden))  # type: ignore[union-attr, no-untyped-call]
    return total


def learned(targets: Tensor) -> int:
    """How many targets are learned; at least 1, so that a loss can be divided by it."""
    return max(int((targets >= 0).sum()), 1)

"""The loss of many tokens over a large vocabulary, learned in parts."""

from __future__ import annotations

from collections.abc import Callable

import torch
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
        logits = scores(part)  # (n, V)
        loss, gradient = cross_entropy(logits.detach(), target, smoothing)
        logits.backward(gradient.div_(count))  # type: ignore[no-untyped-call]
        total += loss / count
    if hidden.requires_grad:  # not where only the output layer is trained
        hidden.backward(stream.grad.view_as(hidden))  # type: ignore[union-attr, no-untyped-call]
    return total


def cross_entropy(logits: Tensor, targets: Tensor, smoothing: float = 0.0) -> tuple[float, Tensor]:
    """The summed loss of logits (n, V) on targets (n,), in nats, and its gradient (n, V): softmax less the target.

    Where p are the model's probabilities and q the wanted ones (1 at the target, or `smoothing` spread over all), the
    loss is −Σ q log p, and its gradient in the logits is p − q. Written out because the logits are by far the largest
    tensor of a step: autograd would pass over them twice more.
    """
    V = logits.shape[-1]
    kept = targets != IGNORED
    at = targets.where(kept, 0)[:, None]
    logs = torch.log_softmax(logits, dim=-1)
    losses = -(1 - smoothing) * logs.gather(1, at)[:, 0]
    if smoothing:
        losses = losses - smoothing * logs.mean(-1)
    gradient = logs.exp_()
    if smoothing:
        gradient -= smoothing / V
    gradient.scatter_add_(1, at, gradient.new_full(at.shape, smoothing - 1))
    if not bool(kept.all()):
        gradient.mul_(kept[:, None])
    return float((losses * kept).sum()), gradient


def learned(targets: Tensor) -> int:
    """How many targets are learned; at least 1, so that a loss can be divided by it."""
    return max(int((targets >= 0).sum()), 1)

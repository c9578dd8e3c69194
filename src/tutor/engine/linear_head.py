"""Logistic regression: a linear map from the features of a text to a score for each label. Torch.

N texts, F features, K labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PENALTY = 0.1
"""½ · PENALTY · |weights|² / N is added to the mean loss, for features that are scaled to a whole length of about 1.

As scikit-learn's C = 1 / PENALTY where there are three labels or more. Ten times more and ten times less did worse in
cross-validation on the four practice sets.
"""
STEPS = 100
"""The most steps; the loss has one lowest point, which is found in about thirty."""


class Head(nn.Module):
    """Features (N, F) → logits (N, K): scaled as they lie over the training texts, then one linear map."""

    mean: Tensor
    scale: Tensor

    def __init__(self, features: int, labels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(features, labels)
        self.register_buffer("mean", torch.zeros(features))
        self.register_buffer("scale", torch.ones(features))
        nn.init.zeros_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)

    def forward(self, features: Tensor) -> Tensor:
        return self.linear((features - self.mean) / self.scale)  # type: ignore[no-any-return]

    def settle(self, features: Tensor) -> None:
        """Set the scale by the training texts' features (N, F), so that all channels together have a length of
        about 1 and the penalty means the same for every decoder."""
        spread = features.std(0, correction=0)
        self.mean.copy_(features.mean(0))
        self.scale.copy_(torch.where(spread > 1e-6, spread, 1.0) * features.shape[1] ** 0.5)


def regress(head: Head, features: Tensor, targets: Tensor, weights: Tensor | None) -> Iterator[float]:
    """Train a settled head on features (N, F) and the places of their labels (N,); yields the loss of each step.

    The loss is convex, so it is followed downhill with L-BFGS (Liu and Nocedal 1989) and has one end, whatever the
    seed. `weights` (K,) says how much a text of each label counts.
    """
    optimizer = torch.optim.LBFGS(
        head.linear.parameters(), max_iter=1, max_eval=25, history_size=20, line_search_fn="strong_wolfe"
    )
    scaled = (features - head.mean) / head.scale

    def closure() -> Tensor:
        optimizer.zero_grad()
        penalty = 0.5 * PENALTY * head.linear.weight.square().sum() / len(scaled)
        loss = weighted_loss(head.linear(scaled), targets, weights) + penalty
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    before = float("inf")
    for _ in range(STEPS):
        loss = float(optimizer.step(closure).detach())  # type: ignore[no-untyped-call]
        yield loss
        if before - loss < 1e-6:
            return
        before = loss


def weighted_loss(logits: Tensor, targets: Tensor, weights: Tensor | None) -> Tensor:
    """Cross-entropy in nats per text; with weights, their weighted sum over the number of texts.

    Torch's own mean divides by the weights of the texts at hand, so that a rare label alone in a step would count no
    more than a common one.
    """
    return F.cross_entropy(logits, targets, weights, reduction="sum") / len(targets)


def balancing(targets: Tensor, labels: int) -> Tensor:
    """N / (labels present · count), for each label (K,): as scikit-learn's "balanced"; 0 for an absent one.

    So all labels together count as much as each other, however rare one is.
    """
    counts = torch.bincount(targets, minlength=labels).float()
    present = counts > 0
    return torch.where(present, len(targets) / (present.sum() * counts.clamp(min=1)), 0.0)


def trained(features: Tensor, targets: Tensor, labels: int, *, settle: bool = True) -> Head:
    """A head that was trained to the end on features (N, F), each label counting alike.

    Without `settle`, features that have a length of 1 already are taken as they are.
    """
    head = Head(features.shape[1], labels)
    if settle:
        head.settle(features)
    for _ in regress(head, features, targets, balancing(targets, labels)):
        pass
    return head.requires_grad_(False)


def chosen(head: Head, features: Tensor) -> NDArray[np.int64]:
    """The likeliest label's place for each row of features (N, F), shape (N,)."""
    with torch.no_grad():
        places: NDArray[np.int64] = head(features).argmax(-1).numpy()
    return places

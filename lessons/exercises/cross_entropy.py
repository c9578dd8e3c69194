"""Cross-entropy: how surprised the model was, in nats per token.

For each row of logits: minus the logarithm of the probability (by softmax)
of the token that really came. Then the mean over all rows. Take the
largest logit of a row off first, or exp overflows.

    tutor exercise cross-entropy cross_entropy.py
"""

import torch
from torch import Tensor


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Logits (T, V) and the tokens that came, (T,) to one number."""
    ...

"""Softmax: scores in, weights out.

Each row (the last axis) becomes positive weights that sum to 1: exp(score)
over the sum of all exp(score). Take the row's largest score off first, or
exp overflows; that changes nothing in the result. A score of minus
infinity is a masked one and gets weight 0.

    tutor exercise softmax softmax.py
"""

from torch import Tensor


def softmax(scores: Tensor) -> Tensor:
    """Scores of any shape to weights of the same shape."""
    ...

"""Scaled dot-product attention, equation 1 of "Attention Is All You Need".

It is softmax(Q K^T / sqrt(D)) V. Shapes: q is (B, H, T, D), k and v are
(B, H, S, D), for B texts, H heads and vectors of width D. The mask is True
where a query may look; the other scores become minus infinity before
the softmax.

    tutor exercise attention attention.py
"""

import math

import torch
from torch import Tensor


def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """The values, mixed for each query: (B, H, T, D)."""
    ...

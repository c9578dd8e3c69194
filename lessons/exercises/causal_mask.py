"""The causal mask: who may look at whom in text from left to right.

There are T tokens that look (queries) and S that are looked at (keys), S
at least T. The queries are the last T of the S places: query t stands at
place S - T + t. It may look at itself and at what stands before it.

    tutor exercise causal-mask causal_mask.py
"""

import torch
from torch import Tensor


def causal_mask(T: int, S: int) -> Tensor:
    """Truth values, shape (T, S), True where a query may look."""
    ...

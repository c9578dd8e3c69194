"""Sinusoidal positions, section 3.5 of "Attention Is All You Need".

Channels come in pairs. At place pos, pair i has the angle
pos / 10000^(2i / C): channel 2i is its sine, channel 2i + 1 its cosine.
Places count from 0.

    tutor exercise positions positions.py
"""

import torch
from torch import Tensor


def sinusoidal(T: int, C: int) -> Tensor:
    """A row for each of T places, of C channels, which are even: (T, C)."""
    ...

"""How a transformer is told where a token stands. Numpy only.

Shape legend: T positions, C width.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def sinusoidal(T: int, C: int) -> Floats:
    """The fixed encoding of "Attention Is All You Need" (Vaswani et al. 2017), section 3.5, shape (T, C).

    PE(pos, 2i) = sin(pos / 10000^(2i/C)) and PE(pos, 2i+1) = cos(pos / 10000^(2i/C)), positions from 0. Raises
    ValueError if C is odd, because sines and cosines come in pairs.
    """
    if C % 2:
        raise ValueError(f"the width must be even, not {C}")
    angles = _angles(T, C)
    encoding = np.empty((T, C))
    encoding[:, 0::2] = np.sin(angles)
    encoding[:, 1::2] = np.cos(angles)
    return encoding


def rotary(T: int, C: int, base: float = 10000.0) -> Floats:
    """The angle in radians by which each pair of channels is turned (Su et al. 2021, section 3.2.2), shape (T, C/2).

    Rotary positions add nothing to the embedding: they turn pairs of query and key channels, so that a score
    depends on how far apart two tokens are.
    """
    return _angles(T, C, base)


def _angles(T: int, C: int, base: float = 10000.0) -> Floats:
    pair = np.arange(0, C, 2)
    return np.arange(T)[:, None] / base ** (pair / C)  # (T, C/2)


def similarity(encoding: Floats) -> Floats:
    """The cosine similarity of every two rows, shape (T, T). A row of zeros is similar to nothing: 0."""
    norms = np.linalg.norm(encoding, axis=1, keepdims=True)
    unit = encoding / np.where(norms == 0, 1, norms)
    return unit @ unit.T

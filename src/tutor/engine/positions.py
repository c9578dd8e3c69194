"""How a transformer is told where a token stands. Numpy only.

Shape legend: T positions, C width.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tutor.engine import tables

Floats = NDArray[np.float64]

_TABLES = ("position_embeddings.weight", "wpe.weight")
"""How the names of learned positions end: in BERT and its relatives, in GPT-2.

`embed_positions.weight` is not among them: Marian and others keep fixed sinusoids under that name.
"""


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


def halves(encoding: Floats) -> Floats:
    """The same encoding (T, C) with all sines before all cosines, as Marian and its relatives lay it out."""
    return np.concatenate([encoding[:, 0::2], encoding[:, 1::2]], axis=1)


def rotary(T: int, C: int, base: float = 10000.0) -> Floats:
    """The angle in radians by which each pair of channels is turned (Su et al. 2021, section 3.2.2), shape (T, C/2).

    Rotary positions add nothing to the embedding: they turn pairs of query and key channels, so that a score
    depends on how far apart two tokens are.
    """
    return _angles(T, C, base)


def learned(directory: Path) -> Floats | None:
    """The table of learned positions in a checkpoint's safetensors files, shape (T, C), or None if it has none.

    Each position has a row of its own that training has set (BERT: Devlin et al. 2019, section 3.2). Raises
    InputError for a file that is damaged, or a table in a type that numpy does not know or with values that are no
    numbers.
    """
    table = tables.stored(directory, _TABLES)
    return None if table is None else table.astype(np.float64)


def by_distance(pairs: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each diagonal of a (T, T) matrix: what is 0, 1, 2, … positions apart."""
    diagonals = [np.diagonal(pairs, distance) for distance in range(len(pairs))]
    return np.array([one.mean() for one in diagonals]), np.array([one.std() for one in diagonals])


def _angles(T: int, C: int, base: float = 10000.0) -> Floats:
    pair = np.arange(0, C, 2)
    return np.arange(T)[:, None] / base ** (pair / C)  # (T, C/2)


def similarity(encoding: Floats) -> Floats:
    """The cosine similarity of every two rows, shape (T, T). A row of zeros is similar to nothing: 0."""
    norms = np.linalg.norm(encoding, axis=1, keepdims=True)
    unit = encoding / np.where(norms == 0, 1, norms)
    return unit @ unit.T

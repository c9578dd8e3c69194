"""A matrix that is larger than the room for it, made smaller block by block."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from numpy.typing import NDArray

Pooling = Literal["mean", "largest"]
"""What stands for a block: its mean, or its largest value, which keeps a single bright cell visible."""


def pooled(values: NDArray[Any], size: int, axis: int, pooling: Pooling = "mean") -> NDArray[Any]:
    """`values` with at most `size` entries along `axis`, each standing for a run of neighbours.

    NaN cells are left out; a block of nothing else stays NaN.
    """
    import numpy as np

    length = values.shape[axis]
    if length <= size:
        return values
    edges = [length * step // size for step in range(size + 1)]
    parts = [_reduced(values.take(range(a, b), axis), axis, pooling) for a, b in itertools.pairwise(edges)]
    return np.stack(parts, axis)


def _reduced(block: NDArray[Any], axis: int, pooling: Pooling) -> NDArray[Any]:
    import numpy as np

    known = ~np.isnan(block)
    if pooling == "largest":
        reduced = np.where(known, block, -np.inf).max(axis)
    else:
        reduced = np.where(known, block, 0).sum(axis) / np.maximum(known.sum(axis), 1)
    return np.where(known.any(axis), reduced, np.nan)

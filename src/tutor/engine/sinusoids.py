"""The positions of an encoder-decoder, a table that is computed and not learned (Vaswani et al. 2017)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def sinusoids(T: int, C: int) -> Tensor:
    """The encoding of section 3.5, (T, C), float32, with all sines first and then all cosines, as Marian has it.

    The paper alternates them; the two differ by a fixed order of channels only.
    """
    angle = np.arange(T)[:, None] / np.power(10000, 2 * (np.arange(C) // 2) / C)[None, :]
    half = C // 2 + C % 2
    table = np.empty((T, C), dtype=np.float32)
    table[:, :half], table[:, half:] = np.sin(angle[:, 0::2]), np.cos(angle[:, 1::2])
    return torch.from_numpy(table)

"""One way to write it."""

import torch
from torch import Tensor


def sinusoidal(T: int, C: int) -> Tensor:
    pairs = torch.arange(0, C, 2)
    angles = torch.arange(T)[:, None] / 10000 ** (pairs / C)
    table = torch.empty(T, C)
    table[:, 0::2], table[:, 1::2] = angles.sin(), angles.cos()
    return table

"""One way to write it."""

import torch
from torch import Tensor


def softmax(scores: Tensor) -> Tensor:
    powers = torch.exp(scores - scores.max(dim=-1, keepdim=True).values)
    return powers / powers.sum(dim=-1, keepdim=True)

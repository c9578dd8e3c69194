"""One way to write it."""

from torch import Tensor


def lora(x: Tensor, W: Tensor, A: Tensor, B: Tensor, scale: float) -> Tensor:
    return x @ W.T + scale * (x @ A.T) @ B.T

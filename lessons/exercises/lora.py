"""A LoRA layer (Hu et al. 2021): a frozen layer and a low-rank correction.

The layer's matrix W (out, in) stays as it is. A (r, in) goes down to r
channels and B (out, r) up again; what comes out is x W^T plus scale times
what A and B make of x. B begins as zeros, so that the layer begins
unchanged.

    tutor exercise lora lora.py
"""

from torch import Tensor


def lora(x: Tensor, W: Tensor, A: Tensor, B: Tensor, scale: float) -> Tensor:
    """x of shape (..., in) to (..., out)."""
    ...

"""Two operations of a decoder with their gradients written out, for training on a CPU.

Autograd takes an operation apart into small ones and goes backward through each: every one of them reads and writes
the whole tensor. Written out as on paper, the same gradients need fewer of these passes. The values are those of
`RMSNorm` and `attention.rotate`, and the tests hold the gradients to autograd's.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor


class Normed(torch.autograd.Function):
    """y = x · r · w with r = 1 / √(mean(x²) + ε): RMSNorm. x (…, C), w (C,).

    With g the gradient of y and n = x · r, that of w is Σ g · n, and that of x is r · (g · w − n · mean(g · w · n)).
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, eps: float) -> Tensor:
        stream = x.reshape(-1, x.shape[-1])
        squares = torch.linalg.vector_norm(stream, dim=-1, keepdim=True).square_()
        scale = squares.div_(x.shape[-1]).add_(eps).rsqrt_()
        normed: Tensor = stream * scale
        ctx.save_for_backward(normed, scale, weight)
        return (normed * weight).view_as(x)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
        normed, scale, weight = ctx.saved_tensors
        g = gradient.reshape(normed.shape)
        products = g * normed  # (N, C)
        along = products @ weight  # (N,): how much of the gradient only stretches x, which the norm undoes
        of_weight = products.sum(0)
        of_x = torch.mul(g, weight, out=products)
        of_x.addcmul_(normed, along.div_(-weight.numel())[:, None]).mul_(scale)
        return of_x.view_as(gradient), of_weight, None


class Turned(torch.autograd.Function):
    """`attention.rotate`: turning back by the same angles is its gradient, because a rotation's inverse is its
    transpose. x (B, H, T, D), cos and sin (T, D) or (B, 1, T, D) with equal halves."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        ctx.save_for_backward(cos, sin)
        return _turn(x, cos, sin, 1.0)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        cos, sin = ctx.saved_tensors
        return _turn(gradient, cos, sin, -1.0), None, None


def _turn(x: Tensor, cos: Tensor, sin: Tensor, direction: float) -> Tensor:
    half = x.shape[-1] // 2
    first, second = x[..., :half], x[..., half:]
    cos, sin = cos[..., :half], sin[..., :half]
    turned = torch.empty(x.shape, dtype=x.dtype, device=x.device)  # in the order that matrix products want
    torch.mul(first, cos, out=turned[..., :half]).addcmul_(second, sin, value=-direction)
    torch.mul(second, cos, out=turned[..., half:]).addcmul_(first, sin, value=direction)
    return turned


def norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """RMSNorm of x (…, C), by `Normed` where its gradient will be asked for."""
    if written_out(x):
        return Normed.apply(x, weight, eps)  # type: ignore[no-any-return, no-untyped-call]
    return F.rms_norm(x, weight.shape, weight, eps)


def written_out(x: Tensor) -> bool:
    """Whether x is on its way to a loss on a CPU, where these gradients save time; a GPU has kernels of its own."""
    return torch.is_grad_enabled() and x.requires_grad and x.device.type == "cpu"

"""The two optimisers of a training run: Muon for matrices, AdamW for embeddings, norms and biases."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""Of the Newton–Schulz polynomial (Jordan 2024): steep at 0, so that small singular values grow fast."""

_TABLES = ("embed", "lm_head", "model.shared", "lora_")
"""In the names of two-dimensional parameters that AdamW trains all the same."""


def orthogonalized(matrices: Tensor, steps: int = 4) -> Tensor:
    """Matrices (N, rows, columns) with their singular values pushed towards 1: UΣVᵀ → about UVᵀ.

    Newton–Schulz iteration of Jordan (2024), in float32 and batched over matrices of one shape. torch's own Muon
    iterates in bfloat16, which a processor without bfloat16 units emulates slowly.
    """
    a, b, c = COEFFICIENTS
    tall = matrices.shape[1] > matrices.shape[2]
    x: Tensor = matrices.transpose(1, 2) if tall else matrices
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)  # no singular value above 1
    for _ in range(steps):
        gram = x @ x.transpose(1, 2)
        x = a * x + torch.baddbmm(gram, gram, gram, beta=b, alpha=c) @ x
    return x.transpose(1, 2) if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum, then orthogonalised (Jordan 2024): every direction of a matrix moves alike.

    Only for matrices. The step is scaled by √max(1, rows/columns), so that one learning rate serves all shapes.
    """

    def __init__(
        self, parameters: Iterable[Tensor], lr: float, momentum: float = 0.95, weight_decay: float = 0.01
    ) -> None:
        super().__init__(list(parameters), {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Move every matrix that has a gradient."""
        for group in self.param_groups:
            by_shape: dict[torch.Size, list[Tensor]] = {}
            for matrix in group["params"]:
                if matrix.grad is not None:
                    by_shape.setdefault(matrix.shape, []).append(matrix)
            for matrices in by_shape.values():
                self._step_alike(matrices, group["lr"], group["momentum"], group["weight_decay"])

    def _step_alike(self, matrices: list[Tensor], lr: float, momentum: float, weight_decay: float) -> None:
        """Matrices of one shape in one batch: fewer, larger products."""
        gradients = [matrix.grad for matrix in matrices if matrix.grad is not None]
        buffers = [self.state[m].setdefault("momentum", torch.zeros_like(m)) for m in matrices]
        torch._foreach_lerp_(buffers, gradients, 1 - momentum)
        ahead = torch._foreach_lerp(gradients, buffers, momentum)  # Nesterov: look one step further
        updates = orthogonalized(torch.stack(ahead)).unbind(0)
        rows, columns = matrices[0].shape
        torch._foreach_mul_(matrices, 1 - lr * weight_decay)
        torch._foreach_add_(matrices, updates, alpha=-lr * max(1.0, rows / columns) ** 0.5)


def optimizers(
    model: nn.Module, *, learning_rate: float, muon_learning_rate: float, weight_decay: float
) -> list[torch.optim.Optimizer]:
    """Muon for the hidden matrices and AdamW (Loshchilov and Hutter 2019) for the rest; only AdamW if
    `muon_learning_rate` is 0. Parameters that need no gradient are left out."""
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    hidden = [p for name, p in trained.items() if muon_learning_rate and _is_hidden_matrix(name, p)]
    chosen = {id(p) for p in hidden}
    others = [p for p in trained.values() if id(p) not in chosen]
    decayed = [p for p in others if p.ndim >= 2 and not muon_learning_rate]
    kept = [p for p in others if not (p.ndim >= 2 and not muon_learning_rate)]
    groups = [{"params": decayed, "weight_decay": weight_decay}, {"params": kept, "weight_decay": 0.0}]
    groups = [group for group in groups if group["params"]]
    made: list[torch.optim.Optimizer] = []
    if hidden:
        made.append(Muon(hidden, muon_learning_rate, weight_decay=weight_decay))
    if groups:
        made.append(torch.optim.AdamW(groups, lr=learning_rate, betas=(0.9, 0.95), eps=1e-8, fused=True))
    return made


def _is_hidden_matrix(name: str, parameter: Tensor) -> bool:
    """Matrices between hidden layers; an embedding or an output layer is a table with a row a token, not a map."""
    return parameter.ndim == 2 and not any(part in name for part in _TABLES)

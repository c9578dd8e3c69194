"""Fresh weights: what every kind of model begins its training with."""

from __future__ import annotations

import torch
from torch import nn

TABLES = ("embed", "model.shared")
"""In the names of parameters with a row for each token or place."""

INTO_THE_STREAM = (
    "o_proj.weight", "down_proj.weight",  # decoder
    "out_proj.weight", "fc2.weight",  # encoder–decoder
    "output.dense.weight",  # encoder
)  # fmt: skip
"""Endings of the names of matrices whose products are added to the residual stream."""


def initialise(model: nn.Module, seed: int, table: float = 0.02) -> None:
    """Fill `model` in place: matrices with normal numbers of width 1/√(inputs), tables with width `table`.

    Projections back into the stream start at 0: a layer then begins as the identity, which lets the learning rate
    be high from the start (Zhang et al. 2019), and a post-norm model train without a long warm-up. Biases start at
    0, gains of norms at 1. Tables are narrow: where the same one scores the output, wider ones made the first guess
    the token itself, with a loss far above that of chance.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith(INTO_THE_STREAM) or name.endswith("bias"):
                parameter.zero_()
            elif any(part in name for part in TABLES):
                parameter.normal_(0.0, table, generator=generator)
            elif parameter.ndim == 2:
                parameter.normal_(0.0, parameter.shape[1] ** -0.5, generator=generator)

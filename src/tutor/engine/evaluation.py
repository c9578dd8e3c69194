"""How good a model is on text that it has not learned: loss, bits per byte, loss by position."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from tutor.engine.corpus import TokenFile, windows
from tutor.engine.decoder import Decoder

ROWS = 16
"""Windows in one forward pass."""


def bits_per_byte(loss: float, source: TokenFile) -> float:
    """A loss in nats per token as bits for each UTF-8 byte of the text, which tokenizers cannot flatter."""
    return loss / math.log(2) / source.bytes_per_token


def held_out_loss(model: Decoder, source: TokenFile, *, window: int = 256, most: int = 64) -> float:
    """The mean loss in nats per token over at most `most` windows, evenly spread, always the same ones."""
    return float(losses_by_position(model, source, window=window, most=most).mean())


def losses_by_position(
    model: Decoder, source: TokenFile, *, window: int = 256, most: int = 64
) -> NDArray[np.float64]:
    """The mean loss in nats of the token at each place of a window, shape (window,)."""
    total, rows = np.zeros(window), 0
    device = next(model.parameters()).device
    with evaluating(model), torch.no_grad():
        for ids in _batches(source, window, most):
            loss = token_losses(model, torch.from_numpy(ids).to(device))  # (B, T)
            total += loss.double().sum(0).cpu().numpy()
            rows += len(ids)
    return total / max(rows, 1)


def token_losses(model: Decoder, ids: Tensor) -> Tensor:
    """−ln p of each token of ids (B, T + 1) but the first, given those before it: (B, T) nats."""
    logits = model(ids[:, :-1])
    return F.cross_entropy(logits.transpose(1, 2), ids[:, 1:], reduction="none")


def _batches(source: TokenFile, window: int, most: int) -> Iterator[NDArray[np.int64]]:
    room = len(source.tokens) - window - 1
    if room < 0:
        raise ValueError(f"{len(source.tokens)} tokens are fewer than one window of {window}")
    count = min(most, room // window + 1)
    starts = np.linspace(0, room, count).astype(int).tolist()
    for first in range(0, count, ROWS):
        yield windows(source, starts[first : first + ROWS], window)


class evaluating:  # noqa: N801 - reads as a word in `with evaluating(model):`
    """The model in evaluation mode inside the block, and as it was afterwards."""

    def __init__(self, model: nn.Module) -> None:
        self.model, self.was_training = model, model.training

    def __enter__(self) -> None:
        self.model.eval()

    def __exit__(self, *error: object) -> None:
        self.model.train(self.was_training)

"""What a run learns from and is measured on: running text, prompts with completions, texts with labels. Torch.

Shape legend in `attention.py`; N tokens of the training side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tutor.engine import prompt_file, prompted
from tutor.engine.decoder import Decoder
from tutor.engine.evaluation import evaluating, token_losses
from tutor.engine.finetuning import Losses, Material
from tutor.engine.prompt_file import PromptSides
from tutor.engine.training import next_tokens
from tutor.engine.two_sides import WINDOW, Sides

ROWS = 8
"""Windows in a batch."""


def language(model: Decoder, sides: Sides, seed: int) -> Material:
    """Running text: each token is learned given those before it in a window."""
    return Material(
        batch=windows(sides.training, min(WINDOW, model.config.max_position_embeddings), seed),
        learn=lambda batch: next_tokens(model, batch.to(_device(model))),
        losses=lambda: block_losses(model, sides.held_out),
    )


def completions(model: Decoder, sides: PromptSides, seed: int) -> Material:
    """Prompts with completions: the tokens of the completions are learned, the others only read."""
    return Material(
        batch=prompt_file.batches(sides, seed),
        learn=lambda batch: prompted.learn(model, batch),
        losses=lambda: prompted.completion_losses(model, map(sides.conversation, sides.held_out.tolist())),
        heaviest=lambda: prompt_file.longest(sides),
    )


def windows(training: NDArray[Any], window: int, seed: int) -> Callable[[int], Tensor]:
    """Random windows of training tokens (N,), shape (ROWS, window + 1); a pure function of the step's number."""
    window = min(window, len(training) - 1)

    def batch(step: int) -> Tensor:
        random = np.random.default_rng((seed, step))
        starts = random.integers(0, len(training) - window, ROWS)
        rows = [training[start : start + window + 1].astype(np.int64) for start in starts.tolist()]
        return torch.from_numpy(np.stack(rows))

    return batch


def block_losses(model: Decoder, blocks: Sequence[NDArray[Any]]) -> Losses:
    """The loss in nats of every token of every block but its first, each given the block up to it."""
    context, device = model.config.max_position_embeddings, _device(model)
    with evaluating(model), torch.no_grad():
        ids = (torch.from_numpy(block[: context + 1].astype(np.int64)).to(device) for block in blocks)
        return [token_losses(model, block[None])[0].double().cpu().numpy() for block in ids]


def _device(model: Decoder) -> torch.device:
    return next(model.parameters()).device

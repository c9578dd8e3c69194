"""What the training loop is given for one kind of model: its weights, its batches, how it learns and is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, TypeVar, cast

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from tutor.engine.recipe import Recipe
from tutor.engine.training import TrainingOptions

B = TypeVar("B", bound="Tensor | tuple[Any, ...]")


@dataclass(frozen=True)
class Task:
    """One run, ready to begin."""

    model: nn.Module
    tokenizer: Tokenizer
    batch: Callable[[int], Any]
    """The batch of step i, a pure function of i."""
    learn: Callable[[Any, Any], tuple[float, int]]
    """Adds the gradient of model and batch; gives the loss in nats per token and the tokens that were read."""
    evaluate: Callable[[], float]
    """The held-out loss in nats per token."""
    options: TrainingOptions
    bytes_per_token: float | None = None
    """Of the held-out text, where the loss is that of every token, so that bits per byte follow."""


def options_for(recipe: Recipe, tokens_a_step: float, tokens: int | None) -> TrainingOptions:
    """The recipe's training options, with its number of tokens (or `tokens`) as steps."""
    known = {field.name for field in fields(TrainingOptions)}
    chosen = {key: value for key, value in recipe.training.items() if key in known}
    return TrainingOptions(steps=max(int((tokens or recipe.training["tokens"]) / tokens_a_step), 1), **chosen)


def moved(batch: B, device: torch.device | str) -> B:
    """A batch, a tensor or a named tuple of tensors, on another device."""
    if isinstance(batch, Tensor):
        return cast("B", batch.to(device))
    parts = (part if part is None else part.to(device) for part in batch)
    return type(batch)(*parts)  # type: ignore[arg-type]

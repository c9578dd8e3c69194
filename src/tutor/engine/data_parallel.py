"""Training in several processes at once, each with its share of every batch, as `torchrun` starts them.

Every process draws the same batch, takes its rows, and the gradients are averaged: the step is the one that a
single process would make, but for rounding. Without a group of processes all functions leave things as they are.
"""

from __future__ import annotations

import os
from typing import Any

import torch
import torch.distributed as distributed
from torch import nn


def join() -> None:
    """Join the group that `torchrun` described in the environment; nothing to do if it did not start us."""
    if "RANK" in os.environ and not distributed.is_initialized():
        distributed.init_process_group("gloo")


def _group() -> tuple[int, int]:
    """This process's number and how many there are."""
    if distributed.is_available() and distributed.is_initialized():
        return distributed.get_rank(), distributed.get_world_size()
    return 0, 1


def is_first() -> bool:
    """Whether this is the process that writes files."""
    return _group()[0] == 0


def wait() -> None:
    """Go on when every process has come this far."""
    if _group()[1] > 1:
        distributed.barrier()


def processes() -> int:
    """How many processes there are."""
    return _group()[1]


def from_first(value: Any) -> Any:
    """The first process's value, for all of them: what they would each decide differently, such as by the clock."""
    if _group()[1] == 1:
        return value
    message = [value]
    distributed.broadcast_object_list(message, src=0)
    return message[0]


def average_of(number: float) -> float:
    """The mean of a number over the processes."""
    return average(nn.Module(), number)


def rows_of(batch: Any) -> Any:
    """This process's share of a batch: of a tensor (B, …), or of each tensor in a named tuple.

    Raises ValueError if B does not divide among the processes.
    """
    rank, size = _group()
    if size == 1:
        return batch
    if isinstance(batch, tuple):
        parts = (None if part is None else rows_of(part) for part in batch)
        return type(batch)(*parts)  # type: ignore[arg-type]
    if batch.shape[0] % size:
        raise ValueError(f"{batch.shape[0]} rows do not divide among {size} processes")
    return batch.chunk(size)[rank]


def average(model: nn.Module, loss: float) -> float:
    """Average all gradients of `model`, in place, and the loss over the processes; returns the loss.

    One message carries all of it, because many small ones would each wait for the slowest process.
    """
    _, size = _group()
    if size == 1:
        return loss
    gradients = [p.grad for p in model.parameters() if p.grad is not None]
    message = torch.cat([*(g.flatten() for g in gradients), torch.tensor([loss])]) / size
    distributed.all_reduce(message)
    *parts, mean = torch.split(message, [*(g.numel() for g in gradients), 1])
    for gradient, part in zip(gradients, parts, strict=True):
        gradient.copy_(part.view_as(gradient))
    return float(mean)

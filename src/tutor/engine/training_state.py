"""A training run on disk: weights, optimiser state and place in the schedule, in one safetensors file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from tutor.errors import InputError
from tutor.storage import replacing


def save(path: Path, model: nn.Module, optimizing: list[torch.optim.Optimizer], step: int, tokens: int) -> None:
    """Write everything that a resumed run needs, atomically: a crash leaves the older file."""
    tensors = {f"model.{name}": p.detach() for name, p in model.named_parameters()}
    for number, optimizer in enumerate(optimizing):
        for place, state in optimizer.state_dict()["state"].items():
            for key, value in state.items():
                tensors[f"optimizer.{number}.{place}.{key}"] = torch.as_tensor(value)
    with replacing(path) as part:
        save_file(
            {name: t.contiguous() for name, t in tensors.items()}, part, {"step": str(step), "tokens": str(tokens)}
        )


def load(path: Path, model: nn.Module, optimizing: list[torch.optim.Optimizer]) -> tuple[int, int]:
    """Restore what `save` wrote; returns the steps done and the tokens seen.

    Raises InputError if the file is damaged or belongs to another model.
    """
    try:
        with safe_open(path, framework="pt") as file:
            about = file.metadata() or {}
            _load_model(file, model)
            for number, optimizer in enumerate(optimizing):
                _load_optimizer(file, number, optimizer)
            return int(about["step"]), int(about["tokens"])
    except (SafetensorError, KeyError, ValueError, RuntimeError) as error:
        raise InputError(str(path), f"not a checkpoint of this run ({error})", "start the run anew") from None


def _load_model(file: Any, model: nn.Module) -> None:
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(file.get_tensor(f"model.{name}"))


def _load_optimizer(file: Any, number: int, optimizer: torch.optim.Optimizer) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    prefix = f"optimizer.{number}."
    for name in file.keys():  # noqa: SIM118 - an open safetensors file is no dict
        if name.startswith(prefix):
            place, key = name.removeprefix(prefix).split(".")
            state.setdefault(int(place), {})[key] = file.get_tensor(name)
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})

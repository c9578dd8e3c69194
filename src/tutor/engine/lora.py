"""LoRA: a frozen matrix learns through two small ones beside it (Hu et al. 2021, section 4.1). Torch.

    y = W x + b + (alpha / rank) · B A x          A (rank, in), B (out, rank), B = 0 in the beginning

An adapter is saved as the library `peft` saves it, so that each opens the other's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from tutor.engine import adapter_folder, checkpoint
from tutor.engine.decoder import Decoder
from tutor.errors import InputError, UsageError
from tutor.storage import replacing, write_json

TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
"""The matrices of a layer that can be adapted. All of them: Dettmers et al. 2023 (QLoRA), section 4, find that this
matters more than the rank."""

_PREFIX = "base_model.model."
"""What `peft` puts before the names that a tensor has in the model."""


@dataclass(frozen=True)
class AdapterOptions:
    """The size of an adapter."""

    rank: int = 8
    """The rank of what is added to a matrix, from 1."""
    alpha: float = 16.0
    """What is added is scaled by alpha / rank, so that the learning rate need not change with the rank."""
    targets: tuple[str, ...] = TARGETS
    """The matrices of each layer that are adapted."""
    rank_stabilised: bool = False
    """Whether it is scaled by alpha / √rank instead (Kalajdzievski 2023, rsLoRA)."""

    @property
    def scale(self) -> float:
        return self.alpha / (math.sqrt(self.rank) if self.rank_stabilised else self.rank)


def targets_of(names: Sequence[str]) -> tuple[str, ...]:
    """The targets by their names, with or without `_proj`, in their order. Raises UsageError for an unknown one."""
    wanted = {name if name.endswith("_proj") else f"{name}_proj" for name in names}
    if unknown := wanted - set(TARGETS):
        known = ", ".join(target.removesuffix("_proj") for target in TARGETS)
        raise UsageError(min(unknown).removesuffix("_proj"), "no matrix of a layer is called so", f"take of {known}")
    return tuple(target for target in TARGETS if target in wanted) or TARGETS


class Adapted(nn.Linear):
    """A linear layer that is frozen, with an adapter beside it. (…, in) → (…, out).

    Its own parameters keep their names, so that the model's checkpoint is the one it was.
    """

    def __init__(self, linear: nn.Linear, options: AdapterOptions, generator: torch.Generator | None = None) -> None:
        nn.Module.__init__(self)  # a Linear would make a weight of its own
        self.in_features, self.out_features = linear.in_features, linear.out_features
        self.weight, self.bias, self.scale = linear.weight, linear.bias, options.scale
        device = linear.weight.device
        A = torch.empty(options.rank, linear.in_features)
        bound = 1 / math.sqrt(linear.in_features)
        A.uniform_(-bound, bound, generator=generator)
        self.lora_A = _matrix(A.to(device))
        self.lora_B = _matrix(torch.zeros(linear.out_features, options.rank, device=device))
        self.merged: Tensor | None = None
        """W and the adapter as one matrix (out, in), while they are merged."""

    def forward(self, x: Tensor) -> Tensor:
        if self.merged is not None:
            return F.linear(x, self.merged, self.bias)
        added: Tensor = self.lora_B(self.lora_A(x.to(self.lora_A.weight.dtype)))
        return F.linear(x, self.weight, self.bias) + (self.scale * added).to(x.dtype)

    def sum(self) -> Tensor:
        """W + scale · B A, (out, in), in the type of W."""
        added = self.lora_B.weight.float() @ self.lora_A.weight.float()
        total = (self.weight.float() + self.scale * added).to(self.weight.dtype)
        return total.detach()


def _matrix(weight: Tensor) -> nn.Linear:
    linear = nn.Linear(weight.shape[1], weight.shape[0], bias=False, device="meta")
    linear.weight = nn.Parameter(weight)
    return linear


def attach(model: Decoder, options: AdapterOptions, seed: int = 0) -> None:
    """Put an adapter beside the targets of every layer, in place, and freeze all else.

    The model computes what it did before until the adapter is trained. Raises ValueError if it has one already.
    """
    if any(isinstance(module, Adapted) for module in model.modules()):
        raise ValueError("the model has an adapter")
    model.requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    for place in list(_places(model)):
        if place.target in options.targets:
            setattr(place.parent, place.target, Adapted(place.linear, options, generator))


def adapted(model: nn.Module) -> dict[str, Adapted]:
    """The adapted layers by their names."""
    return {name: module for name, module in model.named_modules() if isinstance(module, Adapted)}


def merge(model: nn.Module) -> None:
    """Compute with one matrix instead of three until `unmerge`: as fast as without an adapter."""
    for layer in adapted(model).values():
        layer.merged = layer.sum()


def unmerge(model: nn.Module) -> None:
    """Compute with the adapter beside its matrix again, exactly as before `merge`."""
    for layer in adapted(model).values():
        layer.merged = None


def fold(model: Decoder) -> Decoder:
    """Merge for good: the model has plain layers then, and can be saved as a checkpoint. Returns it."""
    for place in list(_places(model)):
        if isinstance(place.linear, Adapted):
            plain = _matrix(place.linear.sum()).requires_grad_(False)
            plain.bias = place.linear.bias
            setattr(place.parent, place.target, plain)
    return model


class _Place(NamedTuple):
    """Where a linear layer is in a model."""

    name: str
    """In the whole model, such as `model.layers.0.self_attn.q_proj`."""
    parent: nn.Module
    target: str
    linear: nn.Linear


def _places(model: Decoder) -> Iterator[_Place]:
    """Every layer that can be adapted."""
    for index, layer in enumerate(model.model.layers):
        for part in ("self_attn", "mlp"):
            parent = getattr(layer, part)
            for target, module in parent.named_children():
                if target in TARGETS and isinstance(module, nn.Linear):
                    yield _Place(f"model.layers.{index}.{part}.{target}", parent, target, module)


def save(model: Decoder, folder: Path, options: AdapterOptions, base_name: str) -> None:
    """Write the adapter alone, in `peft`'s layout; `base_name` is the name or path of the model it belongs to."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        f"{_PREFIX}{name}.{side}.weight": getattr(layer, side).weight.detach().float().cpu().contiguous()
        for name, layer in adapted(model).items()
        for side in ("lora_A", "lora_B")
    }
    with replacing(folder / adapter_folder.WEIGHTS) as part:
        save_file(tensors, part, {"format": "pt"})
    write_json(folder / adapter_folder.CONFIG, _configuration(options, base_name))


def _configuration(options: AdapterOptions, base_name: str) -> dict[str, Any]:
    return {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base_name,
        "r": options.rank,
        "lora_alpha": options.alpha,
        "target_modules": list(options.targets),
        "lora_dropout": 0.0,
        "bias": "none",
        "use_rslora": options.rank_stabilised,
        "inference_mode": True,
    }


def load(model: Decoder, folder: Path) -> AdapterOptions:
    """Put the adapter of a folder beside the model's matrices, in place; returns its options.

    Raises InputError if it is damaged, not a plain LoRA, or of a model with other sizes.
    """
    found = adapter_folder.read(folder)
    file = folder / adapter_folder.WEIGHTS
    if not file.is_file():
        raise InputError(str(file), "no such file", "get the adapter again, as safetensors")
    names = _adapted_in(file)
    options = AdapterOptions(
        rank=found["r"],
        alpha=float(found["lora_alpha"]),
        targets=tuple(target for target in TARGETS if any(name.endswith(target) for name in names)),
        rank_stabilised=bool(found.get("use_rslora")),
    )
    model.requires_grad_(False)
    for place in list(_places(model)):
        if place.name in names:
            setattr(place.parent, place.target, Adapted(place.linear, options))
    wanted = {f"{_PREFIX}{name}": parameter for name, parameter in model.named_parameters() if ".lora_" in name}
    tensors = checkpoint.checked_files([file], wanted, device=str(model.lm_head.weight.device))
    with torch.no_grad():
        for name, parameter in wanted.items():
            parameter.copy_(tensors[name])
    return options


def _adapted_in(file: Path) -> set[str]:
    """The layers that the adapter in a file belongs to. Raises InputError if it is no safetensors file."""
    try:
        with safe_open(file, framework="pt") as opened:
            names = list(opened.keys())
    except (SafetensorError, OSError) as error:
        raise InputError(str(file), f"not a whole safetensors file ({error})", "get the adapter again") from None
    return {name.removeprefix(_PREFIX).partition(".lora_")[0] for name in names}


def load_merged(folder: Path, device: str = "cpu") -> Decoder:
    """The base of the adapter in `folder` with the adapter merged into it for good, in evaluation mode.

    Raises InputError if the base is not here, and as `load` does.
    """
    model = checkpoint.load_decoder(adapter_folder.base(folder).directory, device)
    load(model, folder)
    return fold(model).eval().requires_grad_(False)

"""The angles of rotary positions, with the ways in which Llama checkpoints stretch them for longer contexts."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from tutor.errors import InputError

_NUMBERS = {
    "default": (),
    "linear": ("factor",),
    "dynamic": ("factor",),
    "llama3": ("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"),
}
"""The kinds that `rope_scaling` may ask for, and the numbers that each needs; anything else is refused."""
KINDS = tuple(_NUMBERS)


def kind_of(scaling: Mapping[str, Any] | None) -> str:
    """The kind of scaling; older checkpoints call the entry `type`."""
    return str((scaling or {}).get("rope_type") or (scaling or {}).get("type") or "default")


def check(scaling: Mapping[str, Any] | None) -> None:
    """Raise InputError for a kind of scaling that is not known here, or that lacks one of its numbers."""
    if not isinstance(scaling, Mapping | None):
        raise InputError("rope_scaling", f"{scaling!r} is not a table", "get the checkpoint again")
    kind = kind_of(scaling)
    if kind not in KINDS:
        raise InputError(f"rope_scaling {kind!r}", "this kind is not known here", f"use one of {', '.join(KINDS)}")
    for name in _NUMBERS[kind]:
        value = (scaling or {}).get(name)
        if not is_positive(value):
            raise InputError(f"rope_scaling {kind!r}", f"{name} is {value!r}", "get the checkpoint again")


def is_positive(value: object) -> bool:
    """Whether something out of a config.json is a number above 0 that a float can hold."""
    return isinstance(value, int | float) and 0 < value <= sys.float_info.max


def frequencies(D: int, theta: float, scaling: Mapping[str, Any] | None, *, context: int, length: int) -> Tensor:
    """The angle in radians per position of each channel pair, shape (D/2,).

    Pair i turns by theta^(−2i/D) a position (Su et al. 2021, section 3.2.2). `context` is the trained length,
    `length` the one in use.
    """
    pair = torch.arange(0, D, 2, dtype=torch.float32)
    kind = kind_of(scaling)
    factor = float((scaling or {}).get("factor", 1.0))
    if kind == "dynamic" and length > context:
        theta *= ((factor * length / context) - (factor - 1)) ** (D / (D - 2))
    plain = 1.0 / theta ** (pair / D)
    if kind == "linear":
        return plain / factor
    return _llama3(plain, dict(scaling or {})) if kind == "llama3" else plain


def _llama3(plain: Tensor, scaling: dict[str, Any]) -> Tensor:
    """Slow pairs are stretched, fast ones kept, those between blended (Llama 3 herd of models 2024, section 3.4)."""
    factor, original = float(scaling["factor"]), float(scaling["original_max_position_embeddings"])
    low, high = float(scaling["low_freq_factor"]), float(scaling["high_freq_factor"])
    wavelength = 2 * math.pi / plain
    keep = ((original / wavelength - low) / (high - low)).clamp(0, 1)  # 0: stretch wholly, 1: keep
    return plain / factor * (1 - keep) + plain * keep


def angles(positions: Tensor, per_position: Tensor) -> tuple[Tensor, Tensor]:
    """Cosine and sine of every angle, shape (*positions.shape, D): each pair's angle stands at i and i + D/2."""
    angle = positions.float().unsqueeze(-1) * per_position.to(positions.device)
    twice = torch.cat((angle, angle), dim=-1)
    return twice.cos(), twice.sin()

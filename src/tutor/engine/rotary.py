"""The angles of rotary positions, with the ways in which Llama checkpoints stretch them for longer contexts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from tutor.errors import InputError

KINDS = ("default", "linear", "dynamic", "llama3")
"""What `rope_scaling` may ask for; anything else is refused."""


def frequencies(D: int, theta: float, scaling: Mapping[str, Any] | None, *, context: int, length: int) -> Tensor:
    """The angle in radians per position of each channel pair, shape (D/2,).

    Pair i turns by theta^(−2i/D) a position (Su et al. 2021, section 3.2.2). `context` is the trained length,
    `length` the one in use. Raises InputError for a scaling kind that is not known.
    """
    pair = torch.arange(0, D, 2, dtype=torch.float32)
    kind = (scaling or {}).get("rope_type") or (scaling or {}).get("type") or "default"
    if kind not in KINDS:
        raise InputError(
            f"rope_scaling {kind!r}",
            "this kind of rotary scaling is not known here",
            f"use one of {', '.join(KINDS)}",
        )
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

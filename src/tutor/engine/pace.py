"""How long a decoder takes to read a text at once and token by token, and that both give the same. Torch."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tutor.engine.cache import Cache

if TYPE_CHECKING:
    from tutor.engine.loading import Loaded

_ROUNDS = 3
"""The best round counts: whatever else the machine does can only make one slower."""


def at_once(loaded: Loaded, ids: Sequence[int], lengths: Sequence[int]) -> list[float]:
    """Seconds of one forward pass over the first 1, 2, … tokens, for each of the lengths."""
    _whole(loaded, ids)  # the first pass of a process also pays for setting up
    return [min(_timed(loaded, ids[:length]) for _ in range(_ROUNDS)) for length in lengths]


def _timed(loaded: Loaded, ids: Sequence[int]) -> float:
    started = _now(loaded.device)
    _whole(loaded, ids)
    return _now(loaded.device) - started


def one_by_one(loaded: Loaded, ids: Sequence[int]) -> list[float]:
    """Seconds until each token was read, one forward pass a token, with a cache; all from the best round."""
    rounds = []
    for _ in range(_ROUNDS):
        started = _now(loaded.device)
        rounds.append([_now(loaded.device) - started for _ in _steps(loaded, ids)])
    return min(rounds, key=lambda times: times[-1])


def largest_difference(loaded: Loaded, ids: Sequence[int]) -> float:
    """How far the two ways differ at most in the probability of any token at any position."""
    whole = _whole(loaded, ids).float().softmax(-1)  # (T, V)
    steps = torch.stack(list(_steps(loaded, ids))).float().softmax(-1)
    return float((whole - steps).abs().max())


def _whole(loaded: Loaded, ids: Sequence[int]) -> Tensor:
    """Logits (T, V) of one pass over all tokens."""
    from tutor.engine.loading import as_batch

    with torch.inference_mode():
        return loaded.model(as_batch(loaded, ids))[0]  # type: ignore[no-any-return]


def _steps(loaded: Loaded, ids: Sequence[int]) -> Iterator[Tensor]:
    """Logits (V,) after each token, as soon as it is read."""
    from tutor.engine.loading import as_batch

    cache = Cache(len(ids))
    for id in ids:
        with torch.inference_mode():
            logits = loaded.model(as_batch(loaded, [id]), cache=cache)[0, -1]
        yield logits


def _now(device: str) -> float:
    """The clock, once the device has finished what it was given."""
    if device == "cuda":
        torch.cuda.synchronize()
    elif device == "mps":
        torch.mps.synchronize()
    return time.perf_counter()

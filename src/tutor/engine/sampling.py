"""From logits to the next token: pure functions, each as its paper has it.

All take logits of shape (…, V) and give logits of the same shape; a token that is filtered out gets −∞.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from tutor.errors import UsageError


@dataclass(frozen=True)
class SamplingOptions:
    """How the next token is chosen."""

    temperature: float = 0.8
    """0 takes the likeliest token always; 1 leaves the model's own distribution."""
    top_k: int = 0
    """Keep the k likeliest; 0 keeps all."""
    top_p: float = 1.0
    """Keep the smallest set of likeliest tokens that holds this probability."""
    min_p: float = 0.0
    """Keep tokens at least this share as likely as the likeliest."""
    repetition_penalty: float = 1.0
    """Above 1 makes tokens that already stand in the text less likely."""

    def __post_init__(self) -> None:
        limits = {"temperature": (0, 100), "top_k": (0, 1 << 31), "top_p": (0, 1), "min_p": (0, 1)}
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise UsageError(f"{name} {value}", "out of range", f"give a value from {low} to {high}")
        if not self.repetition_penalty > 0:
            raise UsageError(f"repetition_penalty {self.repetition_penalty}", "not above 0", "1 leaves all as it is")


def tempered(logits: Tensor, temperature: float) -> Tensor:
    """Logits divided by the temperature (Ackley et al. 1985); at 0 all but the likeliest token are filtered out."""
    if temperature == 0:
        best = logits.argmax(-1, keepdim=True)
        return torch.full_like(logits, -torch.inf).scatter(-1, best, logits.gather(-1, best))
    return logits / temperature


def top_k(logits: Tensor, k: int) -> Tensor:
    """The k likeliest tokens (Fan et al. 2018, section 5); ties with the last of them are kept."""
    if not 0 < k < logits.shape[-1]:
        return logits
    smallest = logits.topk(k, dim=-1).values[..., -1:]
    return logits.masked_fill(logits < smallest, -torch.inf)


def top_p(logits: Tensor, p: float) -> Tensor:
    """The nucleus: the fewest likeliest tokens whose probabilities sum to p or more (Holtzman et al. 2020, 3.1)."""
    if p >= 1:
        return logits
    ordered, order = logits.sort(dim=-1, descending=True, stable=True)
    probability = ordered.softmax(-1)
    before = probability.cumsum(-1) - probability  # what the likelier ones hold together
    drop = before >= p
    drop[..., 0] = False  # at p = 0 the likeliest token is left
    return logits.masked_fill(torch.zeros_like(drop).scatter(-1, order, drop), -torch.inf)


def min_p(logits: Tensor, share: float) -> Tensor:
    """Tokens at least `share` times as likely as the likeliest (Nguyen et al. 2024, section 3)."""
    if share <= 0:
        return logits
    log_probability = logits.log_softmax(-1)
    limit = log_probability.max(-1, keepdim=True).values + torch.log(torch.tensor(share, device=logits.device))
    return logits.masked_fill(log_probability < limit, -torch.inf)


def penalised(logits: Tensor, previous: Sequence[int], penalty: float) -> Tensor:
    """Positive logits of earlier tokens divided by the penalty, negative ones multiplied (Keskar et al. 2019, 4.1).

    `previous` are the ids of the text so far, of one sequence; logits (V,).
    """
    if penalty == 1 or not previous:
        return logits
    seen = torch.tensor(sorted(set(previous)), device=logits.device)
    scores = logits[seen]
    changed = logits.clone()
    changed[seen] = torch.where(scores > 0, scores / penalty, scores * penalty)
    return changed


def filtered(logits: Tensor, options: SamplingOptions, previous: Sequence[int] = ()) -> Tensor:
    """Penalty, temperature, then top-k, top-p and min-p, in the order that has become customary."""
    logits = penalised(logits, previous, options.repetition_penalty)
    logits = tempered(logits, options.temperature)
    return min_p(top_p(top_k(logits, options.top_k), options.top_p), options.min_p)


def probabilities(logits: Tensor, options: SamplingOptions, previous: Sequence[int] = ()) -> Tensor:
    """The distribution that the next token is drawn from, (…, V), summing to 1."""
    return filtered(logits, options, previous).softmax(-1)


def entropy_bits(logits: Tensor) -> float:
    """The entropy of the distribution of logits (V,) in bits (Shannon 1948): 0 for a certainty, n for 2^n equals."""
    return float(torch.special.entr(logits.softmax(-1)).sum()) / math.log(2)


def draw(probability: Tensor, generator: torch.Generator) -> int:
    """One token id from a distribution (V,). The draw is made on the CPU: one seed, one text, on every device."""
    return int(torch.multinomial(probability.float().cpu(), 1, generator=generator))

"""One way to write it."""

import torch
from torch import Tensor


def top_p(logits: Tensor, p: float) -> Tensor:
    values, order = logits.sort(descending=True)
    shares = values.softmax(dim=-1)
    before = shares.cumsum(dim=-1) - shares  # what the likelier ones hold
    kept = torch.full_like(logits, -torch.inf)
    kept[order[before < p]] = values[before < p]
    return kept

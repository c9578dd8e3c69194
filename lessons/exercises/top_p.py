"""Nucleus sampling: keep the fewest likeliest tokens that sum to p.

Sort by probability, add up from the top, and keep tokens until the sum is
p or more; the one that reaches it is kept. All others get the logit minus
infinity; those that stay keep theirs.

    tutor exercise top-p top_p.py
"""

import torch
from torch import Tensor


def top_p(logits: Tensor, p: float) -> Tensor:
    """Logits (V,) to logits (V,)."""
    ...

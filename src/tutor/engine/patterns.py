"""What the attention of a decoder does on one text: every pattern, and the numbers behind one row. Torch.

Shape legend in `attention.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from tutor.engine.records import Numbers
from tutor.engine.trace import Trace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.engine.loading import Loaded
    from tutor.engine.records import Floats

_STAGES = ("q", "k", "v", "attn_scores", "pattern", "z")


def observe(loaded: Loaded, ids: Sequence[int]) -> Trace:
    """One forward pass over the ids that keeps what attention does in every layer."""
    from tutor.engine.loading import as_batch

    trace = Trace(_STAGES)
    with torch.inference_mode():
        loaded.model.hidden(as_batch(loaded, ids), trace=trace)
    return trace


def stacked(trace: Trace) -> Floats:
    """The patterns of all layers and heads, shape (L, H, T, T): row t holds the weights with which t looks."""
    layers = 1 + max((layer for _, layer in trace.stages), default=0)
    patterns = torch.stack([trace["pattern", layer][0] for layer in range(layers)])  # (L, H, T, T)
    return patterns.float().cpu().numpy()


def numbers(trace: Trace, layer: int, head: int, index: int) -> Numbers:
    """The steps of equation 1 of Vaswani et al. 2017 for the token at `index`, seen from one head."""
    query = trace["q", layer][0, head, index]  # (D,)
    scores = trace["k", layer][0, head] @ query  # (T,)
    return Numbers(
        scores=_array(scores),
        scaled=_array(scores / len(query) ** 0.5),
        masked=_array(trace["attn_scores", layer][0, head, index]),
        pattern=_array(trace["pattern", layer][0, head, index]),
        value_lengths=_array(trace["v", layer][0, head].norm(dim=-1)),
        mixed_length=float(trace["z", layer][0, head, index].norm()),
        head_width=len(query),
    )


def _array(tensor: torch.Tensor) -> Floats:
    return tensor.float().cpu().numpy()


def habits(patterns: Floats) -> tuple[Floats, Floats, Floats]:
    """The mean weight that each head gives the first token, the token itself and the one before; each (L, H).

    The first two tokens are left out, because for them these are the same. With fewer than three tokens all are 0.
    """
    rows = np.arange(2, patterns.shape[-1])
    if not len(rows):
        nothing = np.zeros(patterns.shape[:2], np.float32)
        return nothing, nothing, nothing
    first, itself, before = (patterns[:, :, rows, to].mean(-1) for to in (0 * rows, rows, rows - 1))
    return first, itself, before


def strongest_link(patterns: Floats) -> tuple[int, int, int, int]:
    """Layer, head, looking token and token looked at, of the largest weight between tokens that are not neighbours.

    The first token is left out as a target: many heads rest on it when they have nothing to say (Xiao et al. 2023,
    "Efficient Streaming Language Models with Attention Sinks"). Needs at least four tokens.
    """
    T = patterns.shape[-1]
    apart = np.tril(np.ones((T, T), bool), -2)
    apart[:, 0] = False
    layer, head, source, target = np.unravel_index(np.argmax(np.where(apart, patterns, -1)), patterns.shape)
    return int(layer), int(head), int(source), int(target)

"""The vector of one token on its way through a decoder, compared between texts. Torch.

Shape legend in `attention.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from tutor.engine.trace import Trace

if TYPE_CHECKING:
    from tutor.engine.loading import Loaded
    from tutor.engine.records import Floats


def stream(loaded: Loaded, ids: Sequence[int]) -> Floats:
    """The residual stream of every token, shape (1 + L, T, C): at the embedding, then after each layer."""
    from tutor.engine.loading import as_batch

    trace = Trace(("embed", "resid_post"))
    with torch.inference_mode():
        loaded.model.hidden(as_batch(loaded, ids), trace=trace)
    layers = [trace["resid_post", layer] for layer in range(loaded.model.config.num_hidden_layers)]
    found: Floats = torch.cat([trace["embed"], *layers]).float().cpu().numpy()
    return found


def cosines(first: Floats, second: Floats) -> Floats:
    """The cosine of every vector of (N, C) with every one of (M, C), shape (N, M); 0 for a vector of length 0."""
    lengths = np.linalg.norm(first, axis=1)[:, None] * np.linalg.norm(second, axis=1)
    products = first @ second.T
    found: Floats = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return found


def usual_cosine(texts: Sequence[Floats], ids: Sequence[Sequence[int]]) -> float | None:
    """The mean cosine of two different tokens from two different texts, each (T, C); None if there are no such two.

    Vectors of a layer share a common direction, so that any two are alike to some degree (Ethayarajh 2019, "How
    Contextual are Contextualized Word Representations?"): this is what a similarity has to be held against. The
    first token of each text is left out, because many heads rest on it and it becomes unlike all others.
    """
    found: list[Floats] = []
    for a in range(len(texts)):
        for b in range(a):
            differ = np.not_equal.outer(np.array(ids[a][1:], dtype=int), np.array(ids[b][1:], dtype=int))
            found.append(cosines(texts[a][1:], texts[b][1:])[differ])
    values = np.concatenate(found) if found else np.zeros(0, np.float32)
    return float(values.mean()) if len(values) else None

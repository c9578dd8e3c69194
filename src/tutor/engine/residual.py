"""The residual stream on its way through a decoder, and what it would say if it stopped there. Torch.

Shape legend in `attention.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tutor.engine.records import Candidate
from tutor.engine.trace import NAMES, Intervention, Trace

if TYPE_CHECKING:
    from tutor.engine.loading import Loaded

STREAM = ("embed", "resid_pre", "resid_mid", "resid_post")
"""The stages that are the stream itself, to which the logit lens applies."""


def observe(loaded: Loaded, ids: Sequence[int], interventions: Sequence[Intervention] = ()) -> Trace:
    """One forward pass over the ids that keeps every stage."""
    from tutor.engine.loading import as_batch

    trace = Trace(NAMES)
    with torch.inference_mode():
        loaded.model(as_batch(loaded, ids), trace=trace, interventions=interventions)
    return trace


def lens(loaded: Loaded, stream: Tensor) -> Tensor:
    """The logit lens (nostalgebraist 2020): logits (…, V) of a stream (…, C), read as if the model ended there.

    The last norm and the output matrix are those of the whole model; the layers between are left out.
    """
    with torch.inference_mode():
        return loaded.model.lm_head(loaded.model.model.norm(stream)).float()  # type: ignore[no-any-return]


def best(loaded: Loaded, logits: Tensor) -> list[Candidate]:
    """The likeliest token of each row of logits (T, V)."""
    values, ids = logits.max(-1)
    shares = (values - logits.logsumexp(-1)).exp()
    rows = zip(ids.tolist(), shares.tolist(), values.tolist(), strict=True)
    return [Candidate(id, loaded.splitter.text_of(id), share, logit) for id, share, logit in rows]

"""An encoder–decoder on a pair of sentences: how likely the output is, and what attention does on the way. Torch.

The output is fed to the decoder whole, one place to the right, so that row t of every pattern belongs to the choice
of output token t. Shape legend in `attention.py`; here S counts source tokens and T output tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from tutor.engine import loading_seq2seq, translation
from tutor.engine.tokenization import Token
from tutor.engine.trace import Trace

if TYPE_CHECKING:
    from tutor.engine.loading_seq2seq import LoadedSeq2Seq
    from tutor.engine.records import Floats

_ROWS = 8
"""Inputs that are tried at once: their scores for a whole vocabulary have to fit into memory."""


@dataclass(frozen=True)
class Output:
    """A translation that was found."""

    text: str
    tokens: tuple[Token, ...]
    """With the end token, if it was reached. Their spans count characters of `text`."""
    log_probability: float
    """Of all its tokens together, in nats."""
    score: float
    """For each token: what beams are ranked by."""
    ended: bool
    """Whether the model ended it, or ran into its limit."""

    @property
    def ids(self) -> list[int]:
        return [token.id for token in self.tokens]


def translations(loaded: LoadedSeq2Seq, source: Sequence[int], beams: int) -> list[Output]:
    """The best outputs that a beam search finds, best first, as many as there are beams."""
    row = _row(loaded, source)
    limit = translation.longest(loaded.model, row, None)
    found = []
    for one in translation.beam_search(loaded.model, row, beams=beams, limit=limit):
        ended = len(one.ids) < limit
        ids = [*one.ids, *([loaded.model.config.eos_token_id] if ended else [])]
        found.append(Output(*loading_seq2seq.written(loaded, ids), one.log_probability, one.score, ended))
    return found


@dataclass(frozen=True, eq=False)
class Watched:
    """What one forward pass over a pair of sentences showed."""

    logits: Tensor
    """(T, V)."""
    log_probabilities: Floats
    """(T,): of each output token, in nats."""
    memory_shape: tuple[int, int]
    """(S, C): the encoder's vectors."""
    encoder_attention: Floats
    """(layers of the encoder, its heads, S, S): the weights of the source tokens on each other."""
    self_attention: Floats
    """(L, H, T, T): the weights on what the decoder had read; column 0 is the start token."""
    cross_attention: Floats
    """(L, H, T, S)."""


def watch(loaded: LoadedSeq2Seq, source: Sequence[int], output: Sequence[int]) -> Watched:
    """One forward pass over source and output, both with their end tokens."""
    reading, writing, crossing = (Trace(("pattern",)) for _ in range(3))
    with torch.inference_mode():
        memory = loaded.model.encode(_row(loaded, source), trace=reading)
        logits = loaded.model.decode(_before(loaded, output), memory, trace=writing, cross=crossing)[0].float()
    return Watched(
        logits=logits,
        log_probabilities=_chosen(logits[None], output)[0].cpu().numpy(),
        memory_shape=(memory.shape[1], memory.shape[2]),
        encoder_attention=_stacked(reading),
        self_attention=_stacked(writing),
        cross_attention=_stacked(crossing),
    )


def with_one_vector(loaded: LoadedSeq2Seq, source: Sequence[int], output: Sequence[int]) -> float:
    """The output's log-probability in nats if the decoder could read only the mean of the encoder's vectors."""
    with torch.inference_mode():
        memory = loaded.model.encode(_row(loaded, source)).mean(1, keepdim=True)
        logits = loaded.model.decode(_before(loaded, output), memory).float()
    return float(_chosen(logits, output).sum())


def without_each(
    loaded: LoadedSeq2Seq, source: Sequence[int], output: Sequence[int], hidden: Sequence[Sequence[int]]
) -> Floats:
    """The log-probabilities of the output tokens when some source tokens are hidden, (len(hidden), T), in nats.

    Neither the encoder nor the decoder can look at what is hidden; everything else keeps its position.
    """
    rows = []
    with torch.inference_mode():
        for first in range(0, len(hidden), _ROWS):
            chosen = hidden[first : first + _ROWS]
            ids = _row(loaded, source).expand(len(chosen), -1)
            visible = torch.ones_like(ids, dtype=torch.bool)
            for row, places in enumerate(chosen):
                visible[row, list(places)] = False
            before = _before(loaded, output).expand(len(chosen), -1)
            logits = loaded.model.decode(before, loaded.model.encode(ids, visible), visible)
            rows.append(_chosen(logits.float(), output).cpu().numpy())
    return np.concatenate(rows) if rows else np.zeros((0, len(output)), np.float32)


def _row(loaded: LoadedSeq2Seq, ids: Sequence[int]) -> Tensor:
    return torch.tensor([list(ids)], dtype=torch.long, device=loaded.device)  # (1, S)


def _before(loaded: LoadedSeq2Seq, output: Sequence[int]) -> Tensor:
    """What the decoder has read at each choice: the start token, then the output but for its last token. (1, T)."""
    return _row(loaded, [loaded.model.config.decoder_start_token_id, *output[:-1]])


def _chosen(logits: Tensor, output: Sequence[int]) -> Tensor:
    """The log-probability of each output token, (B, T, V) → (B, T)."""
    places = torch.tensor(list(output), device=logits.device).expand(len(logits), -1)
    return logits.log_softmax(-1).gather(-1, places[..., None])[..., 0]


def _stacked(trace: Trace) -> Floats:
    """The patterns of all layers, (L, H, T, S)."""
    layers = sorted(layer for _, layer in trace.stages)
    return torch.cat([trace["pattern", layer] for layer in layers]).float().cpu().numpy()

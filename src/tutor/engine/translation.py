"""Output sentences from an encoder–decoder: greedy, sampled, or the best of several beams."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from tutor.engine.cache import Cache
from tutor.engine.sampling import SamplingOptions, draw, probabilities
from tutor.engine.seq2seq import Seq2Seq


@dataclass(frozen=True)
class Hypothesis:
    """One output."""

    ids: tuple[int, ...]
    """Without the start token and the end token."""
    log_probability: float
    """Of all its tokens and the end token, in nats."""
    score: float
    """What beams are ranked by: the log-probability over length to the power of the length penalty."""


class _Writer:
    """Feeds the decoder one token at a time, remembering what was read and written. `rows` sentences at once."""

    def __init__(self, model: Seq2Seq, source: Tensor, rows: int, limit: int) -> None:
        self.model = model
        self.memory = model.encode(source).expand(rows, -1, -1)  # (rows, S, C)
        self.cache = Cache(limit + 1)
        self.memory_cache: dict[int, tuple[Tensor, Tensor]] = {}

    def __call__(self, ids: Tensor) -> Tensor:
        """Log-probabilities (rows, V) of the token after ids (rows, 1)."""
        logits = self.model.decode(ids, self.memory, cache=self.cache, memory_cache=self.memory_cache)
        return logits[:, -1].float().log_softmax(-1)


def longest(model: Seq2Seq, source: Tensor, limit: int | None) -> int:
    """How many tokens an output may have: the limit, or twice the source and a few, within the model's positions."""
    wanted = limit if limit is not None else 2 * source.shape[1] + 10
    return min(wanted, model.config.max_position_embeddings - 1)


def write(
    model: Seq2Seq, source: Tensor, *, options: SamplingOptions, seed: int = 0, limit: int | None = None
) -> Hypothesis:
    """One output for source (1, S), token by token; greedy where the temperature is 0."""
    config, most = model.config, longest(model, source, limit)
    random = torch.Generator().manual_seed(seed)
    ids: list[int] = []
    total, length = 0.0, 0
    with torch.inference_mode():
        writer = _Writer(model, source, 1, most)
        last = config.decoder_start_token_id
        while length < most:
            log_probability = writer(torch.tensor([[last]], device=source.device))[0]  # (V,)
            log_probability[config.pad_token_id] = -torch.inf
            last = draw(probabilities(log_probability, options, ids), random)
            total, length = total + float(log_probability[last]), length + 1
            if last == config.eos_token_id:
                break
            ids.append(last)
    return Hypothesis(tuple(ids), total, total / max(length, 1))


def beam_search(
    model: Seq2Seq, source: Tensor, *, beams: int = 4, length_penalty: float = 1.0, limit: int | None = None
) -> list[Hypothesis]:
    """The best outputs for source (1, S), best first; as many as there are beams.

    Every step keeps the `beams` likeliest beginnings. A finished one is scored by log P / length^penalty (Wu et
    al. 2016, section 7, in the simple form that has become customary). Ends when no beginning can still win.
    """
    search = _Search(model.config.eos_token_id, beams, length_penalty)
    most = longest(model, source, limit)
    with torch.inference_mode():
        writer = _Writer(model, source, beams, most)
        last = torch.full((beams, 1), model.config.decoder_start_token_id, device=source.device)
        while search.length < most and not search.is_decided():
            log_probability = writer(last)  # (beams, V)
            log_probability[:, model.config.pad_token_id] = -torch.inf
            parents, tokens = search.extend(log_probability)
            writer.cache.reorder(parents)
            last = tokens[:, None]
    return search.best()


class _Search:
    """The beginnings that are alive, and the outputs that are finished."""

    def __init__(self, end: int, beams: int, length_penalty: float) -> None:
        self.end, self.beams, self.length_penalty = end, beams, length_penalty
        self.alive: list[tuple[int, ...]] = [()] * beams
        # All beams begin alike; only the first may branch, or they would stay alike for ever.
        self.totals = torch.tensor([0.0] + [-torch.inf] * (beams - 1))
        self.finished: list[Hypothesis] = []
        self.length = 0

    def extend(self, log_probability: Tensor) -> tuple[Tensor, Tensor]:
        """Take the likeliest continuations; returns, for each beam, the row it came from and its new token."""
        self.length += 1
        totals = self.totals.to(log_probability)[:, None] + log_probability  # (beams, V)
        # Twice as many as needed: at most half of them can be ends.
        values, places = totals.flatten().topk(2 * self.beams)
        rows, tokens = places // totals.shape[1], places % totals.shape[1]
        kept: list[tuple[float, int, int]] = []
        for rank, (value, row, token) in enumerate(zip(values.tolist(), rows.tolist(), tokens.tolist(), strict=True)):
            if token == self.end:
                if rank < self.beams:
                    self._finish(self.alive[row], value)
            elif len(kept) < self.beams:
                kept.append((value, row, token))
        self.alive = [(*self.alive[row], token) for _, row, token in kept]
        self.totals = torch.tensor([value for value, _, _ in kept])
        device = log_probability.device
        return torch.tensor([k[1] for k in kept], device=device), torch.tensor([k[2] for k in kept], device=device)

    def _finish(self, ids: tuple[int, ...], total: float) -> None:
        self.finished.append(Hypothesis(ids, total, total / self.length**self.length_penalty))
        self.finished.sort(key=lambda hypothesis: -hypothesis.score)
        del self.finished[self.beams :]

    def is_decided(self) -> bool:
        """Whether the best beginning, even if it ended now for nothing, would not beat the worst that is finished."""
        if len(self.finished) < self.beams:
            return False
        best = float(self.totals[0]) / float(self.length**self.length_penalty)
        return self.finished[-1].score >= best

    def best(self) -> list[Hypothesis]:
        """The finished outputs; where they are too few, also beginnings that ran into the limit."""
        if len(self.finished) < self.beams and not self.is_decided():
            for ids, total in zip(self.alive, self.totals.tolist(), strict=True):
                if total > -torch.inf:
                    self._finish(ids, total)
        return self.finished

"""The training loop, one for pretraining and fine-tuning: gradient, clip, step, and now and then a look up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tutor.engine import training_state
from tutor.engine.decoder import Decoder
from tutor.engine.optimizer import optimizers

Batch = Callable[[int], Tensor]
"""Gives the tokens of step i, (B, T + 1) of int64. Addressed by number, so that a resumed run needs no memory."""

CHUNK = 1024
"""Tokens whose logits are alive at once. A chunk of them fits the cache; all of a batch's would not."""


@dataclass(frozen=True)
class TrainingOptions:
    """How a run goes. Losses are in nats per token."""

    steps: int
    """The length of the run; the schedule is laid out over it."""
    learning_rate: float = 3e-3
    """Of AdamW at its highest."""
    muon_learning_rate: float = 0.02
    """Of Muon at its highest; 0 trains everything with AdamW."""
    warmup: int = 100
    """Steps over which the learning rates rise from 0."""
    decay_fraction: float = 0.45
    """The last part of the run, over which the learning rates fall to 0; 0 keeps them up."""
    weight_decay: float = 0.01
    clip: float = 1.0
    """The largest norm of the whole gradient."""
    evaluate_every: int = 200
    """Steps between two held-out losses; 0 for none."""
    checkpoint_every: int = 500
    """Steps between two checkpoints; 0 for one at the end only."""
    seed: int = 0


@dataclass(frozen=True)
class Progress:
    """Where a run stands after a step."""

    step: int
    """Steps done, from 1."""
    steps: int
    tokens: int
    """Tokens seen since the run began."""
    loss: float
    """On the batch of this step, before it was learned."""
    held_out_loss: float | None
    """Where it was measured after this step."""
    learning_rate: float
    """AdamW's, in this step."""
    tokens_per_second: float
    seconds_left: float


def schedule(step: int, options: TrainingOptions) -> float:
    """The share of the highest learning rate in step `step` (from 0): warm-up, stable, decay.

    Hu et al. 2024 (MiniCPM), section 4: the stable part can be prolonged, and a run be ended from any point of it.
    """
    rise = min(1.0, (step + 1) / max(options.warmup, 1))
    decay = options.steps * options.decay_fraction
    fall = 1.0 if not decay else min(1.0, (options.steps - step) / decay)
    return rise * fall


def train(
    model: Decoder,
    batch: Batch,
    options: TrainingOptions,
    *,
    evaluate: Callable[[], float] | None = None,
    checkpoint: Path | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Progress]:
    """Train `model` in place and yield after each step.

    With `checkpoint`, a file, the run goes on from it if it is there, to the same weights as without a break
    (same machine, threads and versions), and saves itself to it. Ends early when `cancelled()`.
    """
    optimizing = optimizers(
        model,
        learning_rate=options.learning_rate,
        muon_learning_rate=options.muon_learning_rate,
        weight_decay=options.weight_decay,
    )
    highest = [[group["lr"] for group in optimizer.param_groups] for optimizer in optimizing]
    done, tokens = 0, 0
    if checkpoint is not None and checkpoint.exists():
        done, tokens = training_state.load(checkpoint, model, optimizing)
    model.train()
    clock = _Clock()
    for step in range(done, options.steps):
        if cancelled():
            break
        ids = batch(step)
        rate = schedule(step, options)
        _set_rates(optimizing, highest, rate)
        loss = gradient(model, ids)
        nn.utils.clip_grad_norm_(model.parameters(), options.clip)
        for optimizer in optimizing:
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
        tokens += ids.shape[0] * (ids.shape[1] - 1)
        clock.tick(ids.shape[0] * (ids.shape[1] - 1))
        due = bool(options.evaluate_every) and (step + 1) % options.evaluate_every == 0
        held_out = evaluate() if evaluate is not None and due else None
        last = step + 1 == options.steps
        if checkpoint is not None and (
            last or (options.checkpoint_every and (step + 1) % options.checkpoint_every == 0)
        ):
            training_state.save(checkpoint, model, optimizing, step + 1, tokens)
        yield Progress(
            step=step + 1,
            steps=options.steps,
            tokens=tokens,
            loss=loss,
            held_out_loss=held_out,
            learning_rate=rate * options.learning_rate,
            tokens_per_second=clock.rate,
            seconds_left=(options.steps - step - 1) * clock.seconds_a_step,
        )
    model.eval()


def gradient(model: Decoder, ids: Tensor) -> float:
    """Add the gradient of the mean next-token loss on ids (B, T + 1); returns that loss in nats per token.

    The loss goes backward chunk by chunk: the logits of a whole batch (B·T × V) would be written to memory and
    read back several times, those of a chunk stay in the cache.
    """
    hidden, _ = model.hidden(ids[:, :-1])  # (B, T, C)
    stream = hidden.detach().flatten(0, 1).requires_grad_()  # (B·T, C), the leaf that the chunks lead back to
    targets = ids[:, 1:].flatten()
    count = int((targets >= 0).sum())  # a negative target is not learned: a prompt, or padding
    total = 0.0
    for part, target in zip(torch.split(stream, CHUNK), torch.split(targets, CHUNK), strict=True):
        loss = F.cross_entropy(model.lm_head(part), target, ignore_index=-100, reduction="sum") / count
        loss.backward()  # type: ignore[no-untyped-call]
        total += float(loss.detach())
    hidden.backward(stream.grad.view_as(hidden))  # type: ignore[union-attr, no-untyped-call]
    return total


def _set_rates(optimizing: list[torch.optim.Optimizer], highest: list[list[float]], share: float) -> None:
    for optimizer, rates in zip(optimizing, highest, strict=True):
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * share


class _Clock:
    """Smoothed speed; the first step, which takes longer, counts little."""

    def __init__(self) -> None:
        self.last = time.perf_counter()
        self.seconds_a_step, self.rate = 0.0, 0.0

    def tick(self, tokens: int) -> None:
        now = time.perf_counter()
        seconds = now - self.last
        self.last = now
        self.seconds_a_step = seconds if not self.seconds_a_step else 0.9 * self.seconds_a_step + 0.1 * seconds
        self.rate = tokens / self.seconds_a_step

"""The training loop, one for pretraining and fine-tuning: gradient, clip, step, and now and then a look up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from tutor.engine import data_parallel, training_state
from tutor.engine.decoder import Decoder
from tutor.engine.losses import backward, learned
from tutor.engine.optimizer import optimizers

Batch = Callable[[int], Any]
"""Gives what is learned in step i, for a decoder tokens (B, T + 1) of int64. Addressed by number, so that a resumed
run needs no memory."""

_TOKENS_AT_ONCE = 1024
"""Tokens whose activations are alive at once on a CPU."""

Learn = Callable[[Any, Any], tuple[float, int]]
"""Adds the gradient of a model on a batch; gives the mean loss in nats per token, and the tokens that were read."""


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


def next_tokens(model: Decoder, ids: Tensor) -> tuple[float, int]:
    """How a decoder learns from ids (B, T + 1): every token given those before it."""
    return gradient(model, ids), ids.shape[0] * (ids.shape[1] - 1)


def train(
    model: nn.Module,
    batch: Batch,
    options: TrainingOptions,
    *,
    learn: Learn = next_tokens,
    evaluate: Callable[[], float] | None = None,
    checkpoint: Path | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Progress]:
    """Train `model` in place and yield after each step.

    With `checkpoint`, a file, the run goes on from it if it is there, to the same weights as without a break
    (same machine, threads and versions), and saves itself to it. Ends early when `cancelled()`. In a group of
    processes (`data_parallel`) each takes its share of every batch.
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
    clock, saved = _Clock(), done
    for step in range(done, options.steps):
        if cancelled():
            if checkpoint is not None and step > saved and data_parallel.is_first():
                training_state.save(checkpoint, model, optimizing, step, tokens)
            break
        rate = schedule(step, options)
        _set_rates(optimizing, highest, rate)
        torch.manual_seed((options.seed << 32) + step)  # of dropout, so that a resumed run drops the same
        loss, seen = _learn(model, batch(step), optimizing, options.clip, learn)
        tokens += seen
        clock.tick(seen)
        held_out = evaluate() if evaluate is not None and _is_due(step, options.evaluate_every) else None
        last = step + 1 == options.steps
        if checkpoint is not None and (last or _is_due(step, options.checkpoint_every)) and data_parallel.is_first():
            training_state.save(checkpoint, model, optimizing, step + 1, tokens)
            saved = step + 1
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


def _is_due(step: int, every: int) -> bool:
    return every > 0 and (step + 1) % every == 0


def _learn(
    model: nn.Module, batch: Any, optimizing: list[torch.optim.Optimizer], clip: float, learn: Learn = next_tokens
) -> tuple[float, int]:
    """One step on a batch; returns the loss before it, and the tokens that all processes read."""
    loss, tokens = learn(model, data_parallel.rows_of(batch))
    loss = data_parallel.average(model, loss)
    nn.utils.clip_grad_norm_(model.parameters(), clip)
    for optimizer in optimizing:
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
    return loss, tokens * data_parallel.processes()


def gradient(model: Decoder, ids: Tensor) -> float:
    """Add the gradient of the mean next-token loss on ids (B, T + 1); returns that loss in nats per token.

    A negative target is not learned: a prompt, or padding. On a CPU a large batch goes through in parts, whose
    gradients add up to the whole batch's: for 16 rows of 256 tokens half the memory, and a twentieth less time,
    because what a layer leaves for the next stays in the processor's cache.
    """
    count = learned(ids[:, 1:])
    rows = max(_TOKENS_AT_ONCE // (ids.shape[1] - 1), 1) if ids.device.type == "cpu" else len(ids)
    loss = 0.0
    for part in torch.split(ids, rows):
        hidden, _ = model.hidden(part[:, :-1])  # (B, T, C)
        loss += backward(hidden, part[:, 1:], model.lm_head, count=count)
    return loss


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

"""Fine-tuning a decoder on a text: split, measure, train, keep the best, measure again."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from tutor.engine.decoder import Decoder
from tutor.engine.evaluation import token_losses
from tutor.engine.training import Progress, TrainingOptions, gradient, train
from tutor.errors import InputError

WINDOW = 128
"""Tokens in a training window: short, so that a short file still gives many different ones."""
ROWS = 8
"""Windows in a batch."""
HELD_OUT_EVERY = 8
"""One block in so many is held out."""
RUN = 32
"""Neighbouring tokens that are drawn together when the interval of a fall is estimated."""
LOOKS = 12
"""How often the held-out loss is measured in a run."""


@dataclass(frozen=True)
class Split:
    """A text's tokens on two sides, cut between paragraphs. Each array is (N,) of int64."""

    training: tuple[Tensor, ...]
    held_out: tuple[Tensor, ...]

    @property
    def training_tokens(self) -> int:
        return sum(len(block) for block in self.training)

    @property
    def held_out_tokens(self) -> int:
        """Those whose loss is measured: the first of a block has nothing before it."""
        return sum(len(block) - 1 for block in self.held_out)


def split(paragraphs: list[list[int]], name: str) -> Split:
    """Put neighbouring paragraphs, given as token ids, into blocks of about a window; hold out each eighth block.

    Raises InputError if the text is too short to leave something on both sides.
    """
    blocks: list[list[int]] = [[]]
    for ids in paragraphs:
        for first in range(0, len(ids), 2 * WINDOW):  # a paragraph that fills pages is cut
            if len(blocks[-1]) >= WINDOW:
                blocks.append([])
            blocks[-1] += ids[first : first + 2 * WINDOW]
    if len(blocks) > 1 and len(blocks[-1]) < WINDOW // 2:
        last = blocks.pop()
        blocks[-1] += last
    if len(blocks) < 3:
        tokens = sum(map(len, paragraphs))
        need = f"give at least {3 * WINDOW:,} tokens, about {12 * WINDOW:,} characters"
        raise InputError(name, f"{tokens:,} tokens are too few to train on some and measure on others", need)
    every = min(HELD_OUT_EVERY, len(blocks))
    held_out = set(range(every // 2, len(blocks), every))
    sides = [torch.tensor(block) for block in blocks]
    return Split(
        tuple(block for i, block in enumerate(sides) if i not in held_out),
        tuple(block for i, block in enumerate(sides) if i in held_out),
    )


def block_losses(model: Decoder, blocks: tuple[Tensor, ...]) -> list[np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """The loss in nats of every token of every block but its first, each given the block up to it."""
    was_training = model.training
    model.eval()
    device = next(model.parameters()).device
    context = model.config.max_position_embeddings
    with torch.no_grad():
        losses = [
            token_losses(model, block[None, : context + 1].to(device))[0].double().cpu().numpy() for block in blocks
        ]
    model.train(was_training)
    return losses


def mean_loss(losses: list[np.ndarray[tuple[int], np.dtype[np.float64]]]) -> float:
    """Nats per token over all blocks."""
    return float(np.concatenate(losses).mean())


def interval(
    before: list[np.ndarray[tuple[int], np.dtype[np.float64]]],
    after: list[np.ndarray[tuple[int], np.dtype[np.float64]]],
    seed: int = 0,
    draws: int = 2000,
) -> tuple[float, float]:
    """The 95 % interval of the mean fall of the loss, in nats per token.

    Paired bootstrap (Efron and Tibshirani 1993, chapter 8) over runs of neighbouring tokens, which belong together.
    """
    pairs = zip(before, after, strict=True)
    runs = [part for b, a in pairs for part in np.array_split(b - a, max(len(b) // RUN, 1))]
    falls = np.array([part.sum() for part in runs])
    sizes = np.array([len(part) for part in runs])
    chosen = np.random.default_rng(seed).integers(0, len(falls), (draws, len(falls)))
    means = falls[chosen].sum(1) / sizes[chosen].sum(1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def batches(blocks: tuple[Tensor, ...], seed: int) -> Callable[[int], Tensor]:
    """Random windows of the training side, (ROWS, WINDOW + 1); a pure function of the step's number."""
    stream = torch.cat(blocks)
    window = min(WINDOW, len(stream) - 1)

    def batch(step: int) -> Tensor:
        random = np.random.default_rng((seed, step))
        starts = random.integers(0, len(stream) - window, ROWS)
        return torch.stack([stream[start : start + window + 1] for start in starts.tolist()])

    return batch


def seconds_a_step(model: Decoder, batch: Callable[[int], Tensor]) -> float:
    """How long a training step takes here: the faster of two, without changing the model."""
    device = next(model.parameters()).device
    taken = []
    for number in range(2):
        start = time.perf_counter()
        gradient(model, batch(number).to(device))
        taken.append(time.perf_counter() - start)
    model.zero_grad(set_to_none=True)
    return min(taken)


def steps_for(minutes: float, a_step: float, a_look: float) -> int:
    """The steps that fit into `minutes`, with the looks at the held-out side and a tenth to spare."""
    seconds = max(minutes * 60 * 0.9 - a_look * LOOKS, a_step)
    return max(math.floor(seconds / (a_step * 1.15)), 2)  # an allowance for the optimiser's own work


def tune(
    model: Decoder,
    sides: Split,
    *,
    steps: int,
    learning_rate: float,
    seed: int,
    deadline: float = math.inf,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Progress]:
    """Train all weights of `model` with AdamW; at the end it holds the weights that did best on the held-out side.

    `deadline` is a `time.perf_counter()` time after which it stops. Ends early too when the held-out loss has
    risen three times in a row: the model then learns the file by heart.
    """
    options = TrainingOptions(
        steps=steps,
        learning_rate=learning_rate,
        muon_learning_rate=0.0,
        warmup=min(10, steps // 4 + 1),
        decay_fraction=0.8,
        evaluate_every=max(steps // LOOKS, 1),
        seed=seed,
    )
    device = next(model.parameters()).device
    draw = batches(sides.training, seed)
    best, best_loss, worse = None, math.inf, 0
    for progress in train(
        model,
        lambda step: draw(step).to(device),
        options,
        evaluate=lambda: mean_loss(block_losses(model, sides.held_out)),
        cancelled=lambda: cancelled() or time.perf_counter() > deadline,
    ):
        if progress.held_out_loss is not None:
            if progress.held_out_loss < best_loss:
                best_loss, worse = progress.held_out_loss, 0
                best = {name: tensor.clone() for name, tensor in model.state_dict().items()}
            else:
                worse += 1
        yield progress
        if worse >= 3:
            break
    if best is not None:
        model.load_state_dict(best)
    model.eval()

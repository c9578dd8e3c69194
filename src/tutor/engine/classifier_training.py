"""Training a classifier: the head alone on a frozen decoder, or the decoder with it. Torch.

N texts, F features of a text, K labels.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tutor.engine import text_features
from tutor.engine.classification_metrics import scores
from tutor.engine.classifier import Classifier
from tutor.engine.linear_head import STEPS, balancing, regress, weighted_loss
from tutor.engine.optimizer import optimizers
from tutor.engine.training import TrainingOptions, schedule
from tutor.errors import InputError

Method = Literal["head", "full"]
Phase = Literal["reading", "head", "all weights"]

EPOCHS = 4
"""How often all weights see each text."""
ROWS = 16
"""Texts in a step of all weights."""
LEARNING_RATE = 3e-4
"""Of AdamW at its highest, for all weights of a decoder that has been pretrained."""


@dataclass(frozen=True)
class Progress:
    """Where the training stands."""

    phase: Phase
    """Reading the texts once with the frozen decoder, training the head, or training all weights."""
    step: int
    """Steps of this phase that are done, from 1."""
    steps: int
    """How many it has at most."""
    seconds: float
    """Since the beginning."""
    loss: float | None
    """On the texts of this step, in nats per text, classes weighted; None while reading."""
    held_out_loss: float | None = None
    """On the texts to watch, where there are such and they were looked at after this step."""
    held_out_macro_f1: float | None = None


@dataclass(frozen=True)
class Examples:
    """Texts with their labels."""

    texts: Sequence[str]
    labels: Sequence[str]

    def __post_init__(self) -> None:
        if len(self.texts) != len(self.labels):
            raise ValueError(f"{len(self.texts)} texts have {len(self.labels)} labels")


def fit(
    classifier: Classifier,
    examples: Examples,
    *,
    method: Method = "head",
    watch: Examples | None = None,
    balanced: bool = True,
    epochs: int = EPOCHS,
    learning_rate: float = LEARNING_RATE,
    seed: int = 0,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Progress]:
    """Train `classifier` in place, and yield as it gets on; after `cancelled()` it keeps what it has learned so far.

    `head` leaves the decoder as it is: the texts are read once, and logistic regression on their features has one
    best solution, whatever the seed. `full` begins with that and goes on with all weights, because a head that
    knows nothing would spoil the decoder first (Kumar et al. 2022, "Fine-Tuning can Distort Pretrained Features and
    Underperform Out-of-Distribution"); it needs a decoder that nobody else holds (`loading.fresh_decoder`).
    With `balanced`, texts of rare labels count more, so that each label counts alike. Texts to `watch` are never
    learned from; `full` keeps the weights that did best on them, so judge the result on others. Raises InputError
    for texts that are empty or labels that the classifier does not have.
    """
    run = _Run(classifier, examples, watch, balanced)
    yield from run.read(cancelled)
    if cancelled():
        return
    yield from run.fit_head(cancelled)
    if method == "full":
        yield from run.fit_all(epochs, learning_rate, seed, cancelled)


class _Run:
    """What the phases of one training share."""

    def __init__(self, classifier: Classifier, examples: Examples, watch: Examples | None, balanced: bool) -> None:
        self.classifier, self.start = classifier, time.perf_counter()
        self.rows, self.targets = _encoded(classifier, examples)
        self.watched = _encoded(classifier, watch) if watch is not None and len(watch.texts) else None
        self.watched_features: Tensor | None = None
        self.features = torch.zeros(0)
        self.weights = balancing(self.targets, len(classifier.labels)) if balanced else None

    def read(self, cancelled: Callable[[], bool]) -> Iterator[Progress]:
        """The features of all texts, once, with the decoder as it is; the head's scale is set by them."""
        rows = [*self.rows, *(self.watched[0] if self.watched else [])]
        found = torch.zeros(len(rows), text_features.width(self.classifier.loaded.model))
        done = 0
        for numbers, part in text_features.features(self.classifier.loaded, rows, cancelled):
            found[numbers] = part
            done += len(numbers)
            yield Progress("reading", done, len(rows), self.seconds, None)
        self.features, watched = found[: len(self.rows)], found[len(self.rows) :]
        self.watched_features = watched if self.watched else None
        self.classifier.head.settle(self.features)

    def fit_head(self, cancelled: Callable[[], bool]) -> Iterator[Progress]:
        """Logistic regression on the features."""
        losses = regress(self.classifier.head, self.features, self.targets, self.weights)
        for step, loss in enumerate(losses, 1):
            look = self._look(self.watched_features) if step % 5 == 0 else (None, None)
            yield Progress("head", step, STEPS, self.seconds, loss, *look)
            if cancelled():
                break

    def fit_all(
        self, epochs: int, learning_rate: float, seed: int, cancelled: Callable[[], bool]
    ) -> Iterator[Progress]:
        """AdamW on every weight, from the head that was found for the frozen decoder."""
        model, head = self.classifier.loaded.model, self.classifier.head
        whole = torch.nn.ModuleDict({"decoder": model, "head": head})
        whole.requires_grad_(True)
        (optimizer,) = optimizers(whole, learning_rate=learning_rate, muon_learning_rate=0.0, weight_decay=0.01)
        a_pass = -(-len(self.rows) // ROWS)
        steps, best, best_loss = epochs * a_pass, None, float("inf")
        options = TrainingOptions(steps=steps, warmup=a_pass // 2, decay_fraction=1.0)
        for step in range(steps):
            if cancelled():
                break
            for group in optimizer.param_groups:
                group["lr"] = learning_rate * schedule(step, options)
            loss = self._step(_rows_of(step, len(self.rows), seed), optimizer, whole)
            look = self._look(None) if self.watched and (step + 1) % a_pass == 0 else (None, None)
            if look[0] is not None and look[0] < best_loss:
                best_loss = look[0]
                best = {name: tensor.clone() for name, tensor in whole.state_dict().items()}
            yield Progress("all weights", step + 1, steps, self.seconds, loss, *look)
        if best is not None:
            whole.load_state_dict(best)
        whole.requires_grad_(False)

    def _step(self, chosen: list[int], optimizer: torch.optim.Optimizer, whole: torch.nn.Module) -> float:
        loaded, head = self.classifier.loaded, self.classifier.head
        batch = text_features.side_by_side(loaded, [self.rows[row] for row in chosen], chosen)
        logits = head(text_features.pooled(loaded.model, batch).cpu())
        loss = weighted_loss(logits, self.targets[chosen], self.weights)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(whole.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        return float(loss.detach())

    def _look(self, features: Tensor | None) -> tuple[float | None, float | None]:
        """Loss and macro-F1 on the texts to watch, whose features are read anew where they are None."""
        if self.watched is None:
            return None, None
        rows, targets = self.watched
        with torch.no_grad():
            if features is None:
                logits = torch.from_numpy(self.classifier.logits(rows))
            else:
                logits = self.classifier.head(features)
        labels = self.classifier.labels
        true, given = ([labels[i] for i in places.tolist()] for places in (targets, logits.argmax(-1)))
        return float(F.cross_entropy(logits, targets)), scores(true, given, labels).macro_f1

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.start


def _encoded(classifier: Classifier, examples: Examples) -> tuple[list[list[int]], Tensor]:
    """Token ids and the places of the labels (N,)."""
    place = {label: index for index, label in enumerate(classifier.labels)}
    if unknown := set(examples.labels) - set(place):
        raise InputError(min(unknown)[:80], "the classifier has no such label", f"it has {', '.join(place)}")
    rows = [text_features.tokens_of(classifier.loaded, text) for text in examples.texts]
    return rows, torch.tensor([place[label] for label in examples.labels], dtype=torch.long)


def _rows_of(step: int, count: int, seed: int) -> list[int]:
    """The texts of a step: each once in every pass, in an order that is the pass's own."""
    a_pass = -(-count // ROWS)
    order = np.random.default_rng((seed, step // a_pass)).permutation(count)
    at = step % a_pass
    return [int(row) for row in order[at * ROWS : (at + 1) * ROWS]]

"""The same task learned in three ways from ever more examples: what does a pretrained decoder bring? Torch.

`probe`: a head on the frozen, pretrained decoder. `untrained`: a head on a frozen decoder of the same architecture
whose weights are fresh, so that the words themselves and chance projections of them are all there is (Wieting and
Kiela 2019, "No Training Required"). `scratch`: that decoder with all its weights trained on the examples.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch

from tutor.engine import classifier, classifier_training, linear_head, text_features
from tutor.engine.classification_metrics import Scores, scores
from tutor.engine.classifier_training import Examples
from tutor.engine.decoder import Decoder
from tutor.engine.holding_out import Sides
from tutor.engine.initialisation import initialise
from tutor.errors import InputError

if TYPE_CHECKING:
    from tutor.engine.loading import Loaded

Way = Literal["probe", "untrained", "scratch"]

LEARNING_RATE = 1e-4
"""For all weights of a fresh decoder: ten times more made its features leap about and the loss rise a hundredfold."""
_TEXTS_SEEN = 480
"""How many texts a fresh decoder sees in a training, about; few examples are seen up to `_PASSES` times."""
_PASSES = 8


@dataclass(frozen=True)
class Trial:
    """One training and its measure."""

    way: Way
    examples: int
    seed: int
    """Of which examples were drawn and of fresh weights."""
    seconds: float
    """From the texts to the trained classifier, reading them counted."""
    parameters: int
    """How many numbers were trained."""
    scores: Scores
    """On the held-out texts."""


def never_trained(base: Loaded, seed: int) -> Loaded:
    """A decoder of the same architecture and with the same tokenizer whose weights are fresh.

    Raises InputError for a guest whose architecture is not ours.
    """
    if not isinstance(base.model, Decoder):
        why = "no fresh model of its architecture can be made here"
        raise InputError(base.entry.name, why, "choose storyteller, or another model of the Llama family")
    model = Decoder(base.model.config)
    initialise(model, seed)
    return replace(base, model=model.to(base.device).eval().requires_grad_(False))


def drawn(rows: Sequence[int], labels: Sequence[str], count: int, seed: int) -> list[int]:
    """`count` of the rows by chance, from every label in turn, so that even a few hold all of them."""
    order = np.random.default_rng(seed).permutation(len(rows)).tolist()
    by_label: dict[str, list[int]] = {}
    for place in order:
        by_label.setdefault(labels[rows[place]], []).append(rows[place])
    queues = [by_label[label] for label in sorted(by_label)]
    turn = [row for depth in range(max(map(len, queues))) for queue in queues for row in queue[depth : depth + 1]]
    return turn[:count]


@dataclass(frozen=True)
class Task:
    """Texts with labels, divided into two sides."""

    texts: Sequence[str]
    given: Sequence[str]
    labels: tuple[str, ...]
    sides: Sides

    def places(self, rows: Sequence[int]) -> torch.Tensor:
        """Where the labels of these rows stand among all labels, (N,)."""
        return torch.tensor([self.labels.index(self.given[row]) for row in rows])

    def scored(self, places: Sequence[int]) -> Scores:
        """How good these are for the held-out texts."""
        true = [self.given[row] for row in self.sides.held_out]
        return scores(true, [self.labels[place] for place in places], self.labels)


def trials(
    base: Loaded, task: Task, sizes: Sequence[int], seeds: Sequence[int], stop: Callable[[], bool]
) -> Iterator[Trial]:
    """Every way, size and seed, one seed after the other; ends early when `stop()`."""
    # The first optimiser of a process imports a compiler, which takes seconds that are no training's.
    linear_head.trained(torch.eye(2), torch.tensor([0, 1]), 2)
    pretrained = _read(base, task)
    for seed in seeds:
        fresh = _read(never_trained(base, seed), task)
        for size in sizes:
            rows = drawn(task.sides.training, task.given, size, seed)
            if stop():
                return
            yield _frozen("probe", pretrained, task, rows, seed)
            yield _frozen("untrained", fresh, task, rows, seed)
            if (trial := _scratch(base, task, rows, seed, stop)) is None:
                return
            yield trial


@dataclass(frozen=True)
class _Read:
    """What one frozen decoder makes of all texts."""

    features: torch.Tensor
    seconds_a_text: float


def _read(loaded: Loaded, task: Task) -> _Read:
    start = time.perf_counter()
    features = text_features.of_texts(loaded, task.texts)
    return _Read(features, (time.perf_counter() - start) / len(task.texts))


def _frozen(way: Way, read: _Read, task: Task, rows: list[int], seed: int) -> Trial:
    start = time.perf_counter()
    head = linear_head.trained(read.features[rows], task.places(rows), len(task.labels))
    seconds = time.perf_counter() - start + read.seconds_a_text * len(rows)
    places = linear_head.chosen(head, read.features[list(task.sides.held_out)]).tolist()
    return Trial(way, len(rows), seed, seconds, _size(head.linear), task.scored(places))


def _scratch(base: Loaded, task: Task, rows: list[int], seed: int, stop: Callable[[], bool]) -> Trial | None:
    """None if it was stopped on the way: half a training says nothing about a whole one."""
    start = time.perf_counter()
    made = classifier.new(never_trained(base, seed), task.labels, whole=True)
    examples = Examples([task.texts[row] for row in rows], [task.given[row] for row in rows])
    passes = min(max(_TEXTS_SEEN // len(rows), 1), _PASSES)
    for _ in classifier_training.fit(
        made, examples, method="full", epochs=passes, learning_rate=LEARNING_RATE, seed=seed, cancelled=stop
    ):
        pass
    if stop():
        return None
    seconds = time.perf_counter() - start
    held_out = [text_features.tokens_of(base, task.texts[row]) for row in task.sides.held_out]
    places = made.logits(held_out).argmax(1).tolist()
    body = _size(made.loaded.model.model)
    return Trial("scratch", len(rows), seed, seconds, body + _size(made.head.linear), task.scored(places))


def _size(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())

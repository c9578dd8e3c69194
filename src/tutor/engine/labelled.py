"""Texts with labels as a run learns from them: a head on a decoder first, then, if asked, the decoder with it. Torch.

N texts, K labels, F features of a text (`text_features`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from tutor.engine import classification_metrics, data_parallel, text_features
from tutor.engine.classifier import Classifier
from tutor.engine.classifier_training import Examples, Progress, fit
from tutor.engine.finetuning import Losses, Material
from tutor.engine.linear_head import balancing
from tutor.engine.run_folder import write_tensors

if TYPE_CHECKING:
    from tutor.engine.classification_metrics import Scores

ROWS = 16
"""Texts in a batch."""


class Labelled:
    """A classifier between the texts that it learns from and those that it is measured on."""

    def __init__(self, classifier: Classifier, training: Examples, held_out: Examples, seed: int) -> None:
        self.classifier, self.training, self.held_out, self.seed = classifier, training, held_out, seed
        self.rows = self._tokens(training)
        self.watched = self._tokens(held_out)
        place = {label: index for index, label in enumerate(classifier.labels)}
        self.targets = torch.tensor([place[label] for label in training.labels])  # (N,)
        self.truth = torch.tensor([place[label] for label in held_out.labels])
        self.weights = balancing(self.targets, len(classifier.labels))
        self._answers = torch.zeros(len(self.truth), dtype=torch.long)

    def _tokens(self, examples: Examples) -> list[list[int]]:
        return [text_features.tokens_of(self.classifier.loaded, text) for text in examples.texts]

    def material(self) -> Material:
        """Of a run that trains the decoder with the head."""
        return Material(
            batch=self.batch,
            learn=self.learn,
            losses=self.losses,
            macro_f1=lambda: self.scores().macro_f1,
            heaviest=self.longest,
        )

    def parts(self) -> nn.Module:
        """The decoder and the head as one module."""
        return nn.ModuleDict({"decoder": self.classifier.loaded.model, "head": self.classifier.head})

    def fit_head(self, file: Path, cancelled: Callable[[], bool]) -> Iterator[Progress]:
        """Find the head for the decoder as it is: one best solution, whatever the seed.

        Where the decoder is then trained with it, it is kept in `file`, from which a run that goes on takes it: found
        again, it would differ in its last bits.
        """
        head = self.classifier.head
        if file.exists():
            head.load_state_dict(load_file(file))
            return
        yield from fit(self.classifier, self.training, watch=self.held_out, cancelled=cancelled)
        if self.classifier.whole and not cancelled() and data_parallel.is_first():
            write_tensors(file, head.state_dict())

    def batch(self, step: int) -> Tensor:
        """The numbers of the texts of a step, (ROWS,): every text once in each pass, in the pass's own order."""
        count = len(self.rows)
        places = [divmod(place, count) for place in range(step * ROWS, (step + 1) * ROWS)]
        passes = {one for one, _ in places}
        orders = {one: np.random.default_rng((self.seed, one)).permutation(count) for one in passes}
        return torch.tensor([int(orders[one][place]) for one, place in places])

    def longest(self) -> Tensor:
        """The numbers of the longest texts, (ROWS,); before, they are read as the head's training reads them."""
        by_length = sorted(range(len(self.rows)), key=lambda row: len(self.rows[row]))
        most = text_features.BATCH // (1 + len(self.rows[by_length[-1]]))
        together = [self.rows[row] for row in by_length[-max(most, 1) :]]
        for _ in text_features.features(self.classifier.loaded, together, lambda: False):
            pass
        return torch.tensor(by_length[-ROWS:])

    def learn(self, batch: Tensor) -> tuple[float, int]:
        """Add the gradient of the mean cross-entropy, rare labels weighing more; gives it and the tokens read."""
        chosen = batch.tolist()
        logits = self._logits([self.rows[row] for row in chosen])
        weights = self.weights.to(logits.device)
        loss = F.cross_entropy(logits, self.targets[batch].to(logits.device), weights, reduction="sum") / len(chosen)
        loss.backward()  # type: ignore[no-untyped-call]
        return float(loss.detach()), sum(len(self.rows[row]) for row in chosen)

    def _logits(self, texts: Sequence[list[int]]) -> Tensor:
        loaded = self.classifier.loaded
        batch = text_features.side_by_side(loaded, texts, list(range(len(texts))))
        logits: Tensor = self.classifier.head(text_features.pooled(loaded.model, batch))
        return logits

    def losses(self) -> Losses:
        """The loss in nats of each held-out text, each an array (1,)."""
        logits = torch.from_numpy(self.classifier.logits(self.watched))
        self._answers = logits.argmax(-1)
        found = F.cross_entropy(logits.double(), self.truth, reduction="none").numpy()
        return np.split(found, len(found))

    def scores(self) -> Scores:
        """How well the answers of the last `losses` fit."""
        labels = self.classifier.labels
        given = [labels[answer] for answer in self._answers.tolist()]
        return classification_metrics.scores(self.held_out.labels, given, labels)

    def usual_scores(self) -> Scores:
        """How well one does by always giving the label that is commonest in what is learned from."""
        labels = self.classifier.labels
        commonest = max(labels, key=list(self.training.labels).count)
        return classification_metrics.scores(self.held_out.labels, [commonest] * len(self.truth), labels)

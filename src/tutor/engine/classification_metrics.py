"""How good a classifier is: accuracy, macro-F1, confusion matrix. Numpy only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class LabelScore:
    """How one label fares."""

    label: str
    precision: float
    """Of the texts that were given this label, the share that has it; 0 if none was."""
    recall: float
    """Of the texts that have this label, the share that was given it; 0 if none has it."""
    f1: float
    """Their harmonic mean."""
    support: int
    """How many texts have it."""


@dataclass(frozen=True)
class Scores:
    """How a classifier did on texts whose labels are known."""

    accuracy: float
    macro_f1: float
    """The mean of the labels' F1, each counting alike, however rare it is."""
    labels: tuple[LabelScore, ...]
    confusion: tuple[tuple[int, ...], ...]
    """A row for each true label, a column for each that was given, in the order of `labels`."""


def confusion(true: Sequence[str], given: Sequence[str], labels: Sequence[str]) -> NDArray[np.int64]:
    """How often each label (row) was given each label (column)."""
    place = {label: index for index, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), np.int64)
    for truth, guess in zip(true, given, strict=True):
        counts[place[truth], place[guess]] += 1
    return counts


def scores(true: Sequence[str], given: Sequence[str], labels: Sequence[str]) -> Scores:
    """Accuracy, macro-F1 and the rest, for at least one text.

    A label that neither occurs nor is given has an F1 of 0, as scikit-learn has it when it is told the labels.
    """
    counts = confusion(true, given, labels)
    right, have, got = counts.diagonal(), counts.sum(1), counts.sum(0)
    precision, recall = _share(right, got), _share(right, have)
    f1 = _share(2 * right, have + got)
    return Scores(
        accuracy=float(right.sum() / counts.sum()),
        macro_f1=float(f1.mean()),
        labels=tuple(
            LabelScore(label, float(precision[i]), float(recall[i]), float(f1[i]), int(have[i]))
            for i, label in enumerate(labels)
        ),
        confusion=tuple(tuple(row) for row in counts.tolist()),
    )


def majority(true: Sequence[str], labels: Sequence[str]) -> Scores:
    """How well one does by always giving the commonest label."""
    commonest = max(labels, key=list(true).count)
    return scores(true, [commonest] * len(true), labels)


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)

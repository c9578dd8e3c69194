"""Makes the bundled classifiers and their card again: `python -m tutor.engine.bundled_heads`. Torch.

Needed whenever the decoder that they stand on has changed. What is learned from is said in `models/heads/recipe.toml`
and lies in `lessons/practice`; everything is decided by those files and the decoder, so the same come out each time.
"""

from __future__ import annotations

import csv
import io
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from tutor import paths
from tutor.engine import (
    adapting,
    classifier,
    device,
    heads_card,
    linear_head,
    loading,
    registry,
    text_features,
    word_features,
)
from tutor.engine.classification_metrics import Scores, majority, scores
from tutor.engine.figures import Figure, Figures
from tutor.engine.figures import write as write_figures
from tutor.engine.holding_out import Sides, split
from tutor.errors import InputError
from tutor.storage import read_learner_text, write_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tutor.engine.loading import Loaded

SPLITS = 5
"""How many other divisions into two sides the spread is taken over."""

_TOLERANCE = 0.03
"""Two or three of a hundred held-out texts lie so near the border that another processor may put them elsewhere."""


@dataclass(frozen=True)
class Measured:
    """One way to classify on one task."""

    name: str
    held_out: Scores
    """On the texts that the recipe's seed holds out."""
    others: tuple[float, ...]
    """Macro-F1 with other texts held out, the training done anew each time."""


@dataclass(frozen=True)
class Made:
    """One bundled head, and how it and simpler ways did."""

    name: str
    files: tuple[str, ...]
    labels: tuple[str, ...]
    training: int
    """Texts learned from."""
    ways: tuple[Measured, ...]
    """The head first."""
    samples: tuple[tuple[str, str, str, float], ...]
    """The first held-out texts: text, its label, the label given, the probability of that."""
    seconds: float
    """Of processor time, for everything that is measured here."""


def recipe(folder: Path) -> dict[str, Any]:
    """What `recipe.toml` in that folder says."""
    return tomllib.loads(read_learner_text(folder / "recipe.toml"))


def examples(files: Sequence[str]) -> tuple[list[str], list[str]]:
    """Texts and labels of practice files, one file after the other."""
    rows = [row for name in files for row in _rows(name)]
    return [row["text"] for row in rows], [row["label"] for row in rows]


def _rows(name: str) -> list[dict[str, str]]:
    text = read_learner_text(paths.lessons() / "practice" / name)
    return list(csv.DictReader(io.StringIO(text)))


def make(folder: Path) -> list[Made]:
    """Train every head of the folder's recipe, measure it, and write heads, card and sums into the folder."""
    said = recipe(folder)
    base = loading.decoder(said["base"], "cpu")
    made = [_make(base, folder, said, head["name"], tuple(head["files"])) for head in said["head"]]
    write_text(folder / "README.md", heads_card.card(said["base"], classifier.base_of(base)["sha256"], made))
    write_figures(folder, Figures(tuple(figures(folder))))
    registry.write_sums(folder)
    return made


def is_of_heads(folder: Path) -> bool:
    """Whether the folder's recipe is one for heads."""
    return "head" in recipe(folder)


def figures(folder: Path) -> Iterator[Figure]:
    """What the heads in a folder reach on their held-out texts; `tutor models check` compares it with what was kept.

    A head that does not open, because its decoder is another by now, reaches nothing.
    """
    said = recipe(folder)
    for head in said["head"]:
        texts, given = examples(head["files"])
        held = split(texts, given, said["held_out"], said["seed"]).held_out
        try:
            made = classifier.load(folder / head["name"], "cpu")
            places = made.predict([texts[row] for row in held]).argmax(1)
            found = scores([given[row] for row in held], [made.labels[place] for place in places], made.labels)
            reached = (found.macro_f1, found.accuracy)
        except InputError:
            reached = (0.0, 0.0)
        for name, value in zip(("macro-F1", "accuracy"), reached, strict=True):
            yield Figure(f"{head['name']}: held-out {name}", value, _TOLERANCE, quick=True)


def _make(base: Loaded, folder: Path, said: dict[str, Any], name: str, files: tuple[str, ...]) -> Made:
    start = time.process_time()
    texts, given = examples(files)
    labels, fresh = tuple(dict.fromkeys(given)), adapting.never_trained(base, said["seed"])
    features, untrained = text_features.of_texts(base, texts), text_features.of_texts(fresh, texts)
    words = word_features.mean_vectors(texts)
    ways: dict[str, Callable[[Sides], NDArray[np.int64]]] = {
        f"head on {base.entry.name}": _probe(features, given, labels),
        f"head on {base.entry.name} before any training": _probe(untrained, given, labels),
        "mean of the word vectors": _probe(torch.from_numpy(words), given, labels),
        "TF-IDF of the words": _tfidf(texts, given, labels),
    }
    sides = split(texts, given, said["held_out"], said["seed"])
    others = [split(texts, given, said["held_out"], said["seed"] + 1 + number) for number in range(SPLITS)]
    measured = [_measured(way, guess, sides, others, given, labels) for way, guess in ways.items()]
    held = [given[row] for row in sides.held_out]
    commonest = majority(held, labels)
    measured.append(Measured("the commonest label", commonest, ()))
    made = _final(base, features, sides, given, labels)
    made.save(folder / name, torch.float16)
    probabilities = made.predict([texts[row] for row in sides.held_out[:3]])
    samples = tuple(
        (texts[row], given[row], labels[int(one.argmax())], float(one.max()))
        for row, one in zip(sides.held_out, probabilities, strict=False)
    )
    return Made(name, files, labels, len(sides.training), tuple(measured), samples, time.process_time() - start)


def _places(given: Sequence[str], labels: Sequence[str]) -> torch.Tensor:
    return torch.tensor([labels.index(label) for label in given])


def _probe(
    features: torch.Tensor, given: Sequence[str], labels: Sequence[str]
) -> Callable[[Sides], NDArray[np.int64]]:
    targets = _places(given, labels)

    def guess(sides: Sides) -> NDArray[np.int64]:
        learned = list(sides.training)
        head = linear_head.trained(features[learned], targets[learned], len(labels))
        return linear_head.chosen(head, features[list(sides.held_out)])

    return guess


def _tfidf(texts: Sequence[str], given: Sequence[str], labels: Sequence[str]) -> Callable[[Sides], NDArray[np.int64]]:
    targets = _places(given, labels)

    def guess(sides: Sides) -> NDArray[np.int64]:
        words = word_features.Tfidf.of([texts[row] for row in sides.training])
        features = torch.from_numpy(words.features(texts))
        learned = list(sides.training)
        head = linear_head.trained(features[learned], targets[learned], len(labels), settle=False)
        return linear_head.chosen(head, features[list(sides.held_out)])

    return guess


def _measured(
    name: str,
    guess: Callable[[Sides], NDArray[np.int64]],
    sides: Sides,
    others: Sequence[Sides],
    given: Sequence[str],
    labels: Sequence[str],
) -> Measured:
    def scored(one: Sides) -> Scores:
        return scores([given[row] for row in one.held_out], [labels[place] for place in guess(one)], labels)

    return Measured(name, scored(sides), tuple(scored(other).macro_f1 for other in others))


def _final(
    base: Loaded, features: torch.Tensor, sides: Sides, given: Sequence[str], labels: tuple[str, ...]
) -> classifier.Classifier:
    learned = list(sides.training)
    head = linear_head.trained(features[learned], _places(given, labels)[learned], len(labels))
    return classifier.Classifier(base, head.eval(), labels)


if __name__ == "__main__":
    device.prepare_process()
    make(paths.bundled_models() / registry.HEADS)

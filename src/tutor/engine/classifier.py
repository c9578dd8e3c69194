"""A classifier: a decoder reads the text, a linear head on what it makes of it says which label fits. Torch.

    from tutor.engine import classifier, classifier_training, loading
    made = classifier.new(loading.decoder("storyteller"), ["spam", "not spam"])
    for progress in classifier_training.fit(made, texts, labels):
        ...
    made.predict(["You have won!"])  # (1, 2)
    made.save(folder); classifier.load(folder)

N texts, F features of a text (`text_features`), K labels.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from safetensors.torch import save_file

from tutor import paths
from tutor.engine import checkpoint, loading, registry, text_features
from tutor.engine.linear_head import Head
from tutor.errors import InputError
from tutor.storage import replacing, write_json

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tutor.engine.loading import Loaded

WEIGHTS, ABOUT = "head.safetensors", registry.HEAD
_FORMAT = 1
"""Of head.json; a change that breaks a reader raises it."""
_MOST_LABELS = 1000


@dataclass(frozen=True, eq=False)
class Classifier:
    """A decoder and a head; which of them were trained does not matter for what it does."""

    loaded: Loaded
    head: Head
    labels: tuple[str, ...]
    whole: bool = False
    """Whether the decoder was trained with the head, so that it has to be kept with it."""

    def predict(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The probability of every label for every text, shape (N, K).

        Of a text that is longer than the context, the first tokens are read. Raises InputError for an empty one.
        """
        rows = [text_features.tokens_of(self.loaded, text) for text in texts]
        return probabilities(self.logits(rows))

    def logits(self, rows: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        """The logits of texts that are given as token ids, shape (N, K)."""
        found = np.zeros((len(rows), len(self.labels)), np.float32)
        for numbers, part in text_features.features(self.loaded, rows):
            with torch.inference_mode():
                found[numbers] = self.head(part).numpy()
        return found

    def average_logits(self) -> NDArray[np.float32]:
        """What the head says of the average of its training texts, shape (K,)."""
        found: NDArray[np.float32] = self.head.linear.bias.detach().numpy()
        return found

    def save(self, folder: Path, dtype: torch.dtype = torch.float32) -> None:
        """Write the head as `dtype`, and the decoder too where it was trained with it, in the standard layout.

        A head on a base keeps the base's name and the SHA-256 of its weights, because it fits no other.
        """
        folder.mkdir(parents=True, exist_ok=True)
        about: dict[str, Any] = {"format": _FORMAT, "labels": list(self.labels)}
        if self.whole:
            from tutor.engine import subword
            from tutor.storage import write_text

            checkpoint.save_decoder(self.loaded.model, folder)
            write_text(folder / "tokenizer.json", subword.source(self.loaded.entry.tokenizer))
        else:
            about["base"] = base_of(self.loaded)
        tensors = {name: tensor.detach().to(dtype).contiguous() for name, tensor in self.head.state_dict().items()}
        with replacing(folder / WEIGHTS) as part:
            save_file(tensors, part, {"format": "pt"})
        write_json(folder / ABOUT, about)


def probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """The softmax of logits (N, K)."""
    found: NDArray[np.float32] = torch.from_numpy(logits).softmax(-1).numpy()
    return found


def new(loaded: Loaded, labels: Sequence[str], *, whole: bool = False) -> Classifier:
    """A classifier that knows nothing yet. Raises InputError for fewer than two labels, or far too many."""
    if not 2 <= len(set(labels)) <= _MOST_LABELS:
        why = f"{len(set(labels)):,} different labels"
        raise InputError("the labels", why, f"give texts with 2 to {_MOST_LABELS:,} labels")
    head = Head(text_features.width(loaded.model), len(set(labels))).requires_grad_(True)
    return Classifier(loaded, head, tuple(dict.fromkeys(labels)), whole)


def base_of(loaded: Loaded) -> dict[str, str]:
    """How a head names the decoder that it was made for."""
    entry = loaded.entry
    name = str(entry.directory.resolve()) if entry.source == "path" else entry.name
    return {"name": name, "sha256": _weights_sum(_weight_file(entry.directory), _stamp(entry.directory))}


def _weight_file(directory: Path) -> Path:
    return directory if directory.is_file() else checkpoint.weight_files(directory)[0]


def _stamp(directory: Path) -> tuple[int, int]:
    state = _weight_file(directory).stat()
    return state.st_mtime_ns, state.st_size


@functools.lru_cache(maxsize=8)
def _weights_sum(file: Path, stamp: tuple[int, int]) -> str:
    return registry.sha256(file)


def load(folder: Path, device: str = "auto") -> Classifier:
    """The classifier in a folder. Raises InputError if it is damaged, or if its base is missing or another now."""
    about = _about(folder)
    base = about.get("base")
    loaded = loading.decoder(str(folder) if base is None else base["name"], device)
    if base is not None and base != base_of(loaded) | {"name": base["name"]}:
        why = f"it was made for other weights than those of {loaded.entry.name} here"
        raise InputError(folder.name, why, "train it again on the model that is here")
    labels = tuple(about["labels"])
    with torch.device("cpu"):
        head = Head(text_features.width(loaded.model), len(labels))
    wanted = dict(head.state_dict())
    head.load_state_dict(checkpoint.checked_files([folder / WEIGHTS], wanted))
    return Classifier(loaded, head.eval().requires_grad_(False), labels, base is None)


def _about(folder: Path) -> dict[str, Any]:
    """What head.json says. Raises InputError if it says no such thing."""
    about = checkpoint.read_json(folder / ABOUT)
    labels, base = about.get("labels"), about.get("base")
    sound = (
        about.get("format") == _FORMAT
        and isinstance(labels, list)
        and 2 <= len(set(map(str, labels))) == len(labels) <= _MOST_LABELS
        and all(isinstance(label, str) for label in labels)
        and (base is None or (isinstance(base, dict) and {*map(type, base.values())} == {str} and "name" in base))
    )
    if not sound:
        raise InputError(str(folder / ABOUT), "not the description of a classifier", "train the classifier again")
    return about


def find(task: str) -> Path:
    """The folder of a classifier: a bundled one, one of the learner's own, or one that is named by its path.

    Raises InputError, with the names there are, if there is none.
    """
    known = registry.classifiers()
    if task in known:
        return known[task]
    path = paths.existing(task)
    if path is not None and (path / ABOUT).is_file():
        return path
    raise InputError(
        task[:80] or "--task", "no such classifier", f"choose one of: {', '.join(known) or 'none is here'}"
    )

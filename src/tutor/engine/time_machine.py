"""A fine-tuning run's model as it was at each of its checkpoints. Torch.

Shape legend in `attention.py`.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file
from torch import nn

from tutor.engine import loading, run_folder, tuning, tuning_data
from tutor.engine.run_folder import RunFolder, step_of
from tutor.engine.trained import Trained
from tutor.errors import InputError, UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tutor.engine.loading import Loaded


class TimeMachine:
    """One copy of the model, which takes the weights of the checkpoint that is asked for."""

    def __init__(self, folder: RunFolder, loaded: Loaded, trained: Trained) -> None:
        self.folder, self.model = folder, loaded.entry.name
        self._loaded, self._trained, self._now = loaded, trained, 0
        self._first = {name: tensor.clone() for name, tensor in trained.tensors().items()}
        self._rows = {row.step: row for row in folder.rows}
        self.steps = (0, *map(step_of, folder.checkpoints()))
        """The step of each checkpoint; the first is the model before training."""
        about = tuning_data.about(folder.data)
        self.task = about.task
        self.prompt = about.prompt or tuning_data.a_held_out_text(folder.data)

    def place(self, asked: int | None) -> int:
        """The place of the checkpoint in `steps`, by default the last. Raises UsageError if there is none such."""
        last = len(self.steps) - 1
        if asked is not None and asked > last:
            why = f"{self.folder.name} has {last + 1} checkpoints, with the one before training"
            raise UsageError(f"--checkpoint {asked}", why, f"give a number from 0 to {last}")
        return last if asked is None else asked

    def at(self, place: int) -> Loaded:
        """The model with the weights of that checkpoint: one that was stored in 16 bits but for the first."""
        if place != self._now:
            stored = load_file(self.folder.checkpoints()[place - 1]) if place else self._first
            self._trained.put(stored)
            # Another record of the model: what is kept for the one before belongs to its weights.
            self._loaded = replace(self._loaded)
            self._now = place
        return self._loaded

    def loss_at(self, step: int) -> float | None:
        """The held-out loss there, in nats per token."""
        return self._rows[step].held_out_loss if step in self._rows else None

    def sample_at(self, step: int) -> str | None:
        """What was written there."""
        return self._rows[step].sample if step in self._rows else None


def of(name: str, device: str) -> TimeMachine:
    """The time machine of a run; the last one stays open. Raises InputError if there is no such run."""
    folder = run_folder.find(name)
    files = tuple((file.name, file.stat().st_mtime_ns) for file in folder.checkpoints())
    return _opened(name, device, files)


@functools.lru_cache(maxsize=1)
def _opened(name: str, device: str, files: tuple[tuple[str, int], ...]) -> TimeMachine:
    folder = run_folder.find(name)
    if not files:
        raise InputError(name, "this run has kept no checkpoints", "choose one that has trained the decoder itself")
    loaded = loading.fresh_decoder(folder.inputs()["model"], device)
    task = tuning_data.about(folder.data).task
    trained = tuning.prepared(loaded, tuning.choices_of(folder.inputs(), task, loaded))
    if task == "classify":  # whose checkpoints also have a head
        trained = Trained(nn.ModuleDict({"decoder": loaded.model}))
    loaded.model.eval()
    return TimeMachine(folder, loaded, trained)


def token_of(loaded: Loaded, word: str) -> int:
    """The word as one token, best as it stands inside a sentence. Raises InputError if the model splits it."""
    for text in (f" {word.strip()}", word.strip()):
        ids = loaded.tokenizer.encode(text, add_special_tokens=False).ids
        if len(ids) == 1:
            return int(ids[0])
    raise InputError(f"--word {word}", f"{loaded.entry.name} has no single token for it", "give a word that is one")


def unit_embeddings(loaded: Loaded) -> NDArray[np.float32]:
    """The model's token embeddings, each scaled to length 1, shape (V, C)."""
    with torch.no_grad():
        table = loaded.model.model.embed_tokens.weight.float()
        found: NDArray[np.float32] = torch.nn.functional.normalize(table, dim=1).cpu().numpy()
    return found

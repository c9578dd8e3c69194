"""Loss by position, up to the length that the model was trained on and beyond it.

Each token is scored twice: with everything before it, however far that goes, and within the trained length, in
windows that overlap by half. Where the first rises and the second does not, it is not the text that got harder.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import InputError
from tutor.experiments.frame.inputs import Argument, Device, Model, Option

if TYPE_CHECKING:
    from tutor.engine.loading import Loaded
    from tutor.engine.records import Floats

TOPIC = "Positions"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("surprise.score",)
EXAMPLES = ("tutor beyond lessons/practice/story.txt", "tutor beyond lessons/practice/story.txt --times 3 --plain")

_PARTS = 8
"""Groups of positions in the trained length."""
_WINDOWS = 8
"""Stretches of text that are averaged at most."""


@dataclass(frozen=True)
class Inputs:
    file: Annotated[str, Argument("A text file, UTF-8.", metavar="FILE", piped=False)]
    times: Annotated[int, Option("How far to go, in trained lengths.", low=2, high=4)] = 2
    model: Model = "storyteller"
    device: Device = "auto"


@dataclass(frozen=True)
class Group:
    """Neighbouring positions, from `start` up to but without `end`, counted from 0. Losses in nats per token."""

    start: int
    end: int
    loss: float
    """With everything before a token."""
    loss_within: float
    """With what fits into the trained length."""


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    trained_length: int
    """In tokens."""
    windows: int
    """Stretches of text that the losses are means over."""
    groups: tuple[Group, ...]
    loss_first: float
    """In the first group of positions."""
    loss_trained: float
    """In the second half of the trained length."""
    loss_beyond: float
    """At all positions that were not trained."""
    loss_beyond_within: float
    """Of the same tokens, read within the trained length."""


def run(inputs: Inputs) -> Result:
    """Raises InputError for a text that is not longer than the trained length, and for a model that has no further
    positions at all."""
    import numpy as np

    from tutor import paths
    from tutor.engine import loading, positions
    from tutor.storage import read_learner_text

    text = read_learner_text(paths.named(inputs.file))
    loaded = loading.decoder(inputs.model, inputs.device)
    directory = loaded.entry.directory
    if directory.is_dir() and positions.learned(directory) is not None:
        why = f"its {loaded.context} positions are learned one by one, there is none beyond"
        raise InputError(loaded.entry.name, why, "choose a model with rotary positions")
    windows = _windows(loaded, text, inputs)
    losses = np.stack([_losses(loaded, window) for window in windows]).mean(0)  # (2, T)
    return _result(loaded, len(windows), losses)


def _windows(loaded: Loaded, text: str, inputs: Inputs) -> list[list[int]]:
    """Stretches of the text of one length, one after the other."""
    ids = loaded.tokenizer.encode(text, add_special_tokens=False).ids
    least = loaded.context + loaded.context // _PARTS
    if len(ids) < least:
        why = f"{len(ids):,} tokens do not reach beyond the trained length of {loaded.context:,}"
        raise InputError(inputs.file, why, f"give a text of {least:,} tokens or more")
    length = min(inputs.times * loaded.context, len(ids))
    return [ids[first : first + length] for first in range(0, len(ids) - length + 1, length)][:_WINDOWS]


def _losses(loaded: Loaded, ids: list[int]) -> Floats:
    """The loss of each token, shape (2, T): with everything before it, and within the trained length."""
    import numpy as np

    from tutor.engine import surprise

    return -np.array(
        [[one.log_probability for one in surprise.score(loaded, ids, reach)] for reach in (len(ids), None)]
    )


def _result(loaded: Loaded, windows: int, losses: Floats) -> Result:
    context, length = loaded.context, losses.shape[1]
    edges = [*range(0, length, max(context // _PARTS, 1)), length]
    groups = tuple(
        Group(start, end, *losses[:, start:end].mean(1).tolist())
        for start, end in itertools.pairwise(edges)
        if end > start
    )
    beyond, beyond_within = losses[:, context:].mean(1).tolist()
    return Result(
        model=loaded.entry.name,
        device=loaded.device,
        trained_length=context,
        windows=windows,
        groups=groups,
        loss_first=groups[0].loss,
        loss_trained=float(losses[0, context // 2 : context].mean()),
        loss_beyond=beyond,
        loss_beyond_within=beyond_within,
    )

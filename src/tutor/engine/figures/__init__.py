"""The figures of a model's card: measured once, kept in `figures.json` beside the model, and measured again to check.

`measuring` does it for any model with a recipe; `decoders`, `tunes`, `translators`, `gap_fillers` and `digit_models`
know what is worth measuring of each kind; `card` writes the tables of a card.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutor.errors import InputError
from tutor.storage import write_json

FILE = "figures.json"


@dataclass(frozen=True)
class Figure:
    """One number of a card."""

    name: str
    """What it is, with its unit."""
    value: float
    tolerance: float
    """How far a second measurement may be off: other processors round differently, and what is sampled may turn."""
    quick: bool = False
    """Whether it is measured from what is installed, in seconds; others need the recipe's data, or minutes."""


@dataclass(frozen=True)
class Sample:
    """Something that the model made, the first thing that came."""

    given: str
    seed: int | None
    """None where nothing is random."""
    text: str
    """What it made of it; for a decoder, what follows."""


@dataclass(frozen=True)
class Figures:
    """Everything that is measured of one model."""

    figures: tuple[Figure, ...]
    samples: tuple[Sample, ...] = ()
    training: dict[str, Any] = field(default_factory=dict)
    """`tokens`, `seconds` and `curve`, pairs of tokens and held-out loss, of the run that made it; and `machine`."""


def read(folder: Path) -> Figures | None:
    """What was measured of the model in a folder, or None. Raises InputError for a damaged file."""
    path = folder / FILE
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Figures(
            tuple(Figure(**figure) for figure in raw["figures"]),
            tuple(Sample(**sample) for sample in raw["samples"]),
            raw["training"],
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(str(path), f"unreadable ({error})", "measure the model again: tutor models card") from None


def write(folder: Path, figures: Figures) -> None:
    """Keep what was measured in the model's folder."""
    write_json(folder / FILE, dataclasses.asdict(figures))


def differences(kept: Iterable[Figure], measured: Iterable[Figure]) -> list[str]:
    """The figures that do not come out as they were written down, each in words."""
    again = {figure.name: figure.value for figure in measured}
    return [
        f"{figure.name} is {again[figure.name]:.4g}, not {figure.value:.4g} as its card says"
        for figure in kept
        if figure.name in again and not abs(again[figure.name] - figure.value) <= figure.tolerance
    ]

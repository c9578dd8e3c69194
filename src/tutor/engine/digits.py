"""Handwritten digits to train on: the 1,797 pictures of 8 × 8 pixels that scikit-learn carries.

Alpaydin and Kaynak 1998, Optical Recognition of Handwritten Digits, UCI. Only training needs scikit-learn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tutor.engine.corpus import is_held_out
from tutor.engine.pictures import LEVELS, SIDE
from tutor.errors import InputError

Pictures = NDArray[np.int64]
"""Shape (N, 8, 8), grey levels from 0 to 16."""

HELD_OUT_PERCENT = 20


@dataclass(frozen=True)
class Digits:
    """Pictures with the digit that each shows."""

    pictures: Pictures
    labels: NDArray[np.int64]
    """Shape (N,)."""

    def __len__(self) -> int:
        return len(self.labels)


def load(held_out_percent: int = HELD_OUT_PERCENT) -> tuple[Digits, Digits]:
    """The pictures to train on and those that are held out: one in five or so, by a hash of the picture itself.

    Raises InputError where scikit-learn is not installed.
    """
    try:
        from sklearn.datasets import load_digits  # type: ignore[import-untyped]
    except ImportError:
        raise InputError("the digits", "they come with scikit-learn", "install transformer-tutor[dev]") from None
    everything = load_digits()
    pictures, labels = everything.images.astype(np.int64), everything.target.astype(np.int64)
    held_out = np.array([is_held_out(key(picture), held_out_percent) for picture in pictures])
    return Digits(pictures[~held_out], labels[~held_out]), Digits(pictures[held_out], labels[held_out])


def key(picture: Pictures) -> str:
    """What decides on which side of the split a picture (8, 8) goes: its grey levels in reading order."""
    return ",".join(map(str, picture.ravel().tolist()))


def varied(picture: Pictures, random: np.random.Generator, strength: float = 1.0) -> Pictures:
    """A picture (8, 8) as another hand might have drawn it: moved by up to a pixel, lighter or darker.

    It is moved with a probability of `strength`, and only where next to nothing falls off the edge; the ink is
    multiplied by 0.85 to 1.15.
    """
    moved = _moved(picture, random) if random.random() < strength else picture
    ink = np.round(moved * random.uniform(0.85, 1.15)).astype(np.int64)
    return np.clip(ink, 0, LEVELS - 1)


def _moved(picture: Pictures, random: np.random.Generator) -> Pictures:
    down, right = random.integers(-1, 2, 2).tolist()
    padded = np.pad(picture, 1)
    moved = padded[1 - down : 1 - down + SIDE, 1 - right : 1 - right + SIDE]
    return moved if moved.sum() >= 0.9 * picture.sum() else picture

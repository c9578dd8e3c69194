"""Pictures of 8 × 8 pixels as text: eight lines of eight grey levels from 0 (paper) to 16 (ink). No torch.

A picture is read from a plain text, from a table, and from what `tutor draw` writes with `--json` or `--output`.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tutor import paths
from tutor.errors import InputError
from tutor.storage import read_learner_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.int64]
    """Shape (8, 8), from 0 to 16."""
    Bits = NDArray[np.float64]
    """Shape (8, 8): a number of bits a pixel."""

SIDE = 8
LEVELS = 17
LIMIT = 1 << 20
"""Bytes; a picture has a few hundred."""

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_FORM = "give 8 lines of 8 numbers from 0 to 16, or what `tutor draw --json` writes"


def read(source: str) -> Picture:
    """The picture in the file that `source` names, or in `source` itself if it is a picture's text.

    Raises InputError if there is no such file or no picture in it.
    """
    if not source.strip():
        raise InputError("the picture", "none is named", "give a file, such as lessons/practice/seven.txt")
    if "\n" in source or source.lstrip().startswith("{"):
        return parsed(source, "the picture")
    return parsed(read_learner_text(paths.named(source), LIMIT), source)


def parsed(text: str, name: str) -> Picture:
    """The picture that a text holds: JSON with a `picture`, or lines with eight numbers each; other lines are
    passed over. Raises InputError if there is not exactly one."""
    if text.lstrip().startswith("{"):
        return _checked(_from_json(text, name), name)
    lines = [_NUMBER.findall(line) for line in text.splitlines()]
    rows = [[float(number) for number in line] for line in lines if len(line) == SIDE]
    if len(rows) != SIDE:
        raise InputError(name, f"not a picture: {len(rows)} lines of {SIDE} numbers in it", _FORM)
    return _checked(rows, name)


def _from_json(text: str, name: str) -> Any:
    try:
        document = json.loads(text)
        return document.get("result", document)["picture"]
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        raise InputError(name, "JSON without a picture in it", _FORM) from None


def _checked(rows: Any, name: str) -> Picture:
    import numpy as np

    try:
        values = np.array(rows, dtype=np.float64)
    except (ValueError, TypeError):
        values = np.zeros(0)
    if values.shape != (SIDE, SIDE):
        raise InputError(name, "its picture is not 8 lines of 8 numbers", _FORM)
    if not (np.isfinite(values).all() and (values == np.round(values)).all()):
        raise InputError(name, "a grey level in it is not a whole number", _FORM)
    if values.min() < 0 or values.max() >= LEVELS:
        wrong = values.min() if values.min() < 0 else values.max()
        raise InputError(name, f"a grey level of {wrong:g} is out of range", _FORM)
    return values.astype(np.int64)


def as_text(picture: Picture) -> str:
    """The picture as a text that `parsed` gives back."""
    return "".join(" ".join(f"{level:2}" for level in row) + "\n" for row in picture.tolist())

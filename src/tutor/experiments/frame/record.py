"""Records as JSON: one versioned document for every experiment."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from typing import Any

from tutor import __version__
from tutor.experiments import load

_UNPRINTABLE = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What may steer a terminal, end or turn a line, or be half a character: its number means the same."""


def plain(value: Any) -> Any:
    """`value` as what JSON can hold: records as objects, arrays and tuples as lists, numbers in full precision.

    A float that is not finite (the score of a masked position is −∞) becomes null: JSON has no word for it.
    Raises TypeError for anything that a record must not hold.
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):  # numpy arrays and scalars, without importing numpy here
        return plain(value.tolist())
    raise TypeError(f"a record must not hold {type(value).__name__}")


def document(name: str, inputs: Any, result: Any) -> dict[str, Any]:
    """The JSON document of one run: schema, version, inputs, result."""
    return {
        "schema": f"tutor/{name}/{load(name).SCHEMA}",
        "version": __version__,
        "inputs": plain(inputs),
        "result": plain(result),
    }


def to_json(name: str, inputs: Any, result: Any) -> str:
    """The JSON document of one run as text, without a line end."""
    text = json.dumps(document(name, inputs, result), ensure_ascii=False, allow_nan=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)

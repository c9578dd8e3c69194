"""What reading a `config.json` has in common for all kinds of models: sizes, heads, entries that are there."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from tutor.errors import InputError

LARGEST = 1 << 24
"""No size comes near it; a damaged file's may, and would take all memory."""

_LESS = {"layers": 1 << 8, "d_model": 1 << 16, "hidden_size": 1 << 16}
"""Smaller limits by how the names of sizes end: a layer takes memory even before it has weights, and so does a table
of computed positions."""

C = TypeVar("C")


def refuse(why: str) -> NoReturn:
    """Raise the InputError for a config.json that no model has."""
    raise InputError("config.json", why, "the checkpoint is damaged or was made for another program")


def check_sizes(config: Any, names: Sequence[str]) -> None:
    """Raise InputError unless each of the named fields is a whole number from 1 on."""
    for name in names:
        value = getattr(config, name)
        most = next((limit for ending, limit in _LESS.items() if name.endswith(ending)), LARGEST)
        if type(value) is not int or not 1 <= value <= most:  # a bool is an int, too
            refuse(f"{name} is {value!r}, not a sensible size")


def check_heads(width: int, heads: int) -> None:
    """Raise InputError unless the channels divide into heads."""
    if width % heads:
        refuse(f"{width} channels do not divide into {heads} heads")


def filled(config_class: type[C], raw: Mapping[str, Any]) -> C:
    """The configuration with those entries of a parsed `config.json` that it knows; null means: not given."""
    known = {field.name for field in dataclasses.fields(config_class)}  # type: ignore[arg-type]
    try:
        return config_class(**{key: value for key, value in raw.items() if key in known and value is not None})
    except TypeError as error:
        raise InputError("config.json", f"incomplete ({error})", "check that the file is whole") from None

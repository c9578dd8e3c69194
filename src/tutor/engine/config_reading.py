"""What reading a `config.json` has in common for all kinds of models: sizes, heads, entries that are there."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from tutor.errors import InputError

LARGEST = 1 << 24
"""No size comes near it; a damaged file's may, and would take all memory."""

C = TypeVar("C")


def refuse(why: str) -> NoReturn:
    """Raise the InputError for a config.json that no model has."""
    raise InputError("config.json", why, "the checkpoint is damaged or was made for another program")


def check_sizes(config: Any, names: Sequence[str]) -> None:
    """Raise InputError unless each of the named fields is a whole number from 1 on."""
    for name in names:
        value = getattr(config, name)
        if not isinstance(value, int) or not 1 <= value <= LARGEST:
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

"""A folder with a LoRA adapter in `peft`'s layout: its configuration, and where its base is. No torch."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.errors import InputError
from tutor.storage import read_object

if TYPE_CHECKING:
    from tutor.engine.registry import Entry

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"

_PLAIN: dict[str, tuple[Any, ...]] = {
    "peft_type": ("LORA",),
    "bias": ("none", None),
    "use_dora": (False, None),
    "fan_in_fan_out": (False, None),
    "modules_to_save": (None, []),
    "rank_pattern": (None, {}),
    "alpha_pattern": (None, {}),
    "layer_replication": (None, []),
    "alora_invocation_tokens": (None, []),
}
"""Settings that change what an adapter computes, with the values that leave it a plain LoRA."""


def is_adapter(folder: Path) -> bool:
    """Whether the folder holds an adapter and no model of its own."""
    return (folder / CONFIG).is_file() and not (folder / "config.json").is_file()


def read(folder: Path) -> dict[str, Any]:
    """The adapter's configuration. Raises InputError if it is damaged or not that of a plain LoRA."""
    path = folder / CONFIG
    found = read_object(path, "get the adapter again")
    for name, allowed in _PLAIN.items():
        if found.get(name, allowed[0]) not in allowed:
            why = f"{name} is {json.dumps(found[name])[:60]}, which tutor does not run"
            raise InputError(str(path), why, "merge the adapter into its base with the tool that made it")
    rank, alpha = found.get("r"), found.get("lora_alpha")
    if type(rank) is not int or not 0 < rank <= 1 << 16:
        raise InputError(str(path), f"r is {rank!r}, not a rank", "get the adapter again")
    if not isinstance(alpha, int | float) or not math.isfinite(alpha):
        raise InputError(str(path), f"lora_alpha is {alpha!r}, not a number", "get the adapter again")
    return found


def base(folder: Path) -> Entry:
    """The model that the adapter in `folder` belongs to, by the name or path that its configuration has.

    A folder of that name beside the adapter counts, too. Raises InputError if there is none.
    """
    from tutor.engine import registry

    name = read(folder).get("base_model_name_or_path")
    if not isinstance(name, str) or not name:
        raise InputError(str(folder / CONFIG), "it does not name its base model", "add base_model_name_or_path to it")
    known = {entry.name: entry for entry in registry.entries()}
    short = name.rstrip("/").rpartition("/")[2]
    for each in (known.get(name), _at(folder.parent / short), _at(Path(name)), known.get(short)):
        if each is not None and not is_adapter(each.directory):
            return each
    todo = f"put the folder of {short[:80]} beside it, or its path into {CONFIG}"
    raise InputError(str(folder), f"this is an adapter, and its base model {name[:80]!r} is not here", todo)


def _at(path: Path) -> Entry | None:
    """The model in a folder, if there is one."""
    from tutor.engine import registry

    try:
        return registry.find(str(path)) if (path / "config.json").is_file() else None
    except (OSError, InputError):
        return None


def model_folder(folder: Path) -> Path:
    """The folder, or GGUF file, that a model's configuration and tables lie in: of an adapter, its base's."""
    return base(folder).directory if is_adapter(folder) else folder


def tokenizer(folder: Path) -> Path:
    """The adapter's own `tokenizer.json`, or else its base's; where the base is missing, its own place for one."""
    own = folder / "tokenizer.json"
    if own.is_file():
        return own
    try:
        return base(folder).tokenizer
    except InputError:
        return own


def problems(folder: Path) -> list[str]:
    """What keeps the adapter from being opened, as far as its files tell; empty if nothing does."""
    try:
        base(folder)
    except InputError as error:
        return [error.why]
    return [] if (folder / WEIGHTS).is_file() else [f"{WEIGHTS} is missing"]

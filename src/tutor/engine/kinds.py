"""What kind of model a folder holds, read from its config.json or from its files. No torch."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from tutor.engine import adapter_folder, gguf_file
from tutor.errors import InputError
from tutor.storage import read_object

Kind = Literal[
    "decoder", "seq2seq", "encoder", "vectors", "tokenizers", "classifier", "classifiers", "matcher", "other"
]

_KINDS: dict[str, Kind] = {"llama": "decoder", "marian": "seq2seq", "bert": "encoder", "tutor-matcher": "matcher"}
"""What `model_type` in a config.json means here."""

_CALLED: dict[Kind, str] = {"seq2seq": "encoder-decoder", "other": "another kind of model"}
"""What a kind is called for people, where that is not its name."""

HEAD = "head.json"
"""The file that makes a folder a classifier's."""

_CAUSAL = ("ForCausalLM", "LMHeadModel")
"""How the architectures end that `transformers` runs as decoders."""


def called(kind: Kind) -> str:
    """What a kind is called for people."""
    return _CALLED.get(kind, kind)


def kind_of(directory: Path) -> Kind:
    """What kind of model a folder holds, from its config.json, or from its files where it has none."""
    if (directory / "config.json").is_file():
        try:
            return _kind_by(config(directory))
        except InputError:
            return "other"
    names = [file.name for file in directory.iterdir()]
    if adapter_folder.is_adapter(directory):
        return "decoder"
    if HEAD in names:  # on a decoder that lies elsewhere
        return "classifier"
    if any(directory.glob(f"*/{HEAD}")):
        return "classifiers"
    if any(name.startswith("vectors") for name in names):
        return "vectors"
    return "tokenizers" if any(name.endswith(".json") for name in names) else "other"


def _kind_by(configuration: dict[str, Any]) -> Kind:
    if (model_type := str(configuration.get("model_type"))) in _KINDS:
        return _KINDS[model_type]
    named = configuration.get("architectures")
    is_causal = isinstance(named, list) and any(isinstance(name, str) and name.endswith(_CAUSAL) for name in named)
    return "decoder" if is_causal else "other"


def reads(directory: Path) -> str:
    """What a model was made to read, as its recipe says: `text`, `python`, `abc` or `digits`; `text` without one."""
    try:
        recipe = tomllib.loads((directory / "recipe.toml").read_text(encoding="utf-8"))
        of_digits = recipe.get("kind") in ("painter", "matcher")
        return "digits" if of_digits else str(recipe.get("tokenizer", {}).get("pieces", "text"))
    except (OSError, ValueError, AttributeError):
        return "text"


def is_foreign(directory: Path) -> bool:
    """Whether a decoder is of an architecture that tutor opens through `transformers`."""
    if gguf_file.is_gguf(directory) or adapter_folder.is_adapter(directory):
        return False
    return config(directory).get("model_type") not in _KINDS


def config(directory: Path) -> dict[str, Any]:
    """A folder's config.json, or the same made from a GGUF file; of an adapter, its base's.

    Raises InputError if it is missing or damaged.
    """
    directory = adapter_folder.model_folder(directory)
    if gguf_file.is_gguf(directory):
        return gguf_file.config(directory)
    return read_object(directory / "config.json", "get the model again")

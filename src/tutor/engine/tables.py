"""Tables of vectors in a model's files, a row a token or a position. Numpy only.

Shape legend: V tokens of the vocabulary, C width.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine import adapter_folder, gguf_file, gguf_header
from tutor.engine.registry import Entry
from tutor.errors import InputError

Singles = NDArray[np.float32]

_EMBEDDINGS = ("embed_tokens.weight", "word_embeddings.weight", "wte.weight", "shared.weight", "embed_in.weight")
"""How the names of token embeddings end: in Llama, BERT, GPT-2, Marian and GPT-NeoX, and their relatives."""


def stored(directory: Path, endings: tuple[str, ...]) -> NDArray[Any] | None:
    """The first tensor in a checkpoint's safetensors files whose name ends so, or None if there is none.

    Raises InputError for a damaged file, and for a type that numpy does not know.
    """
    for file in sorted(directory.glob("*.safetensors")):
        if (found := _stored(file, endings)) is not None:
            if found.ndim != 2 or not found.size or not np.isfinite(found).all():
                raise InputError(str(file), "its table of vectors is no matrix of numbers", "get the model again")
            return found
    return None


def _stored(file: Path, endings: tuple[str, ...]) -> NDArray[Any] | None:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as opened:
            name = next((name for name in opened.keys() if name.endswith(endings)), None)  # noqa: SIM118 - no dict
            return None if name is None else np.asarray(opened.get_tensor(name))
    except (SafetensorError, OSError) as error:
        raise InputError(str(file), f"not a whole safetensors file ({error})", "get the model again") from None
    except (TypeError, AttributeError):  # numpy has no bfloat16
        raise InputError(str(file), "numpy cannot read the type of its numbers", "save it as float32") from None


def token_vectors(entry: Entry) -> Singles:
    """A model's token embeddings, each scaled to length 1, shape (V, C); read once for as long as its files stay.

    Raises InputError if it has none that can be read.
    """
    files = [entry.directory] if entry.directory.is_file() else sorted(entry.directory.glob("*.safetensors"))
    return _token_vectors(entry, tuple((file.name, file.stat().st_mtime_ns) for file in files))


@functools.lru_cache(maxsize=2)
def _token_vectors(entry: Entry, stamp: tuple[tuple[str, int], ...]) -> Singles:
    vectors = token_embeddings(entry)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.where(lengths == 0, 1, lengths)  # a padding token may have a row of zeros
    return vectors


def token_embeddings(entry: Entry) -> Singles:
    """A model's token embeddings as they are stored, shape (V, C), freshly read.

    Raises InputError if it has none that can be read.
    """
    found = _embeddings(adapter_folder.model_folder(entry.directory))
    if found is None:
        raise InputError(entry.name, "it has no table of token embeddings", "name a model of language")
    return found.astype(np.float32)


def _embeddings(path: Path) -> NDArray[Any] | None:
    if not gguf_file.is_gguf(path):
        return stored(path, _EMBEDDINGS)
    name = "token_embd.weight"
    return gguf_file.numbers(path, name) if name in gguf_header.read(path).tensors else None

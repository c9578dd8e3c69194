"""Which models there are and what each one is, read from their files. No torch.

A model is a folder in the standard layout: `config.json`, `model.safetensors` and `tokenizer.json`; or a GGUF
file, which holds all three. Bundled ones lie in `paths.bundled_models()`, the learner's own in
`paths.user_models()`, guests in other packages and in the cache of Hugging Face (`guests.py`); any other folder or
GGUF file opens by its path.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tutor import paths
from tutor.engine import adapter_folder, gguf_file, gguf_header, guests
from tutor.engine.kinds import HEAD as HEAD
from tutor.engine.kinds import Kind as Kind
from tutor.engine.kinds import called as called
from tutor.engine.kinds import config as config
from tutor.engine.kinds import is_foreign as is_foreign
from tutor.engine.kinds import kind_of as kind_of
from tutor.engine.kinds import reads as reads
from tutor.errors import InputError

Source = Literal["bundled", "yours", "guest", "cache", "path"]

_PICKLES = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"}

SUMS = "SHA256SUMS"
"""The file in a model's folder with a line for each of its files, as `sha256sum -c` reads it."""

HEADS = "heads"
"""The bundled folder with one folder a classifier, which is a head on a bundled decoder."""

_HEADER_LIMIT = 100_000_000  # bytes; the limit that safetensors itself sets


@dataclass(frozen=True)
class Entry:
    """A model that can be named."""

    name: str
    directory: Path
    """The folder, or the GGUF file."""
    kind: Kind
    source: Source

    @property
    def tokenizer(self) -> Path:
        """The file that the model's tokenizer is read from."""
        if adapter_folder.is_adapter(self.directory):
            return adapter_folder.tokenizer(self.directory)
        return self.directory if gguf_file.is_gguf(self.directory) else self.directory / "tokenizer.json"


def entries() -> tuple[Entry, ...]:
    """All models that have names. One of the learner's own hides a bundled one of its name, and either a guest."""
    found = {name: entry for name, file in guests.cached().items() if (entry := _in_cache(name, file)) is not None}
    found |= {name: Entry(name, file, "decoder", "guest") for name, file in guests.found().items()}
    for folder, source in _folders():
        for directory in sorted(folder.iterdir()) if folder.is_dir() else ():
            if directory.is_dir() and not directory.name.startswith(".") and _holds_a_model(directory):
                found[directory.name] = _entry(directory.name, directory, source)
    return tuple(found[name] for name in sorted(found))


def _holds_a_model(directory: Path) -> bool:
    """Whether there is more than a recipe and notes: a model that is still to be trained is not listed."""
    files = [*directory.iterdir(), *directory.glob(f"*/{HEAD}")]
    return any(file.suffix in (".json", ".safetensors", ".gguf") for file in files)


def _entry(name: str, directory: Path, source: Source) -> Entry:
    """The model in a folder; one with a single GGUF file and no configuration beside it is that file."""
    packed = sorted(directory.glob("*.gguf"))
    if len(packed) == 1 and not (directory / "config.json").exists():
        return Entry(name, packed[0], "decoder", source)
    return Entry(name, directory, kind_of(directory), source)


def _in_cache(name: str, directory: Path) -> Entry | None:
    """A model in the cache of Hugging Face, or None for what is of no use here."""
    entry = _entry(name, directory, "cache")
    has_weights = entry.directory.is_file() or any(directory.glob("*.safetensors"))
    return entry if has_weights and entry.kind in ("decoder", "encoder", "seq2seq") else None


def classifiers() -> dict[str, Path]:
    """The folder of every classifier that has a name: bundled heads first, then the learner's own."""
    found: dict[str, Path] = {}
    for shelf in (paths.bundled_models() / HEADS, paths.user_models()):
        for folder in sorted(shelf.iterdir()) if shelf.is_dir() else ():
            if (folder / HEAD).is_file() and not folder.name.startswith("."):
                found[folder.name] = folder
    return found


def _folders() -> tuple[tuple[Path, Source], ...]:
    return (paths.bundled_models(), "bundled"), (paths.user_models(), "yours")


def alike(kinds: Sequence[Kind], reading: str = "text") -> list[str]:
    """The names of the models of some kinds that were made to read `reading`."""
    return [entry.name for entry in entries() if entry.kind in kinds and reads(entry.directory) == reading]


def find(name_or_path: str, kinds: Sequence[Kind] = (), reading: str = "text") -> Entry:
    """The model of that name, or in that folder.

    Raises InputError if there is none, with the names there are: where `kinds` says what is wanted, only those of
    them that were made to read `reading`.
    """
    known = {entry.name: entry for entry in entries()}
    if name_or_path in known:
        return known[name_or_path]
    if (path := paths.existing(name_or_path)) is not None:
        return _at(path)
    last = [entry for entry in known.values() if entry.source == "cache" and entry.name.endswith(f"/{name_or_path}")]
    if len(last) == 1:
        return last[0]
    offered = alike(kinds, reading) if kinds else [*known]
    close = difflib.get_close_matches(name_or_path, offered, n=1)
    hint = f"did you mean {close[0]}?" if close else f"choose one of: {', '.join(offered) or 'none is installed'}"
    raise InputError(name_or_path[:80] or "--model", "no such model", hint)


def _at(path: Path) -> Entry:
    """The entry of a folder, or of the weights in it, that was named by its path."""
    if path.suffix in _PICKLES:
        raise _pickled(path)
    if path.is_file() and path.suffix == ".safetensors":
        path = path.parent
    if gguf_file.is_gguf(path):
        return Entry(path.stem, path, "decoder", "path")
    if not path.is_dir():
        raise InputError(str(path), "not a checkpoint", "name a GGUF file, or a folder with config.json")
    if not any(path.glob("*.safetensors")):
        for file in sorted(path.iterdir()):
            if file.suffix in _PICKLES:
                raise _pickled(file)
    if not (path / "config.json").is_file() and not adapter_folder.is_adapter(path):
        raise InputError(str(path), "no config.json in it", "name the folder of a checkpoint")
    return Entry(path.resolve().name, path, kind_of(path), "path")


def _pickled(file: Path) -> InputError:
    return InputError(
        str(file),
        "pickled weights are refused, because opening them can run any program that is hidden in them",
        "use the model's .safetensors file",
    )


def parameters(directory: Path) -> int | None:
    """How many numbers the model's files hold, read from their headers; None if there are none.

    Raises InputError for a damaged header.
    """
    if gguf_file.is_gguf(directory):
        return sum(math.prod(tensor.shape) for tensor in gguf_header.read(directory).tensors.values())
    files = sorted(directory.glob("*.safetensors")) or sorted(directory.glob("*/head.safetensors"))
    if not files:
        return None
    return sum(int(math.prod(tensor["shape"])) for file in files for tensor in _tensors(file))


def _tensors(file: Path) -> Iterator[dict[str, Any]]:
    """The tensors that the header of a safetensors file describes: a length of 8 bytes, then JSON."""
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if length > min(_HEADER_LIMIT, file.stat().st_size):
            raise InputError(str(file), "its header is damaged", "get the model again")
        try:
            header = json.loads(stream.read(length))
            yield from (tensor for name, tensor in header.items() if name != "__metadata__")
        except (ValueError, AttributeError, RecursionError):
            raise InputError(str(file), "its header is damaged", "get the model again") from None


def size(directory: Path) -> int:
    """The bytes of all files in the folder, or of the GGUF file."""
    if directory.is_file():
        return directory.stat().st_size
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())


def check(entry: Entry) -> list[str]:
    """What is wrong with a model's files; empty if nothing is.

    A bundled model must have a list of SHA-256 sums that names each of its files; one of the learner's own is
    held against such a list if it has one. Of a GGUF file, the header is read.
    """
    if gguf_file.is_gguf(entry.directory):
        return _problems_of_gguf(entry.directory)
    if adapter_folder.is_adapter(entry.directory):
        return adapter_folder.problems(entry.directory)
    sums = entry.directory / SUMS
    needed = ["config.json", "tokenizer.json"] if entry.kind in ("decoder", "seq2seq", "encoder") else []
    problems = [f"{name} is missing" for name in needed if not (entry.directory / name).is_file()]
    if needed and not any(entry.directory.glob("*.safetensors")):
        problems.append("model.safetensors is missing")
    if sums.is_file():
        problems += _compare(entry.directory, sums.read_text(encoding="utf-8"))
    elif entry.source == "bundled":
        problems.append(f"{SUMS} is missing")
    return list(dict.fromkeys(problems))


def _problems_of_gguf(file: Path) -> list[str]:
    try:
        gguf_file.config(file)
    except InputError as error:
        return [error.why]
    return []


def _compare(directory: Path, listed: str) -> list[str]:
    problems, names = [], {SUMS}
    for line in listed.splitlines():
        wanted, _, name = line.partition("  ")
        names.add(name)
        file = directory / name
        if not file.is_file():
            problems.append(f"{name} is missing")
        elif sha256(file) != wanted:
            problems.append(f"{name} has changed since it was listed in {SUMS}")
    present = {file.relative_to(directory).as_posix() for file in directory.rglob("*") if file.is_file()}
    return problems + [f"{name} is not listed in {SUMS}" for name in sorted(present - names)]


def write_sums(directory: Path) -> None:
    """Write the folder's list of SHA-256 sums, in the format of `sha256sum -c`."""
    from tutor.storage import write_text

    files = sorted(file for file in directory.rglob("*") if file.is_file() and file.name != SUMS)
    lines = [f"{sha256(file)}  {file.relative_to(directory).as_posix()}\n" for file in files]
    write_text(directory / SUMS, "".join(lines))


def sha256(file: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

"""The learner's own models: names, saving, and the record of the run that made them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor import paths
from tutor.engine import registry
from tutor.errors import InputError

if TYPE_CHECKING:
    from tutor.engine.loading import Loaded

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def free_name(wanted: str | None, file: Path) -> str:
    """A name for a new model: the one that is wanted, or one made from the file's name with a number if need be.

    Raises InputError if the wanted one is taken or cannot be a folder's name.
    """
    taken = {entry.name for entry in registry.entries()}
    if wanted is not None:
        if not _NAME.fullmatch(wanted):
            raise InputError(f"--name {wanted}", "not a name", "use letters, digits, '-', '_' and '.', up to 64")
        if wanted in taken:
            raise InputError(f"--name {wanted}", "a model has this name", "choose another name")
        return wanted
    stem = re.sub(r"[^A-Za-z0-9]+", "-", file.stem).strip("-").lower()[:48] or "tuned"
    numbered = (f"{stem}-{number}" for number in range(2, 10_000))
    return next(name for name in (stem, *numbered) if name not in taken)


def save(name: str, loaded: Loaded) -> Path:
    """Keep a tuned decoder under `name` among the learner's own; returns its folder."""
    import torch

    from tutor.engine import subword
    from tutor.engine.checkpoint import save_decoder
    from tutor.storage import write_text

    def write(folder: Path) -> None:
        save_decoder(loaded.model, folder, torch.float32)
        write_text(folder / "tokenizer.json", subword.source(loaded.entry.tokenizer))

    return keep(name, write)


def keep(name: str, write: Callable[[Path], None]) -> Path:
    """Keep what `write` puts into a folder under `name` among the learner's own models; returns the folder.

    It is written beside its place and then moved there whole, so that no half of a model is ever listed.
    """
    folder = paths.user_models() / name
    part = folder.with_name(f".{name}.part")
    shutil.rmtree(part, ignore_errors=True)
    write(part)
    part.replace(folder)
    return folder


def write_report(name: str, document: Any) -> Path:
    """Keep the record of a run, the document that `tutor finetune --json` prints; returns the file."""
    from tutor.storage import write_json

    path = paths.runs() / name / "report.json"
    write_json(path, document)
    return path

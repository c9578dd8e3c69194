"""The learner's own models: names, saving, and the record of the run that made them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from tutor import paths
from tutor.engine import registry, run_folder
from tutor.engine.run_folder import RunFolder
from tutor.errors import InputError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def free_name(wanted: str | None, file: Path, runs: Collection[str] = ()) -> str:
    """A name for a new model: the one that is wanted, or one made from the file's name with a number if need be.

    `runs` are folders that must stay as they are. Raises InputError if the wanted one is taken or cannot be a
    folder's name.
    """
    taken = {entry.name for entry in registry.entries()} | set(registry.classifiers())
    stopped = {name for name in run_folder.names() if RunFolder(paths.runs() / name).is_unfinished()}
    if wanted is not None:
        if not _NAME.fullmatch(wanted):
            raise InputError(f"--name {wanted}", "not a name", "use letters, digits, '-', '_' and '.', up to 64")
        if wanted in stopped:
            raise InputError(f"--name {wanted}", "a run of this name was stopped", f"go on with --resume {wanted}")
        if wanted in runs:
            raise InputError(f"--name {wanted}", "a run of tutor pretrain has this name", "choose another name")
        if wanted in taken:
            raise InputError(f"--name {wanted}", "a model has this name", "choose another name")
        return wanted
    stem = re.sub(r"[^A-Za-z0-9]+", "-", file.stem).strip("-").lower()[:48] or "tuned"
    numbered = (f"{stem}-{number}" for number in range(2, 10_000))
    return next(name for name in (stem, *numbered) if name not in {*taken, *run_folder.names(), *runs})


def pretraining() -> set[str]:
    """The names of the runs of `tutor pretrain` that have not ended; those that have keep their report alone."""
    return {about.parent.name for about in paths.runs().glob("*/run.json")} - set(run_folder.names())


def keep(name: str, write: Callable[[Path], None]) -> Path:
    """Keep what `write` puts into a folder under `name` among the learner's own models; returns the folder.

    It is written beside its place and then moved there whole, so that no half of a model is ever listed. A model
    that a run left there when it was stopped makes room.
    """
    folder = paths.user_models() / name
    part, old = folder.with_name(f".{name}.part"), folder.with_name(f".{name}.old")
    shutil.rmtree(part, ignore_errors=True)
    write(part)
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
        folder.replace(old)
    part.replace(folder)
    shutil.rmtree(old, ignore_errors=True)
    return folder


def write_report(name: str, document: Any) -> Path:
    """Keep the record of a run, the document that `tutor finetune --json` prints; returns the file."""
    from tutor.storage import write_json

    path = paths.runs() / name / "report.json"
    write_json(path, document)
    return path

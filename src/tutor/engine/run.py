"""A pretraining run in its folder: what it was begun with, its curve and samples, and the model that it ends as."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tutor import paths
from tutor.engine import data_parallel, registry, run_folder
from tutor.engine.only_writer import only_writer
from tutor.engine.pretraining import CHECKPOINT, prepare, save
from tutor.engine.recipe import Recipe
from tutor.engine.task import Task
from tutor.engine.tuned import free_name, keep, write_report
from tutor.errors import InputError
from tutor.storage import write_json

if TYPE_CHECKING:
    from tutor.engine.decoder import Decoder

ABOUT, HISTORY = "run.json", "history.json"


def begun_with(recipe: Path, changes: Sequence[str], tokens: int | None, seed: int | None) -> dict[str, Any]:
    """What has to be the same for a run to be continued."""
    digest = hashlib.sha256(recipe.read_bytes()).hexdigest()
    return {"recipe": digest, "changes": list(changes), "tokens": tokens, "seed": seed}


@contextmanager
def begun(wanted: str | None, recipe: Recipe, data: Path, about: dict[str, Any]) -> Iterator[Path]:
    """The folder of the run (see `_folder_for`) with the data prepared in it, for this process alone to write to.

    Of several processes the first does it for all. Raises InputError if another one is training the run.
    """
    data_parallel.join()
    with ExitStack() as held:
        folder = None
        if data_parallel.is_first():
            folder = _folder_for(wanted, recipe.name, about)
            held.enter_context(only_writer(folder))
            if _read(folder / ABOUT) != about:
                _clear(folder)
                write_json(folder / ABOUT, about)
            prepare(recipe, data, folder)
        yield data_parallel.from_first(folder)


def _folder_for(wanted: str | None, recipe: str, about: dict[str, Any]) -> Path:
    """The folder of the run called `wanted`, or of one called like the recipe with a number if need be.

    A run of that name that was begun with the same recipe, changes, length and seed is the one to go on with. Raises
    InputError if the wanted name is a model's, is no name, or is that of a run that was begun with something else.
    """
    if wanted is not None:
        folder = paths.runs() / free_name(wanted, Path(wanted))
        if not _is_free_for(about, folder):
            why = "a run of this name was begun with another recipe, change, length or seed"
            raise InputError(f"--name {wanted}", why, f"choose another name, or remove {folder}")
        return folder
    taken = {entry.name for entry in registry.entries()}
    stem = re.sub(r"[^A-Za-z0-9]+", "-", recipe).strip("-")[:48] or "model"
    names = (stem, *(f"{stem}-{number}" for number in range(2, 10_000)))
    folders = (paths.runs() / name for name in names if name not in taken)
    return next(folder for folder in folders if _is_free_for(about, folder))


def _is_free_for(about: dict[str, Any], folder: Path) -> bool:
    """Whether the folder holds no run that has learned anything, or the one that was begun with the same."""
    is_taken = (folder / CHECKPOINT).exists() or folder.name in run_folder.names()
    return not is_taken or _read(folder / ABOUT) == about


def _clear(folder: Path) -> None:
    """Remove what only training needs."""
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.name != "report.json":
            file.unlink()


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def history(folder: Path) -> dict[str, Any] | None:
    """What `write_history` kept, or None if the run is at its beginning."""
    found = _read(folder / HISTORY) if (folder / CHECKPOINT).exists() else None
    return found if isinstance(found, dict) else None


def write_history(folder: Path, document: dict[str, Any]) -> None:
    """Keep curve and samples, so that a run which goes on after a break has all of them."""
    if data_parallel.is_first():
        write_json(folder / HISTORY, document)


def sample(task: Task, prompt: str, tokens: int) -> str:
    """The prompt and how the decoder goes on with it, the same random numbers each time."""
    from tutor.engine.generation import generate
    from tutor.engine.sampling import SamplingOptions

    steps = generate(
        cast("Decoder", task.model),
        task.tokenizer,
        task.tokenizer.encode(prompt).ids,
        tokens=tokens,
        options=SamplingOptions(temperature=0.7),
        seed=task.options.seed,
        candidates=1,
    )
    return prompt + "".join(step.text for step in steps)


def finish(folder: Path, recipe: Recipe, task: Task, report: Any) -> None:
    """Keep the trained model under the run's name among the learner's own, and the run's record.

    What only training needs is removed. Of several processes the first does it, when none needs the files any more.
    """
    data_parallel.wait()
    if not data_parallel.is_first():
        return

    def write(part: Path) -> None:
        save(recipe, task, part)
        shutil.copyfile(folder / "tokenizer.json", part / "tokenizer.json")

    keep(folder.name, write)
    _clear(folder)
    write_report(folder.name, report)

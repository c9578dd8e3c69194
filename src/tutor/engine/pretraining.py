"""From a recipe to a model: its data prepared, its training, its weights as files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol, cast

import torch

from tutor.engine import (
    checkpoint,
    checkpoint_kinds,
    data_parallel,
    decoder_task,
    encoder_task,
    matcher,
    matcher_task,
    painter_task,
    preparation,
    seq2seq_task,
    training_state,
)
from tutor.engine import recipe as recipes
from tutor.engine.recipe import Kind, Recipe
from tutor.engine.task import Task, moved
from tutor.engine.training import Progress, train
from tutor.errors import InputError

CHECKPOINT = "checkpoint.safetensors"
"""The file in a run's folder that the run goes on from."""


class _Prepare(Protocol):
    def __call__(self, recipe: Recipe, data: Path, run: Path) -> None: ...


class _TaskOf(Protocol):
    def __call__(self, recipe: Recipe, run: Path, tokens: int | None) -> Task: ...


_KINDS: dict[Kind, tuple[_Prepare, _TaskOf, Callable[..., None]]] = {
    "decoder": (preparation.prepare, decoder_task.task, checkpoint.save_decoder),
    "encoder": (preparation.prepare, encoder_task.task, checkpoint_kinds.save),
    "seq2seq": (seq2seq_task.prepare, seq2seq_task.task, checkpoint_kinds.save),
    "painter": (painter_task.prepare, painter_task.task, checkpoint.save_decoder),
    "matcher": (matcher_task.prepare, matcher_task.task, matcher.save),
}
"""For each kind of model, what prepares its data, what makes the run, and what saves the weights."""


def pretrain(
    recipe_path: Path,
    data: Path,
    run: Path,
    *,
    tokens: int | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Progress]:
    """Train the recipe's model in the folder `run`, from the beginning or from where it stopped.

    `tokens` shortens or lengthens the run. Data is prepared at the first start. Raises InputError for data that is
    missing or not the recipe's. Started by `torchrun`, the processes share the work.
    """
    recipe = recipes.read(recipe_path)
    data_parallel.join()
    if data_parallel.is_first():
        prepare(recipe, data, run)
    data_parallel.wait()
    yield from follow(task_of(recipe, run, tokens), run, cancelled=cancelled)


def follow(
    task: Task, run: Path, *, device: str = "cpu", cancelled: Callable[[], bool] = lambda: False
) -> Iterator[Progress]:
    """Train the task's model on `device`, with its checkpoint in the folder `run`."""
    task.model.to(device)
    yield from train(
        task.model,
        lambda step: moved(task.batch(step), device),
        task.options,
        learn=task.learn,
        evaluate=task.evaluate,
        checkpoint=run / CHECKPOINT,
        cancelled=cancelled,
    )


def prepare(recipe: Recipe, data: Path, run: Path) -> None:
    """Write the tokenizer and what is learned and watched into `run`; what is already there stays."""
    _KINDS[recipe.kind][0](recipe, data, run)


def task_of(recipe: Recipe, run: Path, tokens: int | None = None) -> Task:
    """The recipe's model with fresh weights and all that its training needs, on what `prepare` wrote into `run`.

    Raises InputError if the recipe does not fit its data.
    """
    return _KINDS[recipe.kind][1](recipe, run, tokens)


def save(recipe: Recipe, task: Task, folder: Path, dtype: torch.dtype = torch.float32) -> None:
    """Write the model in the layout of its kind, without its tokenizer."""
    _KINDS[recipe.kind][2](cast("Any", task.model), folder, dtype)


def export(run: Path, folder: Path) -> None:
    """Write the newest checkpoint of a run of the recipe in `folder` there, in float16, with its tokenizer.

    Raises InputError if the run is of another model.
    """
    recipe = recipes.read(folder / "recipe.toml")
    if not (run / CHECKPOINT).is_file():
        raise InputError(str(run), "there is no checkpoint in it", "name the folder of a run")
    task = task_of(recipe, run)
    training_state.load(run / CHECKPOINT, task.model, [])
    save(recipe, task, folder, torch.float16)
    shutil.copyfile(run / "tokenizer.json", folder / "tokenizer.json")

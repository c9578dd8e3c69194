"""`tutor models add`, `export` and `remove`: what changes the learner's own shelf, or leaves it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tutor.cli.command import reporting
from tutor.cli.documents import print_lines
from tutor.errors import UsageError


def add_model(
    repository: Annotated[str, typer.Argument(metavar="REPO", help="The model's name there: owner/name.")],
    name: Annotated[str | None, typer.Option(help="What it is called here; the last part of REPO at first.")] = None,
    file: Annotated[str | None, typer.Option(help="Which GGUF file, where there are several.")] = None,
) -> None:
    """Download a model from Hugging Face. The only command that downloads anything; it takes the extra hf."""
    with reporting():
        from tutor.engine import own_models, registry

        _progress_on_terminals_only()
        entry = own_models.add(repository, name, file)
        print(f"{entry.name}: {registry.called(entry.kind)}, in {entry.directory}")


def export_model(
    name: Annotated[str, typer.Argument(help="A model's name or path.")],
    folder: Annotated[str, typer.Argument(metavar="DIR", help="The folder to write into.")],
    adapter: Annotated[
        bool, typer.Option("--adapter", help="An adapter alone, not merged into its base.", metavar="")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files in a folder that is not empty.", metavar="")
    ] = False,
) -> None:
    """Write a model as a standard checkpoint: config.json, model.safetensors, tokenizer.json."""
    with reporting():
        from tutor import paths
        from tutor.engine import own_models, registry
        from tutor.views.visible import visible

        files = own_models.export(registry.find(name), paths.typed(folder), force=force, adapter=adapter)
        print_lines(visible(str(file), spaces=False) for file in files)


def remove_model(
    name: Annotated[str, typer.Argument(help="One of your own models.")],
    run: Annotated[bool, typer.Option("--run", help="Remove the run that made it, too.", metavar="")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.", metavar="")] = False,
) -> None:
    """Remove one of your own models. The run that made it stays, unless --run is given."""
    with reporting():
        from tutor.engine import own_models

        folder = own_models.folder_of_own(name)
        if not yes and not _agreed(folder):
            raise typer.Exit(1)
        kept = own_models.remove(name, run=run)
        print(f"{name} is removed." if kept is None else f"{name} is removed; its run stays in {kept}")


def _agreed(folder: Path) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("models remove", "there is nobody to ask", "give --yes to remove it")
    return typer.confirm(f"Remove {folder} for good?", err=True)


def _progress_on_terminals_only() -> None:
    """The library that downloads draws bars on standard error. It is told before it is imported."""
    import os

    if not sys.stderr.isatty():
        os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"

"""Model cards on the command line: measure a model and write its card; measure it again and compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tutor.cli.command import reporting
from tutor.errors import InputError, UsageError

if TYPE_CHECKING:
    from tutor.engine.registry import Entry


def write_card(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="The model's folder, with its recipe.toml.")],
    data: Annotated[str | None, typer.Option(metavar="DIR", help="The folder with the recipe's text.")] = None,
    run: Annotated[
        str | None, typer.Option(metavar="DIR", help="A run's folder, where that text is prepared already.")
    ] = None,
    export: Annotated[
        bool, typer.Option("--export", help="First write the run's newest weights, in float16.", metavar="")
    ] = False,
    log: Annotated[
        list[str] | None, typer.Option(help="What its training left: report.json, or a log. May be repeated.")
    ] = None,
) -> None:
    """For who makes a model: measure it, and write its figures, samples, card and sums into its folder.

    Without --data or --run only what is measured in seconds; other figures stay as they are. In the card, README.md,
    the tables between the marks training, figures and samples are made new, and all other text stays.
    """
    with reporting():
        from tutor import paths
        from tutor.engine.figures import card

        model = paths.typed(folder)
        texts, work = (None if each is None else paths.typed(each) for each in (data, run))
        if not (model / "recipe.toml").is_file():
            raise InputError(folder, "there is no recipe.toml in it", "put the recipe beside the weights")
        if export:
            from tutor.engine import pretraining

            if work is None:
                raise UsageError("--export", "no run is named", "give its folder with --run")
            pretraining.export(work, model)
        card.make(
            model,
            data=texts,
            work=work,
            logs=[paths.typed(each) for each in log or ()],
            seen=lambda figure: print(f"{figure.name}: {figure.value:.4g}", flush=True),
        )


def checked(entry: Entry, data: Path | None, files: bool) -> dict[str, Any]:
    """What is wrong with a model, and how many figures of its card were measured again; none with `files`."""
    from tutor.engine import figures, registry

    problems, count, waiting = registry.check(entry), 0, 0
    has_card = (entry.directory / "recipe.toml").is_file()  # which a GGUF file, or a model from elsewhere, has not
    try:
        kept = figures.read(entry.directory) if has_card and not files and not problems else None
    except InputError as damaged:
        kept, problems = None, [f"{damaged.why}; {damaged.todo}"]
    if kept is not None:
        from tutor.engine.figures import measuring

        names, measured = {figure.name for figure in kept.figures}, []
        try:
            for figure in measuring.measure(entry.directory, kept.samples, data=data):
                measured += [figure] if figure.name in names else []
        except InputError:  # what only some figures need is not installed
            if data is not None:
                raise
        problems = figures.differences(kept.figures, measured)
        count, waiting = len(measured), len(names) - len(measured)
    return {"name": entry.name, "problems": problems, "measured": count, "not_measured": waiting}

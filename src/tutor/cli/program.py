"""The Typer program: one command an experiment, made from its `Inputs`, and the few that are not experiments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import typer

from tutor import __version__, experiments

HOUSEKEEPING = ("models", "lessons", "doctor")
"""Commands that are no experiments; each is a function or a Typer group in a module of `cli` of that name."""


def build(arguments: Sequence[str]) -> typer.Typer:
    """The program, with the whole of the one command that `arguments` asks for.

    The other commands are there by name and summary only, so that no command pays for what it does not use.
    """
    program = typer.Typer(
        name="tutor",
        help="An offline terminal tutor and playground for transformers and language models.\n\n"
        "Without a command, tutor opens the app.",
        no_args_is_help=True,
        rich_markup_mode=None if "--show-completion" in arguments else "rich",
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_enable=False,
    )
    program.callback()(_root)
    wanted = next((word for word in arguments if not word.startswith("-")), "")
    if wanted in experiments.names():
        _add_experiment(program, wanted)
    elif wanted in HOUSEKEEPING:
        _add_housekeeping(program, wanted)
    else:
        _add_all_names(program)
    return program


def _print_version(asked: bool) -> None:
    if asked:
        print(f"tutor {__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """An offline terminal tutor and playground for transformers and language models.

    Without a command, tutor opens the app.
    """


def _add_experiment(program: typer.Typer, name: str) -> None:
    from tutor.cli.command import command_of

    program.command(name, help=_help(name))(command_of(name))


def _help(name: str) -> str:
    """The experiment's docstring with its examples. The line-break mark keeps each example on its line."""
    module = experiments.load(name)
    examples = "\n\n".join(f"  {example}" for example in module.EXAMPLES)
    return f"{(module.__doc__ or '').strip()}\n\nExamples:\n\n{examples}"


def _add_housekeeping(program: typer.Typer, name: str) -> None:
    import importlib

    part = importlib.import_module(f"tutor.cli.{name}").command
    if isinstance(part, typer.Typer):
        program.add_typer(part, name=name)
    else:
        program.command(name)(part)


def _add_all_names(program: typer.Typer) -> None:
    for name in experiments.names():
        topic = getattr(experiments.load(name), "TOPIC", "More")
        program.command(name, help=experiments.summary(name), rich_help_panel=topic)(_stand_in(name))
    for name in HOUSEKEEPING:
        _add_housekeeping(program, name)


def _stand_in(name: str) -> Callable[[], Any]:
    """A command that only lends its name to the list; the real one is added when it is asked for."""

    def command() -> None:
        raise AssertionError(f"{name} was listed, not built")

    return command

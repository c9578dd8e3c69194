"""The Typer program: one command an experiment, made from its `Inputs`, and the few that are not experiments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import typer

from tutor import __version__, experiments

HOUSEKEEPING = ("models", "lessons", "doctor")
"""Commands that are no experiments; each is a function or a Typer group in a module of `cli` of that name."""


TOPICS = (
    "AI and generative AI",
    "Foundation models",
    "Language models",
    "Transformer",
    "Tokens",
    "Embeddings",
    "Positions",
    "Attention",
    "Fine-tuning",
    "Build it yourself",
)
"""The order in which help lists the experiments: that of the lessons."""


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
        False, "--version", callback=_print_version, is_eager=True, help="Print the version.", metavar=""
    ),
) -> None:
    """An offline terminal tutor and playground for transformers and language models.

    Without a command, tutor opens the app.
    """


def _add_experiment(program: typer.Typer, name: str) -> None:
    from tutor.cli.command import command_of

    program.command(name, help=_help(name))(command_of(name))


def _help(name: str) -> str:
    """The experiment's docstring, each paragraph on one line for the help to wrap, and its examples."""
    module = experiments.load(name)
    paragraphs = [" ".join(part.split()) for part in (module.__doc__ or "").split("\n\n")]
    examples = "\n\n".join(f"  {example}" for example in module.EXAMPLES)
    return "\n\n".join([*paragraphs, "Examples:", examples])


def _add_housekeeping(program: typer.Typer, name: str) -> None:
    import importlib

    part = importlib.import_module(f"tutor.cli.{name}").command
    if isinstance(part, typer.Typer):
        program.add_typer(part, name=name, rich_help_panel="Housekeeping")
    else:
        program.command(name, rich_help_panel="Housekeeping")(part)


def _add_all_names(program: typer.Typer) -> None:
    for name in sorted(experiments.names(), key=lambda name: TOPICS.index(experiments.load(name).TOPIC)):
        topic = experiments.load(name).TOPIC
        program.command(name, help=experiments.summary(name), rich_help_panel=topic)(_stand_in(name))
    for name in HOUSEKEEPING:
        _add_housekeeping(program, name)


def _stand_in(name: str) -> Callable[[], Any]:
    """A command that only lends its name to the list; the real one is added when it is asked for."""

    def command() -> None:
        raise AssertionError(f"{name} was listed, not built")

    return command

"""Inputs as a command line and back: presets in lessons, "copy as command" in labs.

`tutor tokenize "Hello" --tokenizer char` is the same thing wherever it stands: in a shell, in a lesson, in the
clipboard. The Typer commands are made from the same descriptions; a test holds the two parsers together.
"""

from __future__ import annotations

import argparse
import shlex
from typing import Any, NoReturn

from tutor.errors import UsageError
from tutor.experiments import load
from tutor.experiments.frame.inputs import Argument, Field, Option, check, fields

_TYPES = {"str": str, "int": int, "float": float, "words": str}


class _Parser(argparse.ArgumentParser):
    """A parser that raises instead of printing and leaving."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"tutor {self.prog}", message, f"see tutor {self.prog} --help")


def parse(line: str) -> tuple[str, Any]:
    """The experiment's name and its inputs from a line such as `tutor tokenize "Hello" --tokenizer char`.

    Raises UsageError if the line is not a command, names no experiment or does not fit it.
    """
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(line, f"not a command line ({error})", "check the quotation marks") from None
    if len(words) < 2 or words[0] != "tutor":
        raise UsageError(line, "not a tutor command", "write: tutor EXPERIMENT …")
    inputs_class = load(words[1]).Inputs
    values = vars(_parser(words[1], inputs_class).parse_args(words[2:]))
    inputs = inputs_class(**{name: tuple(v) if isinstance(v, list) else v for name, v in values.items()})
    check(inputs)
    return words[1], inputs


def _parser(name: str, inputs_class: type) -> _Parser:
    parser = _Parser(prog=name, add_help=False, allow_abbrev=False)
    for field in fields(inputs_class):
        if isinstance(field.spec, Argument):
            _add_argument(parser, field)
        else:
            _add_option(parser, field, field.spec)
    return parser


def _add_argument(parser: _Parser, field: Field) -> None:
    default = None if field.required else field.default
    if field.kind == "words":
        parser.add_argument(field.name, nargs="+" if field.required else "*", default=default)
    else:
        parser.add_argument(
            field.name, type=_TYPES[field.kind], nargs=None if field.required else "?", default=default
        )


def _add_option(parser: _Parser, field: Field, spec: Option) -> None:
    shared: dict[str, Any] = {"dest": field.name, "required": field.required}
    shared["default"] = None if field.required else field.default
    if field.kind == "bool":
        parser.add_argument(field.flag, action=argparse.BooleanOptionalAction, **shared)
    else:
        if field.kind == "words":  # argparse's own "extend" would keep the default in front of what is given
            shared |= {"nargs": 1, "action": _Words}
        parser.add_argument(field.flag, type=_TYPES[field.kind], **shared)


class _Words(argparse.Action):
    """A repeated option: the first one given replaces the default, the others join it."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        given = getattr(namespace, self.dest)
        before = given if isinstance(given, list) else []
        setattr(namespace, self.dest, [*before, *values])


def line(name: str, inputs: Any) -> str:
    """The shortest command line that gives these inputs: values at their default are left out."""
    arguments: list[str] = []
    options: list[str] = []
    for field in fields(type(inputs)):
        value = getattr(inputs, field.name)
        if isinstance(field.spec, Argument):
            arguments += value if field.kind == "words" else [] if value is None else [value]
        elif value is not None and value != field.default:
            options += _flags(field, value)
    # A text that begins with a dash would be read as a flag; after `--` nothing is.
    dashed = ["--"] if any(word.startswith("-") and word != "-" for word in arguments) else []
    words = [*options, *dashed, *arguments] if dashed else [*arguments, *options]
    return shlex.join(["tutor", name, *words])


def _flags(field: Field, value: Any) -> list[str]:
    if field.kind == "bool":
        return [field.flag if value else f"--no-{field.flag[2:]}"]
    values = value if isinstance(value, tuple) else (value,)
    return [word for one in values for word in (field.flag, f"{one}")]

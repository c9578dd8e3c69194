"""A Typer command from an experiment's `Inputs`."""

from __future__ import annotations

import errno
import inspect
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from tutor import experiments
from tutor.cli.completion import completer
from tutor.cli.show import Form, show
from tutor.errors import InputError, TutorError, UsageError
from tutor.experiments.frame.inputs import Argument, Field, Option, fields

_TYPES: dict[str, Any] = {"str": str, "int": int, "float": float, "bool": bool, "words": list[str]}

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
_OF_THE_MACHINE = (*_FULL, errno.EROFS, errno.EACCES, errno.EPERM)
"""A full disk, a folder that takes nothing: no defect of the program, wherever it is met."""

_FORM_OPTIONS: dict[str, tuple[Any, Any, str]] = {
    "json": (bool, False, "One JSON document on standard output."),
    "plain": (bool, False, "The same facts as sentences."),
    "output": (str | None, None, "Write the picture (.svg, .html, .txt) or the record (.json) to this file."),
    "force": (bool, False, "Let --output replace an existing file."),
    "ascii": (bool, False, "Only ASCII characters."),
    "verbose": (bool, False, "Say on standard error where it computed and how long it took."),
}


def command_of(name: str) -> Callable[..., None]:
    """The function that Typer turns into the command `name`; its signature is made from the `Inputs`."""
    inputs_class = experiments.load(name).Inputs
    described = fields(inputs_class)

    def command(**values: Any) -> None:
        form = Form(**{key: values.pop(key) for key in list(values) if key in Form.__dataclass_fields__})
        with reporting():
            filled = _with_standard_input(name, described, values)
            succeeded = show(name, inputs_class(**filled), form)
        if not succeeded:
            raise typer.Exit(1)

    parameters = [_parameter(field) for field in described] + _form_parameters(name)
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


class reporting:  # noqa: N801 - reads as a word in `with reporting():`
    """Turns an expected failure inside its block into one line on standard error and an exit status."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, TutorError):
            print(f"tutor: {error}", file=sys.stderr)
            raise typer.Exit(error.exit_status) from None
        if isinstance(error, KeyboardInterrupt):
            raise typer.Exit(interrupted(str(error))) from None
        if isinstance(error, BrokenPipeError):
            _drop_output()  # the reader has what it wanted
            raise typer.Exit(0) from None
        if isinstance(error, OSError) and error.errno in _OF_THE_MACHINE:
            if error.filename is None:
                _drop_output()
            where, why = str(error.filename or "standard output"), error.strerror or "it cannot be written"
            todo = "free some space or choose another place" if error.errno in _FULL else "choose a place of yours"
            told = InputError(where, why[:1].lower() + why[1:], todo)
            print(f"tutor: {told}", file=sys.stderr)
            raise typer.Exit(told.exit_status) from None


def interrupted(kept: str = "") -> int:
    """Says on standard error that ctrl-C ended the command, and what is left of its work; gives the exit status."""
    print(f"tutor: interrupted; {kept or 'nothing was finished by then'}", file=sys.stderr)
    return 130


def _drop_output() -> None:
    """Python flushes standard output once more when it leaves, and would complain again."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parameter(field: Field) -> inspect.Parameter:
    """A keyword-only parameter; the order is that of the fields."""
    kind: Any = _TYPES[field.kind]
    if isinstance(field.spec, Argument):
        # Absent is allowed here, because standard input may stand in; `_with_standard_input` has the last word.
        described = typer.Argument(help=field.spec.help, metavar=field.spec.metavar or field.name.upper())
        annotation, default = _annotated(kind | None, described), None
    else:
        annotation, default = _annotated(kind | None, _option(field, field.spec)), None
        if field.default is not None and not field.required:
            annotation = _annotated(kind, _option(field, field.spec))
            default = list(field.default) if field.kind == "words" else field.default
    return inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _annotated(kind: Any, description: Any) -> Any:
    return Annotated[kind, description]  # a function, because type checkers take only literal types here


def _option(field: Field, spec: Option) -> Any:
    flag = f"{field.flag}/--no-{field.flag[2:]}" if field.kind == "bool" else field.flag
    shown: dict[str, Any] = {"metavar": _values(field, spec)}
    if spec.source or spec.choices:
        shown["autocompletion"] = completer(spec.source, spec.choices, None if field.required else field.default)
    return typer.Option(flag, help=spec.help, **shown)


def _values(field: Field, spec: Option) -> str | None:
    """What may follow the flag, as help shows it: the choices, the range of a number; None for any word."""
    if field.kind == "bool":
        return ""  # or else help would have it take a value
    if spec.low is not None:
        return f"{spec.low:.15g}..{'' if spec.high is None or spec.high >= 10**6 else f'{spec.high:.15g}'}"
    return "|".join(spec.choices) or None


def _form_parameters(name: str) -> list[inspect.Parameter]:
    options = dict(_FORM_OPTIONS)
    if experiments.is_long(name):
        options["stream"] = (bool, True, "Print as it is made.")
    parameters = []
    for key, (kind, default, text) in options.items():
        flags = ["--stream/--no-stream"] if key == "stream" else [f"--{key}"]
        flags += ["-v"] if key == "verbose" else []
        metavar = "" if kind is bool else "FILE"
        annotation = _annotated(kind, typer.Option(*flags, help=text, metavar=metavar, rich_help_panel="Output"))
        parameters.append(
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        )
    return parameters


def _with_standard_input(name: str, described: tuple[Field, ...], values: dict[str, Any]) -> dict[str, Any]:
    """The values that were given, with standard input where it stands in for an argument."""
    piped_to = next((f for f in described if isinstance(f.spec, Argument) and f.spec.piped), None)
    filled: dict[str, Any] = {}
    for field in described:
        value = values[field.name]
        if field is piped_to and (value in ("-", ["-"]) or (not value and field.required and _is_piped())):
            text = read_standard_input()
            value = text.split() if field.kind == "words" else text
        if value is None or (field.kind == "words" and not value and field.required):
            if field.required:
                raise UsageError(f"tutor {name}", f"{_called(field)} is missing", f"see tutor {name} --help")
            continue
        filled[field.name] = tuple(value) if isinstance(value, list) else value
    return filled


def _called(field: Field) -> str:
    """A field as it stands on the command line."""
    return field.name.upper() if isinstance(field.spec, Argument) else field.flag


def _is_piped() -> bool:
    return not sys.stdin.isatty()


def read_standard_input() -> str:
    """Standard input as text, without the line end that `echo` adds. Raises InputError if it is not UTF-8."""
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("standard input", f"byte {error.start} is not UTF-8", "pipe UTF-8 text into it") from None
    return text.removesuffix("\n").removesuffix("\r")

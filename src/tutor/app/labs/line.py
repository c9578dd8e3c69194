"""Between the one input line of a lab and the arguments of an experiment.

One argument takes the whole line, or its words if it takes many. Several arguments have a bar between them;
where each is a single word, spaces do.
"""

from __future__ import annotations

from typing import Any

from tutor.errors import UsageError
from tutor.experiments.frame.inputs import Argument, Field

LIMIT = 10_000
"""Characters that a lab sends; more is cut off and said so."""
LINE_END = "⏎"
"""How a line end is shown in the one line there is."""
BAR = "|"


def flattened(text: str) -> str:
    """`text` on one line: line ends shown, tabs and other control characters as spaces."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", LINE_END)
    return "".join(" " if ord(character) < 32 or 127 <= ord(character) < 160 else character for character in lines)


def parsed(text: str, arguments: tuple[Field, ...]) -> dict[str, Any]:
    """The value of each argument. Raises UsageError if there are too few or too many."""
    text = text.replace(LINE_END, "\n")
    if len(arguments) == 1:
        (field,) = arguments
        if field.kind == "words":
            return {field.name: tuple(text.split())}
        return {field.name: None if field.optional and not text else text}
    parts = [part.strip() for part in text.split(BAR)] if BAR in text else text.split()
    if len(parts) != len(arguments):
        names = f" {BAR} ".join(metavar(field) for field in arguments)
        raise UsageError(f"{len(parts)} of {len(arguments)}", f"this takes {names}", f"put a {BAR} between them")
    return {
        field.name: tuple(part.split()) if field.kind == "words" else part
        for field, part in zip(arguments, parts, strict=True)
    }


def written(inputs: Any, arguments: tuple[Field, ...]) -> str:
    """The line that gives these arguments."""
    values = [getattr(inputs, field.name) for field in arguments]
    parts = [" ".join(value) if isinstance(value, tuple) else value or "" for value in values]
    between = " " if all(part and not part.split()[1:] for part in parts) else f" {BAR} "
    return flattened(between.join(parts))


def metavar(field: Field) -> str:
    """How an argument is called."""
    assert isinstance(field.spec, Argument)
    return field.spec.metavar or field.name.upper()

"""Between the one input line of a lab and the arguments of an experiment.

One argument takes the whole line, or its words if it takes many. Several arguments have a bar between them;
where each is a single word, spaces do. A last argument that takes many has a bar between these too:
`seven.txt | a seven | a four`.
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
            return {field.name: _parts(text) if BAR in text else tuple(text.split())}
        return {field.name: None if field.optional and not text else text}
    *single, last = arguments
    many = last.kind == "words"
    parts = _parts(text) if BAR in text or many else tuple(text.split())
    if not sum(field.required for field in arguments) <= len(parts) <= (len(parts) if many else len(arguments)):
        names = f" {BAR} ".join(metavar(field) for field in arguments)
        raise UsageError(f"{len(parts)} of {len(arguments)}", f"this takes {names}", f"put a {BAR} between them")
    values = {field.name: part for field, part in zip(single if many else arguments, parts, strict=False)}
    return values | ({last.name: parts[len(single) :]} if many else {})


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in (part.strip() for part in text.split(BAR)) if part)


def written(inputs: Any, arguments: tuple[Field, ...]) -> str:
    """The line that gives these arguments."""
    values = [getattr(inputs, field.name) for field in arguments]
    if len(arguments) == 1 and isinstance(values[0], tuple):
        between = f" {BAR} " if any(word.split()[1:] for word in values[0]) else " "
        return flattened(between.join(values[0]))
    while len(values) > 1 and not values[-1] and not arguments[len(values) - 1].required:
        values.pop()
    parts = [part for value in values for part in (value if isinstance(value, tuple) else (value or "",))]
    phrases = any(isinstance(value, tuple) for value in values)
    spaced = not phrases and all(part and not part.split()[1:] for part in parts)
    return flattened((" " if spaced else f" {BAR} ").join(parts))


def first(text: str) -> str:
    """The first argument of a line that begins with a file."""
    return text.partition(BAR)[0].strip()


def with_first(text: str, argument: str) -> str:
    """The line with another first argument."""
    _, bar, rest = text.partition(BAR)
    return f"{argument} {bar}{rest}" if bar else argument


def metavar(field: Field) -> str:
    """How an argument is called."""
    assert isinstance(field.spec, Argument)
    return field.spec.metavar or field.name.upper()

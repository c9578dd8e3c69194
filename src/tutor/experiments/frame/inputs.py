"""How an experiment describes its inputs, once, for the command line, the labs, the presets and the JSON."""

from __future__ import annotations

import dataclasses
import functools
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from tutor.errors import UsageError


@dataclass(frozen=True)
class Argument:
    """A value that is typed without a flag. Its field is a `str`, or a `tuple[str, ...]` when it takes many."""

    help: str
    """What it is, for help and for the lab's input line."""
    metavar: str = ""
    """How help names it; the field's name in capitals if empty."""
    piped: bool = True
    """Whether `-`, or standard input when it is piped, may stand in for it."""


@dataclass(frozen=True)
class Option:
    """A value with a flag, which is the field's name with dashes (`--top-k`; `-k` for one letter), and a control."""

    help: str
    """What it does, in a few words, with its unit."""
    low: float | None = None
    """The smallest value allowed."""
    high: float | None = None
    """The largest value allowed."""
    step: float = 1
    """How far one press of an arrow key moves a number in the lab."""
    choices: tuple[str, ...] = ()
    """The words allowed; any word if empty."""
    flag: str = ""
    """The flag, where it is not the field's name: `--in` for a field that Python could not name so."""
    source: Literal["", "tokenizer", "model", "run", "classifier"] = ""
    """What the word names, so that shells and labs can offer the names there are."""


Model = Annotated[str, Option("A bundled model, one of yours, or a path to a checkpoint.", source="model")]
Device = Annotated[str, Option("Where to compute; auto takes a GPU if any.", choices=("auto", "cpu", "cuda", "mps"))]
Seed = Annotated[int, Option("The seed of everything random.", low=0, high=2**31 - 1)]

Kind = Literal["str", "int", "float", "bool", "words"]
_KINDS: dict[Any, Kind] = {str: "str", int: "int", float: "float", bool: "bool", tuple: "words"}


@dataclass(frozen=True)
class Field:
    """One field of an `Inputs` class, with what it was annotated with."""

    name: str
    kind: Kind
    optional: bool
    """Whether None is allowed (`int | None`), which means: not given."""
    default: Any
    """`dataclasses.MISSING` when the field has to be given."""
    spec: Argument | Option

    @property
    def required(self) -> bool:
        return self.default is dataclasses.MISSING

    @property
    def flag(self) -> str:
        """How an option is typed."""
        chosen = self.spec.flag if isinstance(self.spec, Option) else ""
        return chosen or ("-" if len(self.name) == 1 else "--") + self.name.replace("_", "-")

    @property
    def label(self) -> str:
        """How an option is called beside its control: its flag as words."""
        return self.flag.lstrip("-").replace("-", " ")


def fields(inputs_class: Any) -> tuple[Field, ...]:
    """The described fields of an `Inputs` class, arguments and options, in their order.

    Raises TypeError for a field that has no description or a type that no command line can carry.
    """
    return _fields(inputs_class)


@functools.cache
def _fields(inputs_class: Any) -> tuple[Field, ...]:
    hints = get_type_hints(inputs_class, include_extras=True)
    return tuple(_field(field, hints[field.name]) for field in dataclasses.fields(inputs_class))


def _field(field: dataclasses.Field[Any], hint: Any) -> Field:
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{field.name} has no Argument or Option in its annotation")
    kind, spec = get_args(hint)[:2]
    members = get_args(kind)
    optional = type(None) in members
    base = next(member for member in members if member is not type(None)) if optional else kind
    return Field(field.name, _KINDS[get_origin(base) or base], optional, field.default, spec)


def check(inputs: Any) -> None:
    """Raise UsageError if a number is out of its range or a word is not one of its choices."""
    for field in fields(type(inputs)):
        value = getattr(inputs, field.name)
        if value is None or not isinstance(field.spec, Option):
            continue
        for one in value if isinstance(value, tuple) else (value,):
            _check_one(field.flag, field.spec, one)


def _check_one(flag: str, spec: Option, value: Any) -> None:
    if spec.choices and value not in spec.choices:
        raise UsageError(f"{flag} {value}", "not one of the choices", f"choose one of: {', '.join(spec.choices)}")
    too_low = spec.low is not None and value < spec.low
    too_high = spec.high is not None and value > spec.high
    # A value that is not finite compares false with everything, so it is asked for by name.
    if too_low or too_high or (isinstance(value, float) and value != value):
        raise UsageError(f"{flag} {value}", "out of range", _allowed(spec.low, spec.high))


def _allowed(low: float | None, high: float | None) -> str:
    """What to give instead of a number that is out of range."""
    if high is None:
        return "give a number" if low is None else f"give {low:,.15g} or more"
    return f"give a value from {low:,.15g} to {high:,.15g}" if low is not None else f"give at most {high:,.15g}"

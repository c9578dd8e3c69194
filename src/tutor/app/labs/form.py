"""What is filled in: a line and option values for each experiment of a lab. No widgets."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping
from typing import Any

from tutor import experiments
from tutor.app.labs import line as line_of
from tutor.app.labs.controls import Setting
from tutor.app.labs.dials import dial_for
from tutor.errors import UsageError
from tutor.experiments.frame import command
from tutor.experiments.frame.inputs import Argument, Field, Option, check, fields

_ALONE = ("context",)
"""Experiments with a line of their own: its word has to stand in the sentences that are their own too."""
_SAME = {"source": "text"}
"""Arguments that hold the same under another name: what cross-attention reads is what is translated."""

Names = Mapping[tuple[str, Any], tuple[str, ...]]
"""The names that each source of an option offers, of the kind of its default."""


class Form:
    """The line and the option values of the experiment at hand; those of the others are kept for later."""

    def __init__(self, experiment: str) -> None:
        self.experiment = experiment
        self.line = ""
        self.highs: dict[str, int] = {}
        """The largest values that make sense for the model at hand, by option."""
        self.values: dict[str, Any] = {}
        self._lines: dict[tuple[str, ...], str] = {}
        self._kept: dict[str, dict[str, Any]] = {}
        self.fill(experiment, example(experiment))

    @property
    def arguments(self) -> tuple[Field, ...]:
        """The fields that the line fills."""
        return tuple(field for field in self._fields if isinstance(field.spec, Argument))

    @property
    def options(self) -> tuple[Field, ...]:
        """The fields that have controls."""
        return tuple(field for field in self._fields if isinstance(field.spec, Option))

    @property
    def _fields(self) -> tuple[Field, ...]:
        return fields(experiments.load(self.experiment).Inputs)

    @property
    def _key(self) -> tuple[str, ...]:
        """Experiments whose arguments are called the same share one line."""
        if self.experiment in _ALONE:
            return (self.experiment,)
        return tuple(_SAME.get(field.name, field.name) for field in self.arguments)

    @property
    def is_blank(self) -> bool:
        """Whether something has to be typed first."""
        return not self.line and any(field.required for field in self.arguments)

    def switch(self, experiment: str) -> None:
        """Go to another experiment: its own values, and the line and values that it has in common with this one."""
        self._lines[self._key] = before = self.line
        self._kept[self.experiment] = self.values
        shared = {_range(field): self.values[field.name] for field in self.options}
        key, self.experiment = self._key, experiment
        start = example(experiment)
        self.values = {f.name: getattr(start, f.name) for f in self.options} | self._kept.get(experiment, {})
        self.values |= {f.name: shared[_range(f)] for f in self.options if _range(f) in shared}
        self.line = self._lines.get(self._key) or line_of.written(start, self.arguments)
        if (key, self._key) == (("text",), ("word",)) and (words := re.findall(r"\w+", before)):
            self.line = words[-1]  # the one that is being typed

    def fill(self, experiment: str, inputs: Any) -> None:
        """Take over inputs as they are."""
        self.experiment = experiment
        self.line = line_of.written(inputs, self.arguments)
        self.values = {field.name: getattr(inputs, field.name) for field in self.options}

    def inputs(self) -> Any:
        """The inputs as filled in. Raises UsageError if they do not fit."""
        typed = line_of.parsed(self.line[: line_of.LIMIT], self.arguments) if self.arguments else {}
        inputs = experiments.load(self.experiment).Inputs(**typed, **self.values)
        check(inputs)
        return inputs

    def set(self, name: str, value: Any) -> None:
        """Set one option; a typed value comes as text."""
        field = next(field for field in self.options if field.name == name)
        if field.kind == "words" and isinstance(value, str):
            value = tuple(part.strip() for part in value.split(line_of.BAR) if part.strip())
        elif field.kind == "str" and field.optional and not value:
            value = None
        self.values[name] = value

    def take(self, values: Mapping[str, Any]) -> None:
        """Set those options that the experiment has: it may be another one by the time that a key comes through."""
        self.values |= {name: value for name, value in values.items() if name in self.values}

    def settings(self, hidden: Collection[str], names: Names) -> list[Setting]:
        """What each control shows."""
        return [
            Setting(
                field.name,
                field.label,
                self.values[field.name],
                dial_for(field, names.get((field.spec.source, field.default), ()), self.highs.get(field.name)),
                field.spec.help,
            )
            for field in self.options
            if field.name not in hidden and isinstance(field.spec, Option)
        ]


def _range(field: Field) -> tuple[Any, ...]:
    """What two options of one name must have in common for a value of one to mean the same in the other."""
    spec = field.spec
    assert isinstance(spec, Option)
    named = (spec.source, field.default) if spec.source else ()  # models of one kind, not of several
    return (field.name, field.kind, field.optional, spec.low, spec.high, spec.choices, *named)


def example(name: str) -> Any:
    """The inputs that a lab opens with: those of the experiment's first example that parses."""
    for text in experiments.load(name).EXAMPLES:
        try:
            words = [word for word in shlex.split(text) if word not in ("--plain", "--json", "--ascii")]
            return command.parse(shlex.join(words))[1]
        except UsageError:
            continue
    inputs_class = experiments.load(name).Inputs
    needed = {field.name: () if field.kind == "words" else "" for field in fields(inputs_class) if field.required}
    return inputs_class(**needed)


def name_of(inputs: Any) -> str:
    """The experiment that some inputs belong to."""
    return type(inputs).__module__.rsplit(".", 1)[1].replace("_", "-")

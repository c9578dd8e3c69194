"""Descriptions of inputs: what is accepted, what is refused, and that every experiment has complete ones."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Annotated

import pytest

from tutor import experiments
from tutor.cli.program import TOPICS
from tutor.errors import UsageError
from tutor.experiments.frame.inputs import Argument, Option, check, fields


@dataclass(frozen=True)
class Sample:
    text: Annotated[str, Argument("Any text.")]
    count: Annotated[int, Option("How many.", low=1, high=5)] = 3
    share: Annotated[float | None, Option("A share.", low=0, high=1)] = None
    kind: Annotated[str, Option("Which.", choices=("a", "b"))] = "a"
    names: Annotated[tuple[str, ...], Option("Some.", flag="--in")] = ()
    k: Annotated[int, Option("How many to show.", low=1)] = 2


def test_fields_carry_kind_default_flag_and_whether_they_are_needed():
    text, count, share, _, names, k = fields(Sample)
    assert (text.kind, text.required) == ("str", True)
    assert (count.kind, count.default, count.flag) == ("int", 3, "--count")
    assert (share.kind, share.optional) == ("float", True)
    assert (names.kind, names.flag) == ("words", "--in")
    assert (k.flag, k.label) == ("-k", "k")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"count": 0}, "--count 0: out of range; give a value from 1 to 5"),
        ({"count": 6}, "from 1 to 5"),
        ({"share": float("nan")}, "--share nan"),
        ({"kind": "c"}, "choose one of: a, b"),
        ({"k": 0}, "-k 0: out of range; give 1 or more"),
    ],
)
def test_a_value_outside_its_description_is_refused(change, says):
    with pytest.raises(UsageError, match=says):
        check(Sample("x", **change))


def test_values_at_the_ends_of_their_range_are_accepted():
    check(Sample("x", count=1, share=1.0))
    check(Sample("x", count=5, share=None))


def test_a_field_without_description_is_a_defect():
    @dataclass(frozen=True)
    class Bare:
        text: str

    with pytest.raises(TypeError, match="text has no Argument or Option"):
        fields(Bare)


@pytest.mark.parametrize("name", experiments.names())
def test_every_experiment_is_complete(name):
    """Registry against files: each module has what `experiments/__init__.py` promises, and a view."""
    from tutor.views import view

    module = experiments.load(name)
    assert module.__doc__ and len(experiments.summary(name)) <= 110
    assert module.TOPIC in TOPICS and module.SCHEMA >= 1 and isinstance(module.NEEDS_TORCH, bool)
    assert len(module.EXAMPLES) >= 2
    assert all(example.startswith(f"tutor {name}") for example in module.EXAMPLES)
    assert hasattr(module, "run") != hasattr(module, "stream")
    assert module.Inputs.__dataclass_params__.frozen and module.Result.__dataclass_params__.frozen
    assert all(field.spec.help for field in fields(module.Inputs))
    assert dataclasses.fields(module.Result)
    assert callable(view(name).picture) and callable(view(name).words)


def test_an_unknown_experiment_names_the_known_ones():
    with pytest.raises(UsageError, match="positions"):
        experiments.load("telepathy")

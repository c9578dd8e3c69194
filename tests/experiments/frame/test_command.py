"""A command line and the inputs it stands for are the same thing, in lessons and in the shell."""

from __future__ import annotations

import dataclasses
import inspect
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor import experiments
from tutor.cli.command import command_of
from tutor.errors import UsageError
from tutor.experiments.frame.command import line, parse
from tutor.experiments.frame.inputs import Argument, Option, fields


def values_for(field):
    """Any value that the field's description allows."""
    spec = field.spec
    if isinstance(spec, Option) and spec.choices:
        one = st.sampled_from(spec.choices)
    elif field.kind == "int":
        one = st.integers(int(spec.low or 0), int(spec.high if spec.high is not None else 1000))
    elif field.kind == "float":
        high = spec.high if spec.high is not None else 10
        one = st.floats(spec.low or 0, high, allow_nan=False)
    elif field.kind == "bool":
        one = st.booleans()
    else:
        text = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1)
        one = text.filter(lambda word: isinstance(spec, Argument) or not word.startswith("-"))
    if field.kind == "words":
        needed = field.required
        one = st.lists(one, min_size=1 if needed or not isinstance(spec, Argument) else 0, max_size=3).map(tuple)
    return one | st.none() if field.optional else one


@pytest.mark.parametrize("name", experiments.names())
def test_inputs_survive_the_way_through_a_command_line(name):
    inputs_class = experiments.load(name).Inputs
    strategies = {field.name: values_for(field) for field in fields(inputs_class)}

    @given(st.fixed_dictionaries(strategies))
    def survives(values):
        inputs = inputs_class(**values)
        assert parse(line(name, inputs)) == (name, inputs)

    survives()


@pytest.mark.parametrize("name", experiments.names())
def test_the_examples_are_commands_of_the_experiment(name):
    for example in experiments.load(name).EXAMPLES:
        command, *_ = example.split("|")[-1:]
        words = [word for word in shlex.split(command) if word not in ("--plain", "--json", "--ascii")]
        assert parse(shlex.join(words))[0] == name


@pytest.mark.parametrize("name", experiments.names())
def test_typer_and_the_preset_parser_know_the_same_options(name):
    described = {field.name: field.default for field in fields(experiments.load(name).Inputs) if not field.required}
    parameters = inspect.signature(command_of(name)).parameters
    assert set(described) <= set(parameters)
    for key, default in described.items():
        shown = parameters[key].default
        assert shown is None or shown == (list(default) if isinstance(default, tuple) else default)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tutor positions --kind 'sinus", "check the quotation marks"),
        ("positions --length 3", "not a tutor command"),
        ("tutor telepathy", "no such experiment"),
        ("tutor positions --length three", "invalid int value"),
        ("tutor positions --length 0", "out of range"),
        ("tutor positions --wat", "unrecognized arguments: --wat"),
    ],
)
def test_a_line_that_does_not_fit_is_refused_in_one_line(text, says):
    with pytest.raises(UsageError, match=says) as refusal:
        parse(text)
    assert "\n" not in str(refusal.value)


def test_defaults_are_left_out_of_the_line():
    inputs = experiments.load("positions").Inputs()
    assert line("positions", inputs) == "tutor positions"
    changed = dataclasses.replace(inputs, kind="rotary", length=8)
    assert line("positions", changed) == "tutor positions --kind rotary --length 8"

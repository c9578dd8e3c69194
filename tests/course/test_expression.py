"""Expressions of lessons: they compute what Python does, and nothing that is not on the white list."""

import contextlib
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tutor.course.expression import Expression, field
from tutor.course.whitelist import FUNCTIONS, ExpressionError


@dataclass(frozen=True)
class Token:
    text: str
    id: int

    def shout(self):
        return self.text.upper()

    @property
    def length(self):
        return len(self.text)


@dataclass(frozen=True)
class Record:
    tokens: tuple[Token, ...]
    matrix: np.ndarray
    score: float | None = None


@dataclass(frozen=True)
class Inputs:
    text: str = "un believ able"
    words: tuple[str, ...] = ("a", "b")


RECORD = Record((Token("un", 4), Token("believ", 9), Token("able", 2)), np.arange(6.0).reshape(2, 3))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("len(result.tokens)", 3),
        ("result.tokens[0].text", "un"),
        ("result.tokens[-1].length", 4),
        ("result.tokens[0].text + '!'", "un!"),
        ("result.matrix[1, 2]", 5.0),
        ("result.matrix.shape", (2, 3)),
        ("result.matrix[0]", [0.0, 1.0, 2.0]),
        ("max(token.id for token in result.tokens)", 9),
        ("sum(token.id for token in result.tokens if token.id > 3)", 13),
        ("any(token.text in inputs.text for token in result.tokens)", True),
        ("all(a <= b for row in [(1, 2), (3, 4)] for a, b in [row])", True),
        ("1 < len(result.tokens) < 3", False),
        ("result.score is None and not inputs.words == ()", True),
        ("'a' in inputs.words or 1 / 0", True),
        ("round(2 / 3, 2) if result.tokens else -1", 0.67),
        ("len(result.tokens[:2])", 2),
        ("min(abs(-3), +4) * 2 - 1", 5),
    ],
)
def test_value(source, value):
    assert Expression(source).value(Inputs(), RECORD) == value


@pytest.mark.parametrize(
    "source",
    [
        "result.__class__",
        "result._tokens",
        "().__class__.__bases__",
        "open('x')",
        "__import__('os')",
        "eval('1')",
        "result.tokens[0].shout()",
        "(lambda: 1)()",
        "[x for x in inputs.words]",
        "{x for x in inputs.words}",
        "{'a': 1}",
        "f'{result}'",
        "len(*[[1]])",
        "max([1], key=len)",
        "(x := 1)",
        "result.tokens; 1",
        "import os",
        "2 ** 9",
        "5 % 2",
        "~1",
        "print",
        "any(_x for _x in inputs.words)",
        "any(len for len in inputs.words)",
        "any(result for result in inputs.words)",
        "any(x.y for x.y in inputs.words)",
        "any(x for a in inputs.words for b in inputs.words for x in b)",
        "b'bytes'",
        "...",
        "",
        "len(result.tokens",
        "1" * 2000,
    ],
)
def test_refused_before_anything_runs(source):
    with pytest.raises(ExpressionError):
        Expression(source)


@pytest.mark.parametrize(
    "source",
    [
        "result.missing",
        "result.tokens[0].shout",
        "inputs.text.upper",
        "result.matrix.tolist",
        "result.tokens[9]",
        "result.score < 1",
        "1 / 0",
        "'a' * 9",
        "[1] * 9",
        "len(5)",
        "result.matrix == 1 and 2",
        "sum(1 for a in inputs.text + inputs.text for b in result.missing)",
    ],
)
def test_does_not_fit_the_record(source):
    with pytest.raises(ExpressionError):
        Expression(source).value(Inputs(), RECORD)


def test_stops_what_takes_too_long():
    many = Inputs(words=tuple("w" * 1000))
    with pytest.raises(ExpressionError, match="steps"):
        Expression("sum(1 for a in inputs.words for b in inputs.words)").value(many, RECORD)


names = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8)


@given(names)
def test_only_listed_functions_are_called(name):
    """Any other name before a bracket is refused, also those that Python has built in."""
    assume(name not in FUNCTIONS and name.isidentifier())
    with pytest.raises(ExpressionError):
        Expression(f"{name}(1)")


@given(
    st.sampled_from(["result", "inputs", "result.tokens[0]", "result.matrix", "inputs.text", "1", "'a'", "None"]),
    names,
)
def test_no_private_attribute(owner, name):
    with pytest.raises(ExpressionError):
        Expression(f"({owner})._{name}")


@given(
    st.sampled_from([*dir(str), *dir(tuple), *dir(np.ndarray), *dir(Token)]),
    st.sampled_from([RECORD.tokens[0], RECORD.tokens, RECORD.matrix, "a", 1]),
)
def test_attributes_are_fields_only(name, owner):
    """Whatever Python finds on the value: only fields, properties of records and three facts of arrays come out."""
    try:
        value = field(owner, name)
    except ExpressionError:
        return
    assert not callable(value) and name in {"text", "id", "length", "shape", "size", "ndim"}


numbers = st.integers(-50, 50).map(str)
arithmetic = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+ - * / < <= == !=".split()), inner).map(
            lambda p: f"({p[0]} {p[1]} {p[2]})"
        ),
        st.tuples(st.sampled_from(["abs", "-", "not "]), inner).map(lambda p: f"({p[0]}({p[1]}))"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} if {p[1]} else {p[2]})"),
    ),
    max_leaves=12,
)


@given(arithmetic)
def test_agrees_with_python(source):
    """On plain arithmetic and logic Python itself is the oracle."""
    try:
        expected = eval(source, {"__builtins__": {"abs": abs}})
    except (ZeroDivisionError, OverflowError):
        with pytest.raises(ExpressionError):
            Expression(source).value(None, None)
        return
    value = Expression(source).value(None, None)
    assert value == expected and type(value) is type(expected)


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_refused(source):
    with contextlib.suppress(ExpressionError):
        Expression(source).value(Inputs(), RECORD)

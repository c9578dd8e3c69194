"""Answers and guesses: what counts as right."""

from dataclasses import dataclass

import pytest

from tutor.course.checks import answer, is_right, shown, task_done
from tutor.course.expression import Expression
from tutor.course.lesson import Heading, Prediction, Preset, Step, Task


@dataclass(frozen=True)
class Box:
    value: object


def prediction(*choices):
    return Prediction("?", Expression("result.value"), choices, 1)


@pytest.mark.parametrize(
    ("value", "choices", "text", "exact"),
    [
        (0.9663, ("0.5", "0.97", "1"), "0.97", "0.966"),
        (4, ("3", "4"), "4", ""),
        (True, ("Yes", "No"), "Yes", ""),
        (False, ("true", "false"), "false", ""),
        (" was", ("was", "is"), "was", ""),
        (("a", "b"), (), "a, b", ""),
        ("new", ("was", "is"), "new", ""),
        (7, ("few", "many"), "7", ""),
        (0.123456, (), "0.123", ""),
        (4.41e-07, ("0", "0.5"), "0", ""),
        (1.0, ("0 %", "100 %"), "100 %", ""),
        (0.3012, ("0 %", "25 %"), "25 %", "30.1 %"),
    ],
)
def test_answer_in_the_words_of_the_choices(value, choices, text, exact):
    live = answer(prediction(*choices), None, Box(value))
    assert (live.text, live.exact) == (text, exact)


@pytest.mark.parametrize(
    ("guess", "live", "right"),
    [
        ("The", "the", True),
        (" was ", "was", True),
        ("'cat'", "cat", True),
        ("cats", "cat", False),
        ("1000", "1024", True),
        ("500", "1024", False),
        ("62 %", "0.618", True),
        ("0,5", "0.5", True),
        ("−3", "-3", True),
        ("nan", "1", False),
        ("some", "12", False),
        ("0", "0.0", True),
    ],
)
def test_free_guesses(guess, live, right):
    assert is_right(prediction(), guess, live) is right


def test_a_choice_must_be_the_one():
    assert not is_right(prediction("1000", "1024"), "1000", "1024")


def test_values_as_a_learner_reads_them():
    assert [shown(value) for value in (True, 0.5, 1e9, [1, 2.5], " a ", None)] == [
        "yes", "0.5", "1000000000.0", "1, 2.5", "a", "None",
    ]  # fmt: skip


def step(task):
    return Step(Heading("try", "a", 1), "", "", None, task, None, (), ())


def test_task_by_expression():
    """Done only by a record that it is true of; a record it does not fit leaves it open."""
    asks = step(Task(Expression("result.value > 3"), ("hint",), None, 1))
    assert task_done(asks, None, "any", None, Box(4))
    assert not task_done(asks, None, "any", None, Box(3))
    assert not task_done(asks, None, "any", None, Box("four"))
    assert not task_done(asks, None, "any", None, object())


def test_task_without_expression_wants_any_change():
    preset = Preset("tutor x", "x", Box(1), 1)
    assert not task_done(step(None), preset, "x", Box(1), None)
    assert task_done(step(None), preset, "x", Box(2), None)
    assert task_done(step(None), preset, "y", Box(1), None)

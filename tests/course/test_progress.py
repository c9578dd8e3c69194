"""Progress survives kills, damage and a second copy of the program."""

import json
import os
from pathlib import Path

import pytest

from tutor.course.lesson import Heading, Outline
from tutor.course.progress import Miss, Progress


@pytest.fixture
def path(tmp_path):
    return tmp_path / "progress.json"


def outline(*titles, minutes=20):
    steps = tuple(Heading("read", title, number) for number, title in enumerate(titles, 5))
    return Outline(Path("01-a.md"), 1, "A", minutes, steps)


def test_nothing_yet(path):
    progress = Progress(path)
    assert not progress.record.done and progress.record.place is None and not progress.trouble
    assert not path.exists()


def test_is_there_after_a_new_start(path):
    first = Progress(path)
    first.visit("01-a", "read: one")
    first.mark_done("01-a", "read: one")
    first.predicted("01-a", "predict: two", Miss("cat", "dog", 80))
    again = Progress(path).record
    assert again.done == {("01-a", "read: one")}
    assert (again.place.lesson, again.place.step) == ("01-a", "read: one")
    assert again.misses == {("01-a", "predict: two"): Miss("cat", "dog", 80)}


def test_a_right_guess_takes_the_miss_away(path):
    progress = Progress(path)
    progress.predicted("a", "s", Miss("x", "y", 10))
    progress.predicted("a", "s", None)
    assert Progress(path).record.misses == {}


def test_two_copies_add_to_each_other(path):
    """What the other copy wrote after this one had read the file is still there when this one writes."""
    one, two = Progress(path), Progress(path)
    one.mark_done("a", "1")
    two.mark_done("a", "2")
    one.predicted("a", "p", Miss("x", "y", 10))
    two.mark_done("b", "3")
    record = Progress(path).record
    assert record.done == {("a", "1"), ("a", "2"), ("b", "3")}
    assert set(record.misses) == {("a", "p")}


def test_a_file_that_went_missing_is_made_anew(path):
    progress = Progress(path)
    progress.mark_done("a", "1")
    path.unlink()
    progress.mark_done("a", "2")
    assert Progress(path).record.done == {("a", "1"), ("a", "2")}


GOOD = {"version": 1, "place": None, "done": {"a": ["1"]}, "misses": []}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        json.dumps({**GOOD, "version": 99}),
        json.dumps({**GOOD, "done": ["a"]}),
        json.dumps({**GOOD, "done": {"a": [1]}}),
        json.dumps({**GOOD, "misses": [{"lesson": "a"}]}),
        json.dumps(
            {**GOOD, "misses": [{"lesson": "a", "step": "b", "guess": "", "answer": "", "sure": float("inf")}]}
        ),
        json.dumps({**GOOD, "place": {"lesson": 1, "step": "x", "time": 0}}),
        json.dumps({**GOOD, "place": ["a"]}),
    ],
)
def test_a_damaged_file_is_kept_and_reported(path, text):
    path.write_text(text, encoding="utf-8")
    progress = Progress(path)
    assert "damaged" in progress.trouble and not progress.record.done
    assert path.with_name("progress.json.damaged").read_text(encoding="utf-8") == text
    progress.mark_done("a", "1")
    assert Progress(path).record.done == {("a", "1")}


def test_what_was_set_aside_before_is_kept_too(path):
    for text in ("{", "[" * 100_000):
        path.write_text(text, encoding="utf-8")
        assert "damaged" in Progress(path).trouble
    kept = [path.with_name(f"progress.json.damaged{end}").read_text(encoding="utf-8") for end in ("", "-2")]
    assert kept == ["{", "[" * 100_000]


def test_binary_rubbish(path):
    path.write_bytes(b"\xff\xfe\x00rubbish")
    assert "damaged" in Progress(path).trouble


@pytest.mark.skipif(os.name == "nt", reason="a folder in the way of a file is another error there")
def test_a_place_that_cannot_be_written_is_said_and_not_raised(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    progress = Progress(blocked / "progress.json")
    progress.mark_done("a", "1")
    assert "progress cannot be" in progress.trouble
    assert ("a", "1") in progress.record.done


def test_time_left(path):
    progress = Progress(path)
    lesson = outline("one", "two", "three", "four")
    assert progress.record.minutes_left(lesson) == 20
    progress.mark_done("01-a", "read: one")
    assert progress.record.minutes_left(lesson) == 15
    for step in lesson.steps:
        progress.mark_done("01-a", step.key)
    assert progress.record.minutes_left(lesson) == 0 and progress.record.is_done(lesson)
    progress.mark_done("01-a", "read: of an older edition")
    assert progress.record.steps_done(lesson) == 4


def test_a_short_rest_is_still_a_minute(path):
    progress = Progress(path)
    lesson = outline(*"abcdefghij", minutes=2)
    for step in lesson.steps[:-1]:
        progress.mark_done("01-a", step.key)
    assert progress.record.minutes_left(lesson) == 1

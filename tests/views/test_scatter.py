"""The scatter, read back from the characters it was drawn with."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from tutor.views.ascii import Ascii
from tutor.views.scatter import Dot, Scatter

NAMES = [
    f"{first}{second}{'z' * (index % 9)}q"
    for index, (first, second) in enumerate((a, b) for a in "lmnp" for b in "ghijk")
]
"""Labels of several lengths, none of which is a part of another one or of the words beneath a picture."""


def drawn(scatter, width=60, ascii_only=False):
    console = Console(file=io.StringIO(), width=width, height=40, color_system=None)
    with console.capture() as capture:
        console.print(Ascii(scatter) if ascii_only else scatter)
    return capture.get().splitlines()


def test_places_are_right():
    """Three corners of a square and its centre: 21 columns wide and 11 lines tall, since a cell is twice as tall."""
    dots = [Dot("a1", 0, 0), Dot("b2", 1, 0), Dot("c3", 0, 1), Dot("d4", 0.5, 0.5)]
    lines = drawn(Scatter(dots, height=11), width=80)
    marks = [(row, column) for row, line in enumerate(lines) for column, sign in enumerate(line) if sign == "●"]
    left = marks[0][1]
    assert marks == [(0, left), (5, left + 10), (10, left), (10, left + 20)]
    assert lines[0][left:] == "● c3"
    assert lines[5][left + 10 :] == "● d4"


def test_strong_dots_have_full_marks():
    lines = drawn(Scatter([Dot("asked", 0, 0), Dot("brought", 1, 1, strong=False)]))
    assert "● asked" in "".join(lines)
    assert re.search(r"○ brought|brought ○", "".join(lines))
    ascii_lines = "".join(drawn(Scatter([Dot("asked", 0, 0), Dot("brought", 1, 1, strong=False)]), ascii_only=True))
    assert "* asked" in ascii_lines
    assert re.search(r"\+ brought|brought \+", ascii_lines)


def test_dots_in_one_place_share_a_mark_and_are_listed():
    lines = drawn(Scatter([Dot("one", 0, 0), Dot("two", 0, 0), Dot("far", 1, 1)]))
    assert "".join(lines).count("●") == 2
    assert lines[-1] == "in one place: one, two"


def test_a_dot_without_room_gets_a_letter():
    """In a row of neighbours the middle ones have no room on either side, and only one line."""
    dots = [Dot(f"label{index}", index, 0) for index in range(12)]
    lines = drawn(Scatter(dots, height=1), width=24)
    text = "\n".join(lines)
    assert all(dot.label in text for dot in dots)
    letters = re.findall(r"(\w) label\d+", "\n".join(lines[1:]))
    assert letters
    assert all(letter in lines[0] for letter in letters)


def test_notes_stand_beneath():
    assert drawn(Scatter([Dot("a", 0, 0)], notes=["the first", "the second"]))[-2:] == ["the first", "the second"]


@given(
    places=st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=1, max_size=20),
    width=st.integers(20, 100),
    height=st.integers(4, 25),
    ascii_only=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_labels_never_overlap_and_none_is_lost(places, width, height, ascii_only):
    """Each label is in the picture or beneath it exactly once, whole, with blanks or marks around it."""
    dots = [Dot(name, x, y) for name, (x, y) in zip(NAMES, places, strict=False)]
    lines = drawn(Scatter(dots, height=height), width, ascii_only)
    picture, beneath = lines[:height], "\n".join(lines[height:])
    assert all(cell_len(line) <= width for line in lines)
    listed = re.findall(r"\w+q", beneath)
    # Marks that stand side by side look like a short word; names are longer and end in q.
    shown = [word for line in picture for word in re.findall(r"[a-z]{2,}q", line)]
    in_one_place = {
        word
        for group in re.findall(r"in one place: ([^\n]*(?:\n[^\n]+)*)", beneath)
        for word in re.findall(r"\w+q", group)
    }
    for dot in dots:
        assert (dot.label in shown) or (dot.label in listed)
        assert shown.count(dot.label) <= 1
        assert not (dot.label in shown and dot.label in listed and dot.label not in in_one_place)
    assert set(shown) <= {dot.label for dot in dots}
    for line in picture:  # nothing but labels, letters and marks, each with a blank beside it or a mark
        for label in re.findall(r"[a-z]{2,}q", line):
            around = re.search(rf"(.?){label}(.?)", line)
            assert around is not None
            assert all(character in ("", " ", "●", "*") or not character.isalpha() for character in around.groups())


@pytest.mark.parametrize("width", [1, 5, 12])
def test_a_narrow_terminal(width):
    lines = drawn(Scatter([Dot("king", 0, 0), Dot("queen", 1, 1)], height=5), width)
    assert all(cell_len(line) <= width for line in lines)


def test_nothing_to_draw():
    assert drawn(Scatter([], height=3)) == ["", "", ""]


def test_the_picture_fits_a_short_screen():
    dots = [Dot(name, index % 5, index // 5) for index, name in enumerate(NAMES)]
    console = Console(file=io.StringIO(), width=100, height=12, color_system=None)
    with console.capture() as capture:
        console.print(Scatter(dots, notes=["one line"]))
    assert len(capture.get().splitlines()) <= 12

"""What the user is told is one line that no character of the input can turn around or break."""

import pytest

from tutor.errors import InputError


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\u200f", "\x1b", "\x9b", "\u2028", "\x00"])
def test_marks_that_steer_the_line_are_told_as_their_number(mark):
    said = str(InputError(f"a{mark}b", "no such word", "type another"))
    assert said == f"a<U+{ord(mark):04X}>b: no such word; type another"


def test_it_is_one_line():
    assert str(InputError("a\nb", "c\td", "e")) == "a b: c d; e"


def test_writing_from_right_to_left_stays():
    assert "שלום" in str(InputError("שלום", "no such word", "type another"))

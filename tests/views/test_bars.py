"""Bars: their lengths are the values, whatever the width, and labels and numbers are all there."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from tutor.views.ascii import Ascii
from tutor.views.bars import Bar, Bars

EIGHTHS = " ▏▎▍▌▋▊▉█"


def drawn(bars, width=60, ascii_only=False):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    with console.capture() as capture:
        console.print(Ascii(bars) if ascii_only else bars)
    return capture.get().splitlines()


def eighths(line):
    return sum(EIGHTHS.index(character) for character in line if character in EIGHTHS)


def test_known_bars():
    """A label of 3, a bar of 48 at most, a number of 5: half of 48 cells is 24."""
    lines = drawn(Bars([Bar("cat", 1.0), Bar("it", 0.5), Bar("a", 0.0)]), width=80)
    assert lines == [
        "cat " + "█" * 48 + " 1.000",
        "it  " + "█" * 24 + " " * 24 + " 0.500",
        "a   " + " " * 48 + " 0.000",
    ]
    assert drawn(Bars([Bar("cat", 0.5)], high=1.0), width=24, ascii_only=True) == ["cat #######        0.500"]


@pytest.mark.parametrize(
    ("width", "row"),
    [
        (60, "cat " + "█" * 22 + " 0.500  one in 350, expected 'was'"),
        (40, "cat " + "█" * 8 + " 0.500  one in 350, expecte…"),
        (36, "cat " + "█" * 8 + " 0.500  one in 350, exp…"),
        (35, "cat " + "█" * 25 + " 0.500"),
    ],
)
def test_a_long_remark_is_cut_before_it_is_left_out(width, row):
    """The bar keeps eight cells; of the remark there are sixteen at least, or none."""
    (line,) = drawn(Bars([Bar("cat", 0.5, "one in 350, expected 'was'")]), width=width)
    assert line == row


def test_percentages_and_units():
    assert drawn(Bars([Bar("a", 0.5234), Bar("b", 0.0021)], unit="%"))[1].endswith("  0.2 %")
    assert drawn(Bars([Bar("a", 12.34)], unit="ms"))[0].endswith(" 12.3 ms")
    assert drawn(Bars([Bar("a", 8.4523), Bar("b", 0.0312)], unit="bits"))[1].endswith(" 0.03 bits")
    assert drawn(Bars([Bar("a", 1234.4)], unit="tokens"))[0].endswith(" 1234 tokens")


def test_a_remark_stands_behind_its_number_where_there_is_room():
    bars = Bars([Bar("king", 0.9, "went in"), Bar("queen", 0.8)])
    assert drawn(bars)[0].endswith("0.900  went in")
    assert all(len(line) <= 16 for line in drawn(bars, width=16))


def test_bars_beside_others_with_remarks_are_drawn_to_their_scale():
    """Without it the shorter of two bars could be the larger value."""
    others = drawn(Bars([Bar("king", 0.9, "+3.1 points")], high=1.0))
    same = drawn(Bars([Bar("king", 0.9)], high=1.0, remarks=len("+3.1 points")))
    assert eighths(same[0]) == eighths(others[0]) < eighths(drawn(Bars([Bar("king", 0.9)], high=1.0))[0])


def test_little_is_not_nothing_and_nothing_has_no_bar():
    lines = drawn(Bars([Bar("a", 1.0), Bar("b", 1e-9), Bar("c", 0.0), Bar("d", -1.0)]))
    assert [eighths(line) > 0 for line in lines] == [True, True, False, False]
    assert lines[3].endswith("-1.000")
    assert eighths(drawn(Bars([Bar("x", -2.0), Bar("y", -1.0)]))[0]) == 0


def test_labels_that_would_break_the_picture():
    lines = drawn(Bars([Bar("\n", 0.5), Bar("x" * 200, 0.5), Bar("日本", 0.5), Bar("ice cream", 0.5)]))
    assert len(lines) == 4
    assert lines[0].startswith("⏎")
    assert "x…" in lines[1]
    assert lines[3].startswith("ice cream")
    assert len({cell_len(line) for line in lines}) == 1


@given(
    values=st.lists(st.floats(-1e3, 1e6, allow_nan=False, allow_subnormal=False), min_size=1, max_size=12),
    width=st.integers(16, 100),
)
@settings(max_examples=150, deadline=None)
def test_lengths_are_in_the_order_of_the_values(values, width):
    lines = drawn(Bars([Bar("label", value) for value in values]), width)
    lengths = [eighths(line.removeprefix("label")) for line in lines]
    for value, length, line in zip(values, lengths, lines, strict=True):
        assert cell_len(line) <= width
        assert (length > 0) == (value > 0)
    in_order = [length for _, length in sorted(zip(values, lengths, strict=True))]
    assert in_order == sorted(in_order)


@pytest.mark.parametrize("width", [1, 5, 10, 200])
def test_any_width(width):
    assert len(drawn(Bars([Bar("a", 0.5)]), width)) >= 1
    assert drawn(Bars([]), width) == []

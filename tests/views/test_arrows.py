"""Arrows: each as long as its weight, and nothing of what it says is cut."""

import io

import pytest
from rich.console import Console

from tutor.views.arrows import Arrow, Arrows


def drawn(picture, width):
    console = Console(width=width, file=io.StringIO(), color_system=None, legacy_windows=False)
    console.print(picture)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [44, 56, 76, 100])
def test_notes_are_whole_on_one_line_each(width):
    """`layer 4, head 7` behind a long word has its number, also in the narrow pane beside a lesson."""
    arrows = [Arrow("because", 1.0, f"layer 4, head {head}") for head in range(3)]
    lines = drawn(Arrows("it", arrows), width)
    assert [line.rstrip()[-15:] for line in lines] == [arrow.note for arrow in arrows]
    assert all(len(line) <= width for line in lines)


def test_the_longest_arrow_fills_the_width_and_half_the_weight_is_half_as_long():
    full, half = drawn(Arrows("it", [Arrow("a", 1.0), Arrow("b", 0.5)]), 60)
    assert len(full) <= 60 and abs(full.count("━") - 2 * half.count("━")) <= 1

"""Lines on two axes: where the dots are, what the axes say, and that nothing is too small or too flat to draw."""

from __future__ import annotations

import pytest

from tutor.views.curve import Curve, Series
from tutor.views.export import export


def drawn(curve, width=40, ascii_only=True):
    return export(curve, ".txt", "curve", ascii_only=ascii_only, width=width).splitlines()


def test_a_falling_line_starts_at_the_top_left_and_ends_at_the_bottom_right():
    lines = drawn(Curve([Series("loss", [(0, 4.0), (10, 1.0)])], x="step", height=6))
    plot = [line.partition("|")[2] for line in lines[:6]]
    assert plot[0].startswith("*") and plot[-1].rstrip().endswith("*")
    assert len(plot[-1].rstrip()) == 40 - len(lines[0].partition("|")[0]) - 1
    assert plot[0].count("*") + plot[-1].count("*") < sum(row.count("*") for row in plot)


def test_axes_name_their_ends_and_the_legend_each_line():
    lines = drawn(Curve([Series("a", [(0, 4.0), (10, 1.0)]), Series("b", [(0, 2.0)])], x="step", y="nats", height=5))
    assert lines[0].lstrip().startswith("4.0 |") and lines[4].lstrip().startswith("1.0 |")
    assert lines[5].split() == ["0", "10", "step"]
    assert lines[6].split() == ["*", "a", "o", "b", "nats"]


@pytest.mark.parametrize("points", [[], [(1, 1)], [(0, 2), (5, 2)], [(3, 1), (3, 9)]])
@pytest.mark.parametrize("width", [1, 8, 200])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_any_points_at_any_width_are_drawn(points, width, ascii_only):
    lines = drawn(Curve([Series("x", points)], height=3), width, ascii_only)
    assert len(lines) >= 1


def test_dots_are_braille_unless_ascii_is_asked_for():
    lines = drawn(Curve([Series("x", [(0, 0), (1, 1)])], height=3), ascii_only=False)
    assert any("\u2800" < letter <= "\u28ff" for line in lines for letter in line)

"""Heat maps, thumbnails and arrows, drawn to text and read back."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, RenderableType

from tutor.views.arrows import Arrow, Arrows
from tutor.views.ascii import Ascii
from tutor.views.heatmap import Heatmap
from tutor.views.pooling import pooled
from tutor.views.thumbnails import Thumbnails


def draw(picture: RenderableType, width: int = 60, colour: str | None = None) -> str:
    console = Console(
        file=io.StringIO(), width=width, color_system=colour, force_terminal=colour is not None, legacy_windows=False
    )  # type: ignore[arg-type]
    with console.capture() as captured:
        console.print(picture)
    return captured.get()


def lines(picture: RenderableType, width: int = 60) -> list[str]:
    return draw(picture, width).splitlines()


def test_cells_are_shaded_by_their_value() -> None:
    drawn = lines(Heatmap(np.array([[0.0, 1.0], [0.5, 0.2]]), rows=("a", "b"), columns=("x", "y")))
    assert drawn[1].split() == ["a", "██"]
    assert drawn[2].split() == ["b", "▒▒░░"]


def test_numbers_are_written_where_they_fit() -> None:
    drawn = draw(Heatmap(np.array([[0.25, 1.0]]), numbers=True))
    assert "0.25 1.00" in drawn
    narrow = draw(Heatmap(np.full((1, 12), 0.25), numbers=True), width=12 * 4 + 2)
    assert ".25" in narrow and "0.25" not in narrow


def test_a_cell_that_is_not_a_number_is_blank() -> None:
    (row, _) = lines(Heatmap(np.array([[np.nan, 1.0]])))
    assert row.rstrip() == "    ██"


def test_the_marked_row_has_a_pointer() -> None:
    drawn = lines(Heatmap(np.eye(2), rows=("a", "b"), mark=1))
    assert drawn[0].startswith(" a") and drawn[1].startswith("▸b")


def test_a_matrix_that_is_too_wide_says_what_was_done() -> None:
    drawn = lines(Heatmap(np.eye(256), square=True, pooling="largest"), width=42)
    assert len(drawn) == 20 + 3
    assert [row.strip() for row in drawn[-2:]] == ["256 x 256 shown as 20 x 40,", "the largest of each block"]
    assert all("█" in row for row in drawn[:20])  # the diagonal does not drown in its blocks


def test_wide_characters_keep_columns_in_place() -> None:
    drawn = lines(Heatmap(np.ones((2, 2)), rows=("猫", "ab"), columns=("日本", "x")))
    assert {cell_len(row) for row in drawn[1:3]} == {1 + 2 + 1 + 2 * 5}
    assert len({cell_len(row.split("█")[0]) for row in drawn[1:3]}) == 1


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 70), st.integers(1, 70), st.integers(20, 120), st.booleans())
def test_no_line_is_wider_than_the_room(rows: int, columns: int, width: int, labels: bool) -> None:
    values = np.linspace(0, 1, rows * columns).reshape(rows, columns)
    names = ([f"row {i}" for i in range(rows)], [f"column {i}" for i in range(columns)]) if labels else ((), ())
    for line in lines(Heatmap(values, *names), width):
        assert cell_len(line) <= width


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(["mean", "largest"]))
def test_pooling_keeps_the_mean_or_the_largest(length: int, size: int, pooling: str) -> None:
    values = np.random.default_rng(length).random((2, length))
    small = pooled(values, size, 1, pooling)  # type: ignore[arg-type]
    assert small.shape == (2, min(length, size))
    if pooling == "largest":
        np.testing.assert_array_equal(small.max(1), values.max(1))
    elif length % size == 0:
        np.testing.assert_allclose(small.mean(1), values.mean(1))


def test_pooling_leaves_out_what_is_not_a_number() -> None:
    values = np.array([[np.nan, 2.0, np.nan, np.nan]])
    for pooling in ("mean", "largest"):
        np.testing.assert_array_equal(pooled(values, 2, 1, pooling), [[2.0, np.nan]])  # type: ignore[arg-type]


def thumbnails(layers: int = 2, heads: int = 3, T: int = 6) -> Thumbnails:
    matrices = np.broadcast_to(np.eye(T), (layers, heads, T, T))
    return Thumbnails(matrices, [f"layer {n}" for n in range(layers)], [f"head {n}" for n in range(heads)])


def test_thumbnails_show_each_diagonal_two_rows_a_line() -> None:
    drawn = lines(thumbnails(), width=8 + 3 * 7)
    assert drawn[0].split() == "head 0 head 1 head 2".split()
    assert drawn[1] == "layer 0 ██     ██     ██     "
    assert drawn[3] == "            ██     ██     ██ "
    assert drawn[4].startswith("layer 1")


def test_thumbnails_that_do_not_fit_go_on_below() -> None:
    drawn = lines(thumbnails(heads=12), width=60)
    assert sum("head 0" in line for line in drawn) == 1
    assert any(line.split() == [*"head 6 head 7 head 8 head 9 head 10 head 11".split()] for line in drawn)
    assert all(cell_len(line) <= 60 for line in drawn)


def test_thumbnails_in_colour_use_half_blocks() -> None:
    coloured = draw(thumbnails(), colour="truecolor")
    assert "▀" in coloured and "\x1b[38;2;" in coloured


def test_a_large_pattern_is_pooled_to_its_largest_values() -> None:
    drawn = lines(thumbnails(1, 1, 200), width=20)
    assert sum("█" in line for line in drawn[1:-1]) == len(drawn) - 2


def test_an_arrow_is_as_long_as_its_weight() -> None:
    first, second = lines(Arrows("it", [Arrow("cat", 1.0), Arrow("dog", 0.5)]))
    assert second.count("━") == pytest.approx(first.count("━") / 2, abs=1)
    assert first.startswith("it ┬") and first.endswith("cat  1.00")
    assert second.startswith("   └")


def test_arrows_in_ascii() -> None:
    drawn = draw(Ascii(Arrows("it", [Arrow("cat", 0.9, "head 2"), Arrow("é", 0.05)])))
    assert drawn.isascii()
    assert "=> cat  0.90  head 2" in drawn and "-> e  0.05" in drawn


def test_every_picture_can_be_drawn_in_ascii() -> None:
    for picture in (Heatmap(np.eye(4), rows="abcd", mark=1), thumbnails()):
        assert draw(Ascii(picture)).isascii()

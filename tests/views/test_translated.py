"""The part of a large table that is shown closer: around its marked row and what that looks at most."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.views.heatmap import Heatmap
from tutor.views.translated_tables import SMALLEST, part


@settings(max_examples=40)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 39), st.integers(0, 3), st.integers(0, 99))
def test_a_part_has_the_marked_row_and_its_largest_value(
    rows: int, columns: int, mark: int, zoom: int, seed: int
) -> None:
    mark %= rows
    values = np.random.default_rng(seed).random((rows, columns))
    whole = Heatmap(values, [f"r{n}" for n in range(rows)], [f"c{n}" for n in range(columns)], mark=mark)
    shown, first = part(whole, zoom)
    assert shown.mark is not None and first + shown.mark == mark and shown.rows[shown.mark] == f"r{mark}"
    assert f"c{values[mark].argmax()}" in shown.columns and shown.values.shape == (
        len(shown.rows),
        len(shown.columns),
    )
    assert shown.values[shown.mark].max() == values[mark].max()
    for size, count in zip(shown.values.shape, values.shape, strict=True):
        assert size == min(max(count >> zoom, SMALLEST), count)

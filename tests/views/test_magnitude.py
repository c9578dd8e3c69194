"""Counts and sizes in three digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.views.magnitude import rounded


@pytest.mark.parametrize(
    "number, shown",
    [(0, "0 "), (999, "999 "), (1000, "1.00 k"), (12345, "12.3 k"), (999_499, "999 k"), (999_999, "1.00 M"),
     (5_780_000, "5.78 M"), (123_456_789, "123 M"), (6_738_415_616, "6.74 G"), (2e12, "2.00 T")],
)  # fmt: skip
def test_known_numbers(number: float, shown: str) -> None:
    assert rounded(number) == shown


@given(st.integers(1000, 10**20))
def test_what_is_shown_is_within_half_a_percent(number: int) -> None:
    digits, prefix = rounded(number).split()
    assert len(digits.replace(".", "")) == 3
    assert float(digits) * 1000 ** (" kMGTPE".index(prefix)) == pytest.approx(number, rel=0.0051)

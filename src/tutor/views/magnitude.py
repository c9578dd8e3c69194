"""Counts and sizes as a reader takes them in."""

from __future__ import annotations

import math


def rounded(number: float) -> str:
    """A large number in three digits with its prefix: 124439808 is `124 M`."""
    power = min(max(math.floor(math.log10(max(number, 1)) / 3 + 1e-9), 0), 6)
    value = float(f"{number / 1000**power:.3g}")
    if value >= 1000 and power < 6:  # 999,999 rounds to 1000 k
        power, value = power + 1, value / 1000
    digits = max(2 - math.floor(math.log10(max(value, 1))), 0) if power else 0
    return f"{value:,.{digits}f} {'kMGTPE'[power - 1]}" if power else f"{value:.0f} "

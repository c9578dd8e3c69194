"""Numbers with labels as horizontal bars: probabilities of next words, similarities of neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

from tutor.views import palette
from tutor.views.visible import visible

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_DIM = Style(dim=True)
_WIDEST = 48
"""Cells of the longest bar: longer ones say no more and part the label from its number."""

_SHORTEST, _REMARK = 8, 16
"""Cells of a bar that a remark leaves, and of a remark that was cut."""


@dataclass(frozen=True)
class Bar:
    """One row: what it is, how much, and a remark behind the number."""

    label: str
    value: float
    note: str = ""


@dataclass(frozen=True)
class Bars:
    """Rows of label, bar and number, to the width at hand; a value below zero has no bar, only its number."""

    rows: Sequence[Bar]
    high: float | None = None
    """The value of a full bar; the largest one if None."""
    unit: str = ""
    """`%` writes the values, which are then shares of one, as per cent; any other stands behind each number."""
    remarks: int = 0
    """Cells that remarks have at least: bars beside others of the same `high` are then drawn to the same scale."""

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(24, options.max_width), options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        if not self.rows:
            return
        labels = [visible(row.label, spaces=False) for row in self.rows]
        shared = [self.high] if self.remarks and self.high else []
        numbers = _numbers([*(row.value for row in self.rows), *shared], self.unit)
        gutter = min(max(map(cell_len, labels)), max(options.max_width // 3, 1))
        taken = gutter + 1 + 1 + max(map(len, numbers))
        taken += self._remarks(options.max_width - taken)
        length = min(max(options.max_width - taken, 1), _WIDEST)
        high = self.high or max(0.0, *(row.value for row in self.rows)) or 1.0
        for row, label, number in zip(self.rows, labels, numbers[: len(self.rows)], strict=True):
            share = min(max(row.value / high, 0.0), 1.0)
            yield Segment(_fitted(label, gutter, options.ascii_only) + " ")
            yield Segment(_bar(share, length, options.ascii_only), Style(color=palette.hexadecimal(_tint(share))))
            yield Segment(" " + number.rjust(max(map(len, numbers))))
            room = options.max_width - (gutter + 1 + length + 1 + max(map(len, numbers))) - 2
            if row.note and room >= 4:
                yield Segment("  " + _fitted(row.note, min(room, cell_len(row.note)), options.ascii_only), _DIM)
            yield Segment.line()

    def _remarks(self, room: int) -> int:
        """Columns of `room` for remarks: long ones are cut, and left out where what is left of them says nothing."""
        longest = max(self.remarks, *(cell_len(row.note) for row in self.rows))
        fitting = min(longest, room - 2 - _SHORTEST)
        return fitting + 2 if longest and (fitting == longest or fitting >= _REMARK) else 0


def _tint(share: float) -> float:
    """The upper part of the scale: its dark end would not show on a dark terminal."""
    return 0.45 + 0.35 * share


def _bar(share: float, length: int, ascii_only: bool) -> str:
    """`length` cells, filled to `share` in steps of an eighth of a cell; anything above zero shows."""
    if ascii_only:
        return ("#" * max(round(share * length), share > 0)).ljust(length)
    eighths = max(round(share * length * 8), 1 if share > 0 else 0)
    full, part = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[part] if part else "")).ljust(length)


def _decimals(largest: float, per_cent: bool) -> int:
    """How many decimals give the largest number three digits; shares of one and per cents have fewer before them."""
    if largest >= 100 and not per_cent:
        return 0
    if largest >= 10:
        return 1
    return 2 if largest > 1 or per_cent else 3


def _numbers(values: Sequence[float], unit: str) -> list[str]:
    """The values with equal decimals: as many as the largest needs to show three digits."""
    scale, sign = (100.0, " %") if unit == "%" else (1.0, f" {unit}".rstrip())
    largest = max(abs(value) * scale for value in values)
    decimals = _decimals(largest, unit == "%")
    written = [f"{value * scale:.{decimals}f}{sign}" for value in values]
    if unit != "%":
        return written
    # What is possible is not written as nothing.
    tiny = f"{0:.{decimals}f}{sign}"
    least = f"<{10**-decimals:.{decimals}f}{sign}"
    return [least if value > 0 and text == tiny else text for value, text in zip(values, written, strict=True)]


def _fitted(text: str, width: int, ascii_only: bool) -> str:
    """`text` in exactly `width` cells; what is cut off is marked."""
    if cell_len(text) > width > 1:
        return set_cell_size(text, width - 1) + ("~" if ascii_only else "…")
    return set_cell_size(text, width)

"""A tall matrix in half the lines: two rows to a line of the screen, one above the other in each character."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

from tutor.views import palette
from tutor.views.heatmap import SCALE, is_shaded, legend, remark
from tutor.views.pooling import pooled

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DIM = Style(dim=True)


@dataclass(frozen=True)
class Halves:
    """`values` (rows × columns) with the number of the upper row beside each line.

    Where colours are missing a line shows the mean of its two rows, because no character has two shades. What is
    larger than `height` lines or the width is made smaller block by block.
    """

    values: NDArray[Any]
    height: int
    """The most lines to use for cells."""
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    """What the values are, for the legend."""

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(20, options.max_width), options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        length = len(self.values)
        gutter = len(str(length - 1)) + 1
        shaded = is_shaded(console, options)
        lines = max(min(self.height, (length + 1) // 2), 1)
        room = max(options.max_width - gutter - 2, 1)
        values = pooled(pooled(self.values, room, 1), lines if shaded else 2 * lines, 0)
        shares = (values - self.low) / (self.high - self.low or 1.0)
        times = 2 if 2 * shares.shape[1] <= room else 1
        a_line = 1 if shaded else 2
        for top in range(0, len(shares), a_line):
            yield Segment(f" {length * top // len(shares)}".rjust(gutter) + " ")
            lower = shares[top + 1] if not shaded and top + 1 < len(shares) else None
            for column, upper in enumerate(shares[top].tolist()):
                if shaded:
                    yield Segment(palette.shade(upper, options.ascii_only) * times)
                else:
                    below = None if lower is None else palette.step_of(float(lower[column]))
                    yield Segment("▀" * times, _style(palette.step_of(upper), below))
            yield Segment.line()
        each = _each(length, len(shares) // a_line or 1)
        together = f"{self.unit}, {each}"
        fits = gutter + 1 + len(f"{self.low:g} {'':{SCALE}} {self.high:g} {together}") <= options.max_width
        yield from legend(
            self.low, self.high, together if fits else self.unit, gutter + 1, shaded, options.ascii_only
        )
        if not fits:
            yield from remark([each], gutter + 1, options.max_width)


def _each(rows: int, lines: int) -> str:
    return f"{rows / lines:.3g} rows a line".removesuffix(".0")


@functools.cache
def _style(ink: int, paper: int | None) -> Style:
    """The colours of a character by their steps. Kept, because making a style takes longer than drawing with it."""
    top = palette.STEPS - 1
    background = None if paper is None else palette.hexadecimal(paper / top)
    return Style(color=palette.hexadecimal(ink / top), bgcolor=background)

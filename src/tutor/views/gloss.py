"""A sentence word by word, with something said under each word: an interlinear gloss, as linguists write it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

from tutor.views import palette
from tutor.views.heatmap import is_shaded

_DIM, _BOLD, _PLAIN = Style(dim=True), Style(bold=True), Style()
_CHOSEN = Style(bold=True, reverse=True)
_WIDEST = 16
"""Cells of a column; a longer word is cut."""


@dataclass(frozen=True)
class Said:
    """What is said under the words: a text each, and how much of something it is."""

    label: str
    """Stands at the left."""
    texts: Sequence[str]
    shares: Sequence[float]
    """From 0 to 1: the colour of each text, and in per cent on the line below."""


@dataclass(frozen=True)
class Gloss:
    """`words` in columns, on as many bands of lines as the width asks for."""

    words: Sequence[str]
    rows: Sequence[Said]
    mark: int | None = None
    """The word to point at."""
    bands: int | None = None
    """The most bands to draw; those around the marked word, and what is left out is said."""

    @property
    def lines_a_band(self) -> int:
        """Lines of each band: the words, and two for each thing said."""
        return 1 + 2 * len(self.rows)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(20, options.max_width), options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        shaded = is_shaded(console, options)
        shown = self.shown(options.max_width)
        for band in shown:
            yield from self._words(band, options.ascii_only)
            for row in self.rows:
                yield from self._said(row, band, shaded)
        drawn = sum(len(band) for band in shown)
        if drawn < len(self.words):
            note = f"{self._indent}words {shown[0][0] + 1} to {shown[-1][-1] + 1} of {len(self.words)}"
            yield Segment(set_cell_size(note, min(cell_len(note), options.max_width)), _DIM)
            yield Segment.line()

    def lines(self, width: int) -> int:
        """How many lines are drawn in so many columns."""
        shown = self.shown(width)
        return len(shown) * self.lines_a_band + (sum(map(len, shown)) < len(self.words))

    def shown(self, width: int) -> list[range]:
        """The words of each band that is drawn in so many columns."""
        bands = self.all_bands(width)
        if self.bands is None or len(bands) <= self.bands:
            return bands
        here = next((at for at, band in enumerate(bands) if self.mark in band), 0)
        first = min(max(here - self.bands // 2, 0), len(bands) - self.bands)
        return bands[first : first + self.bands]

    def all_bands(self, width: int) -> list[range]:
        """The words of each band, whether it is drawn or not."""
        bands, first, used = [], 0, len(self._indent)
        for place in range(len(self.words)):
            if place > first and used + self._width(place) > width:
                bands.append(range(first, place))
                first, used = place, len(self._indent)
            used += self._width(place)
        return [*bands, range(first, len(self.words))]

    def at(self, x: int, y: int, width: int) -> int | None:
        """The word that is drawn at column `x` of line `y`, in so many columns."""
        shown = self.shown(width)
        band = y // self.lines_a_band
        end = len(self._indent)
        for place in shown[band] if 0 <= band < len(shown) else ():
            start, end = end, end + self._width(place)
            if start <= x < end:
                return place
        return None

    @property
    def _indent(self) -> str:
        return " " * (max((cell_len(row.label) for row in self.rows), default=-1) + 1)

    def _width(self, place: int) -> int:
        """Cells of a column, with one at its left for the pointer and one at its right."""
        texts = [self.words[place], *(row.texts[place] for row in self.rows), "100 %"]
        return min(max(map(cell_len, texts)), _WIDEST) + 2

    def _words(self, band: range, ascii_only: bool) -> Iterator[Segment]:
        yield Segment(self._indent)
        for place in band:
            chosen = place == self.mark
            yield Segment((">" if ascii_only else "▸") if chosen else " ", _BOLD)
            word = set_cell_size(self.words[place], min(cell_len(self.words[place]), _WIDEST))
            yield Segment(word, _CHOSEN if chosen else _BOLD)
            yield Segment(" " * (self._width(place) - 1 - cell_len(word)))
        yield Segment.line()

    def _said(self, row: Said, band: range, shaded: bool) -> Iterator[Segment]:
        """The texts of a row, and on the next line how much of something each is."""
        yield Segment(set_cell_size(row.label, len(self._indent)), _DIM)
        for place in band:
            yield from self._cell(row.texts[place], row.shares[place], self._width(place), shaded)
        yield Segment.line()
        yield Segment(self._indent)
        for place in band:
            yield from self._cell(f"{100 * row.shares[place]:.0f} %", row.shares[place], self._width(place), shaded)
        yield Segment.line()

    @staticmethod
    def _cell(text: str, share: float, width: int, shaded: bool) -> Iterator[Segment]:
        step = palette.step_of(share) / (palette.STEPS - 1)
        style = _PLAIN if shaded else Style(bgcolor=palette.hexadecimal(step), color=palette.ink(step))
        yield Segment(set_cell_size(f" {text}", width - 1), style)
        yield Segment(" ")

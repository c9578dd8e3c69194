"""Which head aligns two sentences best, with what one output word reads there and what it needs."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from tutor.views.beside import Beside
from tutor.views.head_strip import head_strip
from tutor.views.records.cross_attention import matrix, matrix_title, panels, shown
from tutor.views.thumbnails import Thumbnails
from tutor.views.translated_tables import part

if TYPE_CHECKING:
    from tutor.experiments.cross_attention import Result

WIDE = 112
"""Columns from which the word's panels stand beside the matrix."""
_PANELS = 50
"""Columns from which the two panels stand side by side."""


@dataclass(frozen=True)
class AlignedPicture:
    """The head that is shown as a matrix, the word with its two panels, and all heads with that one pointed at."""

    result: Result
    word: int | None
    height: int | None = None
    """Lines to keep within, as far as shapes stay visible."""
    zoom: int = 0
    """How often the part of the matrix that is shown was halved."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self._parts(options.max_width)

    @property
    def place(self) -> tuple[int, int | None]:
        """The sentence and the place of the word that is pointed at."""
        return 0, self.word

    def line(self, width: int) -> int | None:
        """The line that should be seen, where the matrix is longer than the pane; None if it does not matter."""
        if self.word is None or self.zoom or self.height is None or len(self.result.outputs) + 3 <= self.height:
            return None
        return 2 + self.result.target_words[self.word].tokens[0]

    def word_at(self, x: int, y: int, width: int) -> int | None:
        """The output word whose row is drawn on line `y`, in so many columns."""
        drawn, first = part(matrix(self.result, self.word), self.zoom)
        row = drawn.row_at(y - 1, width if width < WIDE else self._left(width))
        if row is None or (width >= WIDE and x >= self._left(width)):
            return None
        row += first
        return next((at for at, word in enumerate(self.result.target_words) if row in word.tokens), None)

    def head_at(self, x: int, y: int, width: int) -> tuple[int, int] | None:
        """The layer and head of the small picture that is drawn at column `x` of line `y`."""
        *above, small = self._parts(width)
        console = Console(width=width, file=io.StringIO())
        lines = sum(len(console.render_lines(part, console.options)) for part in above)
        assert isinstance(small, Thumbnails)
        return small.at(x, y - lines, width) if y >= lines else None

    def _parts(self, width: int) -> Iterator[RenderableType]:
        """From top to bottom; the small pictures last."""
        yield Text(matrix_title(self.result), style="dim", no_wrap=True, overflow="ellipsis")
        drawn, _ = part(matrix(self.result, self.word), self.zoom)
        tall = len(drawn.values) + 3
        if self.word is None or not self.result.pairs:
            yield drawn
        elif width >= WIDE:
            yield Beside(drawn, self._panels(room=999), shares=(3, 2))
        else:
            yield drawn
            yield Text()
            yield self._panels(_PANELS)
            tall += min(len(self.result.source_words), 8) + 3
        yield Text()
        yield Text("all heads", style="dim")
        lines = None if self.height is None else self.height - tall - 3
        yield head_strip(self.result.patterns, *shown(self.result), width, lines)

    @staticmethod
    def _left(width: int) -> int:
        """Columns of the matrix where the panels stand beside it."""
        return (width - 1) * 3 // 5

    def _panels(self, room: int) -> Beside:
        assert self.word is not None
        word = self.result.target_words[self.word].text
        titles = (f"'{word}' reads in this head", "less likely without it by")
        return Beside(*panels(self.result, self.word), titles, room=room)


def neediest(result: Result) -> int | None:
    """The output word that needs an input word most, if any was aligned."""
    best = max(result.pairs, key=lambda pair: pair.loss, default=None)
    return None if best is None else best.word

"""One kind of attention of a translation as the lab shows it: the table, a gloss above and all heads below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from tutor.views.gloss import Gloss
from tutor.views.head_strip import LEAST, head_strip
from tutor.views.translated_tables import Placed, Titled, every_head, glossed, pointed, table

if TYPE_CHECKING:
    from tutor.views.thumbnails import Thumbnails


@dataclass(frozen=True)
class TablePicture(Placed):
    """One kind of attention whole, with the word of `row` pointed at; where there is room the gloss above and all
    heads below.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        head, gloss = self._top(options.max_width)
        yield from head
        yield Text()
        if gloss is not None:
            yield gloss
            yield Text()
        yield self._table()
        if (heads := self._heads(options.max_width)) is not None:
            yield Text("\nall heads", style="dim")
            yield heads

    def word_at(self, x: int, y: int, width: int) -> int | None:
        """The word of the sentence at column `x` of line `y`, in so many columns."""
        head, gloss = self._top(width)
        if gloss is not None and y <= len(head) + gloss.lines(width):
            return gloss.at(x, y - len(head) - 1, width)
        row = self._table().row_at(y - self._above(width), width)
        token = None if self.result.table == "encoder" else row
        words = self.result.sentences[self.row.sentence].words
        return next((place for place, word in enumerate(words) if token in word.tokens), None)

    def head_at(self, x: int, y: int, width: int) -> tuple[int, int] | None:
        """The layer and head of the small picture at column `x` of line `y`."""
        heads = self._heads(width)
        return None if heads is None else heads.at(x, y - self._above(width) - self._tall - 2, width)

    def line(self, width: int) -> int | None:
        return self._above(width) + 2 + self._table().mark

    def _above(self, width: int) -> int:
        """Lines above the table."""
        head, gloss = self._top(width)
        return len(head) + 1 + (0 if gloss is None else gloss.lines(width) + 1)

    @property
    def _tall(self) -> int:
        """Lines of the table if it is drawn in full: with its title, its labels and the legend."""
        return len(self._table().drawn.values) + 3

    def _table(self) -> Titled:
        return table(self.result, self.row, self.result.table or "cross", self.zoom)

    def _heads(self, width: int) -> Thumbnails | None:
        """All heads, if there is room for them."""
        patterns = every_head(self.result, self.row.sentence)
        lines = -1 if self.height is None else self.height - self._above(width) - self._tall - 4
        if lines < LEAST * len(patterns) or self._table().drawn.values.shape[1] * 3 > width:
            return None
        return head_strip(patterns, self.result.layer, self.result.head, width, lines)

    def _top(self, width: int) -> tuple[list[Text], Gloss | None]:
        head = pointed(self.result, self.row, width, most=2)
        gloss = glossed(self.result, self.row, back=False)
        room = None if self.height is None else self.height - len(head) - 3 - self._tall
        return head, gloss if room is not None and gloss.lines(width) <= room else None

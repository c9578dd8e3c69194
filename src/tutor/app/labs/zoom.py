"""The part of a large matrix that is looked at: a square that grows, shrinks and moves within it. No widgets."""

from __future__ import annotations

from dataclasses import dataclass, replace

SMALLEST = 8
"""Tokens a side; fewer show no more than the word does."""


@dataclass(frozen=True)
class Window:
    """`size` rows from `row` on and as many columns from `column` on, of a matrix with `whole` of both."""

    whole: int
    size: int
    row: int = 0
    column: int = 0

    @classmethod
    def all_of(cls, whole: int) -> Window:
        """The whole matrix."""
        return cls(whole, whole)

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self.size >= self.whole

    def closer(self, row: int, column: int) -> Window:
        """Half as many a side; from the whole it goes to the cell at `row` and `column`, else to the middle."""
        size = max(self.size // 2, min(SMALLEST, self.whole))
        if not self.is_all:
            row, column = self.row + self.size // 2, self.column + self.size // 2
        return Window(self.whole, size)._at(row - size // 2, column - size // 2)

    def farther(self) -> Window:
        """Twice as many a side."""
        size = min(self.size * 2, self.whole)
        return Window(self.whole, size)._at(self.row - self.size // 2, self.column - self.size // 2)

    def moved(self, right: int, down: int) -> Window:
        """A quarter of itself further."""
        step = max(self.size // 4, 1)
        return self._at(self.row + down * step, self.column + right * step)

    def _at(self, row: int, column: int) -> Window:
        last = self.whole - self.size
        return replace(self, row=min(max(row, 0), last), column=min(max(column, 0), last))

"""The answers of a question, one of which is picked."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive

from tutor.app.parts.rows import Rows


class Choices(Rows):
    """Answers with a ring in front; the ring of a picked one is filled. Marks and remarks may be added."""

    def __init__(self, texts: Sequence[str], id: str | None = None) -> None:
        self.texts = tuple(texts)
        self.marks: dict[int, tuple[str, str]] = {}
        """For a row its mark and the mark's colour, instead of the ring."""
        self.remarks: dict[int, str] = {}
        """For a row what is said below it."""
        super().__init__(id=id)

    picked = reactive(-1)

    @property
    def count(self) -> int:
        return len(self.texts)

    def lines(self, index: int, width: int) -> list[Content]:
        ring = ("◉", "$accent") if index == self.picked else ("○", "$text-muted")
        mark, colour = self.marks.get(index, ring)
        wrapped = Content(self.texts[index]).wrap(max(width - 2, 1))
        lines = [Content.assemble((f"{mark} ", colour), wrapped[0])]
        lines += [Content.assemble("  ", line) for line in wrapped[1:]]
        if index in self.remarks:
            remark = Content.styled(self.remarks[index], "$text-muted").wrap(max(width - 2, 1))
            lines += [Content.assemble("  ", line) for line in remark]
        return lines

    def mark(self, index: int, mark: str, colour: str, remark: str = "") -> None:
        """Put a mark in the place of a row's ring, and a remark below it."""
        self.marks[index] = mark, colour
        if remark:
            self.remarks[index] = remark
        self.refit()

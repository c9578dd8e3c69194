"""The course as a path from top to bottom, and the labs beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive

from tutor.app.parts.rows import Rows
from tutor.course.lesson import Outline
from tutor.course.progress import Record

if TYPE_CHECKING:
    from tutor.app.labs import LabInfo

DONE, BEGUN, AHEAD = "●", "◐", "○"


class CoursePath(Rows):
    """One row a lesson: a mark for how far, number, title, time left. With room, a line joins the marks."""

    record = reactive(Record(), layout=True)
    airy = reactive(False, layout=True)
    """Whether there is room for an empty line between lessons."""

    def __init__(self, lessons: Sequence[Outline], record: Record) -> None:
        self.lessons = tuple(lessons)
        super().__init__(id="path")
        self.set_reactive(CoursePath.record, record)

    @property
    def count(self) -> int:
        return len(self.lessons)

    def lines(self, index: int, width: int) -> list[Content]:
        lesson = self.lessons[index]
        mark, colour = self._mark(lesson)
        number = f" {lesson.number:>{self._digits}} "
        left = Content.assemble((mark, colour), number, (f" {lesson.title}", self._ink(lesson)))
        right = Content.styled(self._left_over(lesson), "$text-muted")
        gap = width - left.cell_length - right.cell_length
        row = Content.assemble(
            left.truncate(max(width - right.cell_length - 1, 1), ellipsis=True), " " * max(gap, 1), right
        )
        if not self.airy or index == self.count - 1:
            return [row]
        return [row, Content.styled("│", "$faint")]

    @property
    def _digits(self) -> int:
        """The width of the numbers."""
        return max(len(str(lesson.number)) for lesson in self.lessons)

    def _mark(self, lesson: Outline) -> tuple[str, str]:
        if self.record.is_done(lesson):
            return DONE, "$text-success"
        return (BEGUN, "$accent") if self.record.steps_done(lesson) else (AHEAD, "$text-muted")

    def _ink(self, lesson: Outline) -> str:
        return "$text-muted" if self.record.is_done(lesson) else "$text"

    def _left_over(self, lesson: Outline) -> str:
        if self.record.is_done(lesson):
            return "done"
        return f"{self.record.minutes_left(lesson)} min"


class LabRows(Rows):
    """One row a lab: its key, its name, what one does there."""

    airy = reactive(False, layout=True)

    def __init__(self, labs: Sequence[LabInfo]) -> None:
        self.labs = tuple(labs)
        super().__init__(id="labs")

    @property
    def count(self) -> int:
        return len(self.labs)

    def lines(self, index: int, width: int) -> list[Content]:
        lab = self.labs[index]
        longest = max(len(each.title) for each in self.labs)
        fits = all(longest + 5 + len(each.line) <= width for each in self.labs)
        line = lab.line if fits else lab.brief
        row = Content.assemble((lab.key, "$accent"), f"  {lab.title.ljust(longest)}  ", (line, "$text-muted"))
        row = row.truncate(width, ellipsis=True)
        return [row, Content("")] if self.airy and index < self.count - 1 else [row]

"""A list that one walks with arrows or the mouse: the course, the labs, the choices of a question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Rows(Widget, can_focus=True):
    """Rows of one or more lines; the one at the cursor has a mark as well as a colour.

    A subclass gives `count` and `lines(index, width)`; a row that cannot be chosen answers `enter` with nothing.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("home", "move(-99)", "first", show=False),
        Binding("end", "move(99)", "last", show=False),
        Binding("enter,space", "choose", "choose"),
    ]
    DEFAULT_CSS = "Rows { height: auto; width: 1fr; }"

    cursor = reactive(0)
    hovered = reactive(-1)

    @dataclass
    class Chosen(Message):
        """A row was chosen."""

        rows: Rows
        index: int

        @property
        def control(self) -> Rows:
            return self.rows

    @property
    def count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def lines(self, index: int, width: int) -> list[Content]:
        """A row as lines, each at most `width` cells; the mark of the cursor is added in front."""
        raise NotImplementedError

    @property
    def marked(self) -> int:
        """The row that looks picked: where the cursor is while the list has focus."""
        return self.cursor if self.has_focus else -1

    def refit(self) -> None:
        """The rows have changed, and maybe how many lines they take."""
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(sum(len(row) for row in self._laid_out(width)), 1)

    def render(self) -> Content:
        shown = []
        for index, row in enumerate(self._laid_out(self.content_size.width)):
            for number, line in enumerate(row):
                shown.append(self._with_mark(index, number, line))
        return Content("\n").join(shown)

    def _with_mark(self, index: int, number: int, line: Content) -> Content:
        if index == self.marked:
            mark = "▸ " if number == 0 else "  "
            return Content.assemble((mark, "$accent"), line.stylize("bold"))
        line = line.stylize("underline") if index == self.hovered and number == 0 else line
        return Content.assemble("  ", line)

    def _laid_out(self, width: int) -> list[list[Content]]:
        return [self.lines(index, max(width - 2, 1)) for index in range(self.count)]

    def _row_at(self, y: int) -> int:
        """The row that a line of the widget belongs to, or -1."""
        for index, row in enumerate(self._laid_out(self.content_size.width)):
            if 0 <= y < len(row):
                return index
            y -= len(row)
        return -1

    def validate_cursor(self, cursor: int) -> int:
        return min(max(cursor, 0), max(self.count - 1, 0))

    def watch_cursor(self) -> None:
        if self.is_attached:
            rows = self._laid_out(self.content_size.width)
            top = sum(len(row) for row in rows[: self.cursor])
            height = len(rows[self.cursor]) if rows else 1
            self.scroll_visible_rows(Region(0, top, 1, height))

    def scroll_visible_rows(self, region: Region) -> None:
        """Scroll whatever this stands in until the region of this widget can be seen."""
        where = region.translate(self.region.offset)
        parent = self.parent
        if isinstance(parent, Widget) and parent.is_scrollable:
            parent.scroll_to_region(
                where.translate((-parent.region.x, -parent.region.y)).translate(parent.scroll_offset), animate=False
            )

    def action_move(self, steps: int) -> None:
        self.cursor += steps

    def action_choose(self) -> None:
        if self.count:
            self.post_message(self.Chosen(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        row = self._row_at(event.y - self.gutter.top)
        if row >= 0:
            self.focus()
            self.cursor = row
            self.action_choose()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self.hovered = self._row_at(event.y - self.gutter.top)

    def on_leave(self) -> None:
        self.hovered = -1

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

"""A picture pane in which arrows and clicks mean places of the picture."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tutor.app.labs.panes import PICTURE, Panes


class Moved(Message):
    """An arrow was pressed over the picture."""

    def __init__(self, right: int, down: int) -> None:
        self.right, self.down = right, down
        super().__init__()


class Pointed(Message):
    """The picture was clicked, at this column and row of what is drawn."""

    def __init__(self, column: int, row: int) -> None:
        self.column, self.row = column, row
        super().__init__()


class WalkedPanes(Panes):
    """A picture in which arrows move what is looked at; words and source scroll as ever."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "walk(-1, 0)", "left", show=False),
        Binding("right", "walk(1, 0)", "right", show=False),
        Binding("up", "walk(0, -1)", "up", show=False),
        Binding("down", "walk(0, 1)", "down", show=False),
    ]

    def action_walk(self, right: int, down: int) -> None:
        """Move what is looked at, or scroll where that is not the picture."""
        if self.face == PICTURE:
            self.post_message(Moved(right, down))
        else:
            self.scroll_relative(right, down, animate=False)

    def on_click(self, event: events.Click) -> None:
        """Say where the picture was clicked."""
        region = self.scrollable_content_region
        column, row = event.screen_x - region.x, event.screen_y - region.y
        if self.face == PICTURE and 0 <= column < region.width and 0 <= row < region.height:
            self.post_message(Pointed(column + round(self.scroll_x), row + round(self.scroll_y)))

    def show_row(self, row: int) -> None:
        """Scroll, if that is needed, until a row of the picture can be seen."""
        height = self.scrollable_content_region.height
        if not self.scroll_y <= row < self.scroll_y + height:
            self.scroll_to(y=max(row - height // 2, 0), animate=False)

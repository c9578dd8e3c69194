"""The line between text and lab; the mouse drags it."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


class Divider(Widget):
    """One column wide. Says where it is dragged to; the screen decides how far it may go."""

    DEFAULT_CSS = """
    Divider { width: 1; height: 1fr; color: $faint; }
    Divider:hover, Divider.-dragged { color: $accent; }
    """
    ALLOW_SELECT = False

    @dataclass
    class Dragged(Message):
        """The mouse holds the line at this column of the screen."""

        x: int

    def render(self) -> Content:
        return Content("\n".join("│" * max(self.size.height, 1)))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        self.capture_mouse()
        self.add_class("-dragged")

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.has_class("-dragged"):
            event.stop()
            self.post_message(self.Dragged(event.screen_x))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        event.stop()
        self.capture_mouse(False)
        self.remove_class("-dragged")

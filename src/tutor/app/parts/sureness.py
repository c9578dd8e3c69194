"""How sure one is of a guess: a bar from 0 to 100 %."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

_LABEL = "How sure?  "
_CELLS = 10


class Sureness(Widget, can_focus=True):
    """Left and right move the bar, enter commits the guess."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h,minus", "turn(-10)", "less sure", show=False),
        Binding("right,plus", "turn(10)", "surer", show=False),
        Binding("enter", "commit", "commit"),
    ]
    DEFAULT_CSS = "Sureness { height: 1; width: 1fr; padding: 0 2; }"
    ALLOW_SELECT = False

    percent = reactive(50)

    @dataclass
    class Committed(Message):
        """The guess stands."""

        percent: int

    def render(self) -> Content:
        full = self.percent // _CELLS
        bar = Content.assemble(("━" * full, "$accent"), ("─" * (_CELLS - full), "$text-muted"))
        tail = "← →, then enter" if self.has_focus else ""
        return Content.assemble(_LABEL, bar, f" {self.percent:3d} %   ", (tail, "$text-muted"))

    def validate_percent(self, percent: int) -> int:
        return min(max(percent, 0), 100)

    def action_turn(self, by: int) -> None:
        self.percent += by

    def action_commit(self) -> None:
        self.post_message(self.Committed(self.percent))

    def on_click(self, event: events.Click) -> None:
        cell = event.x - self.gutter.left - len(_LABEL)
        if -1 <= cell <= _CELLS:
            self.percent = (cell + 1) * 10

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

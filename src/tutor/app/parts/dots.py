"""The steps of a lesson as dots: done, here, ahead."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

DONE, HERE, AHEAD = "●", "◐", "○"


class Dots(Widget):
    """A dot a step, and in words where one is. A click goes to a step."""

    DEFAULT_CSS = "Dots { height: 1; padding: 0 2; text-wrap: nowrap; text-overflow: clip; }"
    ALLOW_SELECT = False

    done: reactive[tuple[bool, ...]] = reactive(())
    """Whether each step is done."""
    here = reactive(0)
    """The step one is at; one past the last at the end of the lesson."""
    name_here = reactive("")
    """What stands behind the dots."""

    @dataclass
    class Picked(Message):
        """A step's dot was clicked."""

        index: int

    def show(self, done: tuple[bool, ...], here: int) -> None:
        """Which steps are done, and at which one is; past the last at the end."""
        self.done, self.here = done, here
        at_step = here < len(done)
        self.name_here = f"{here + 1} of {len(done)}" if at_step else f"{sum(done)} of {len(done)} done"

    def render(self) -> Content:
        dots = Content(" ").join(self._dot(index) for index in range(len(self.done)))
        return Content.assemble(dots, (f"   {self.name_here}", "$text-muted"))

    def _dot(self, index: int) -> Content:
        if index == self.here:
            return Content.styled(DONE if self.done[index] else HERE, "$accent")
        return Content.styled(DONE, "$text-muted") if self.done[index] else Content.styled(AHEAD, "$text-muted")

    def on_click(self, event: events.Click) -> None:
        index, between = divmod(event.x - self.gutter.left, 2)
        if not between and 0 <= index < len(self.done):
            self.post_message(self.Picked(index))

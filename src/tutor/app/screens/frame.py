"""What all screens share: a line at the top, the keys at the bottom, and a plain word when there is no room."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Offset
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from tutor.app.parts.keyline import KeyLine

SMALLEST = (40, 10)
"""Columns and rows below which nothing useful can be shown."""
TABS_BELOW = 100
"""Columns below which text and lab become tabs."""


class Frame(Screen[None]):
    """A screen of the app. A subclass gives `body()` and sets the line at the top with `head()`."""

    MORE_KEYS: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Keys that are no bindings, with what they do, for the help."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Held, not looked up: a key may come while the screen is being made, or taken down.
        self._heading = "", ""
        self._head, self._no_room = Static(id="head", markup=False), Static(id="no-room", markup=False)

    def compose(self) -> ComposeResult:
        yield self._head
        yield from self.body()
        yield KeyLine()
        yield self._no_room

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """What is drawn there, to begin selecting text: Textual takes for granted that it has not been removed."""
        widget, offset = super().get_widget_and_offset_at(x, y)
        return (widget, offset) if widget is not None and widget.is_attached else (None, None)

    def body(self) -> ComposeResult:
        """What stands between the line at the top and the keys."""
        yield from ()

    def about(self) -> list[tuple[str, str]]:
        """What stands on this screen, for the help: names, and what each is."""
        return []

    def head(self, left: str, middle: str = "") -> None:
        """Write the line at the top: the name of what is open, and a quieter remark, as much of it as has sense."""
        self._heading = left, middle
        self._write_head(self.app.size.width)

    def _write_head(self, width: int) -> None:
        left, middle = self._heading
        remark = clause(middle, width - cell_len(left) - 3 - 4)  # a gap between them, and both edges
        self._head.update(Content.assemble((left, "bold"), ("   " + remark, "$text-muted")))

    def on_resize(self, event: events.Resize) -> None:
        """Say so when there is no room; what is behind stays as it is."""
        width, height = event.size
        self._write_head(width)
        columns, rows = SMALLEST
        small = width < columns or height < rows
        self.set_class(small, "-no-room")
        if small:
            text = f"{width}×{height} is too small; tutor needs {columns}×{rows}. Make the window larger."
            self._no_room.update(text)


def clause(sentence: str, width: int) -> str:
    """The sentence, or its beginning up to the last comma before it is too wide.

    >>> clause("type, guess, and take it apart", 16)
    'type, guess'
    """
    while sentence and cell_len(sentence) > width:
        sentence = sentence.rpartition(",")[0]
    return sentence

"""The line that one types in."""

from __future__ import annotations

import unicodedata
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from tutor.app.labs.line import LIMIT, flattened


class TextLine(Input):
    """One line that takes what is pasted on several, and no more than a lab can send."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("down", "app.focus_next", "to the controls", show=False)]

    class Cut(Message):
        """More was put in than fits."""

        def __init__(self, offered: int) -> None:
            self.offered = offered
            super().__init__()

    def __init__(self, value: str, placeholder: str) -> None:
        super().__init__(value, placeholder, compact=True, select_on_focus=False)

    async def _on_key(self, event: events.Key) -> None:
        """Also characters that draw nothing: a family falls apart without the joiners that emoji keyboards type."""
        if event.character and unicodedata.category(event.character) == "Cf":
            event.stop()
            event.prevent_default()
            self.replace(event.character, *sorted(self.selection))
        else:
            await super()._on_key(event)

    def _on_paste(self, event: events.Paste) -> None:
        """The whole of what was pasted, not only its first line."""
        event.stop()
        event.prevent_default()
        self.replace(event.text, *sorted(self.selection))

    def replace(self, text: str, start: int, end: int) -> None:
        """Replace a part of the line; what does not fit is left out and reported."""
        room = LIMIT - (len(self.value) - (end - start))
        if len(text) > room:
            self.post_message(self.Cut(len(self.value) - (end - start) + len(text)))
        super().replace(flattened(text[: max(room, 0)]), start, end)


class Prompt(Horizontal):
    """The line with a mark before it."""

    DEFAULT_CSS = """
    Prompt { height: 1; padding: 0 1 0 0; }
    Prompt > Static { width: 2; color: $text-muted; }
    Prompt > Input, Prompt > Input:focus { width: 1fr; background: transparent; background-tint: transparent; }
    Prompt:focus-within { background: $panel; }
    Prompt:focus-within > Static { color: $accent; text-style: bold; }
    Prompt.-loaded { background: $accent 35%; }
    """

    def __init__(self, value: str, placeholder: str) -> None:
        super().__init__()
        self.line = TextLine(value, placeholder)

    def compose(self) -> ComposeResult:
        yield Static("›", markup=False)
        yield self.line

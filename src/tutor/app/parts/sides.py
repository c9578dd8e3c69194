"""Text and lab side by side with a line between them that moves; below 100 columns they are two tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from tutor.app.parts.divider import Divider
from tutor.app.parts.ending import Ending
from tutor.app.parts.lab_side import LabSide
from tutor.app.parts.page import StepPage
from tutor.app.screens.frame import TABS_BELOW

if TYPE_CHECKING:
    from tutor.app.engine_client import EngineClient

SHARE = 0.46
"""The part of the width that the text has at first."""
WIDEST_TEXT = 76
"""Columns of the text side at which lines of 72 characters fit."""
NARROWEST = 32
"""Columns that either side keeps when the line between them is moved."""
_READ, _TRY = "Read", "Try"


class Sides(Vertical):
    """Holds the page of a step and the lab. Where they are tabs, the class `-reading` says which one is seen."""

    def __init__(self, engine: EngineClient) -> None:
        super().__init__(id="sides", classes="-reading")
        self.lab_side = LabSide(engine)
        self.page: StepPage | Ending | None = None
        """The page that is shown."""
        self.text_width: int | None = None
        """Columns of the text once the learner has moved the line."""
        self._tabs, self._text_side = Static(id="tabs"), Vertical(id="text-side")

    def compose(self) -> ComposeResult:
        yield self._tabs
        with Horizontal():
            yield self._text_side
            yield Divider()
            yield self.lab_side

    def on_mount(self) -> None:
        self._look(reading=True)

    async def turn_to(self, page: StepPage | Ending) -> None:
        """Show another page, and the text if text and lab are tabs."""
        self._look(reading=True)
        side = self._text_side
        if not side.is_mounted:  # the screen was left before it was there
            return
        with self.app.batch_update():
            await side.remove_children()
            if not self.is_attached:  # the screen was left meanwhile
                return
            self.page = page
            await side.mount(page)
        if self.is_attached:
            page.focus_first()

    @property
    def in_lab(self) -> bool:
        """Whether the focus is in the lab."""
        return self.screen.focused is not None and self.lab_side in self.screen.focused.ancestors

    def read(self) -> None:
        """Focus the text, and show it where it is a tab."""
        self._look(reading=True)
        if self.page is not None:
            self.page.focus_first()

    def use_lab(self) -> None:
        """Focus the lab, and show it where it is a tab."""
        self._look(reading=False)
        if self.lab_side.lab is not None and not self.lab_side.covered:
            self.lab_side.lab.focus()

    def other(self) -> None:
        """From the text to the lab or back."""
        tabs = self.size.width < TABS_BELOW
        if self.in_lab or (tabs and not self.has_class("-reading")):
            self.read()
        else:
            self.use_lab()

    def _look(self, reading: bool) -> None:
        self.set_class(reading, "-reading")
        on, off = "bold $accent underline", "$text-muted"
        tabs = Content.assemble((_READ, on if reading else off), "   ", (_TRY, off if reading else on))
        self._tabs.update(tabs)

    @on(events.Click, "#tabs")
    def _tab_clicked(self, event: events.Click) -> None:
        (self.read if event.x < len(_READ) + 4 else self.use_lab)()

    def on_resize(self, event: events.Resize) -> None:
        """Keep what has the focus in sight."""
        if not self.is_attached:  # the lesson was left meanwhile
            return
        if event.size.width < TABS_BELOW and self.screen.focused is not None:
            self._look(reading=not self.in_lab)
        self._fit(event.size.width)
        self.call_after_refresh(self.lab_side.write_caption)

    def _fit(self, width: int) -> None:
        """Give the text its columns."""
        wanted = self.text_width or min(round(width * SHARE), WIDEST_TEXT)
        columns = max(min(wanted, width - NARROWEST), NARROWEST)
        self._text_side.styles.width = columns if width >= TABS_BELOW else "1fr"

    def divide(self, by: int) -> None:
        """Move the line between text and lab by so many columns."""
        self._divide_at(self._text_side.size.width + by)

    @on(Divider.Dragged)
    def _dragged(self, event: Divider.Dragged) -> None:
        event.stop()
        self._divide_at(event.x)

    def _divide_at(self, columns: int) -> None:
        width = self.size.width
        if width >= TABS_BELOW:
            self.text_width = max(min(columns, width - NARROWEST), NARROWEST)
            self._fit(width)
            self.call_after_refresh(self.lab_side.write_caption)

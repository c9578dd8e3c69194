"""The pane that a picture is drawn in: sized to its width, scrolled where it is longer."""

from __future__ import annotations

import io
from typing import ClassVar

from rich.console import Console, RenderableType
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tutor.app import ascii_mode
from tutor.views.ascii import Ascii

_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], "�")
"""Control characters, which models make and files contain, must not steer the terminal."""


def _harmless(segment: Segment) -> Segment:
    return Segment(segment.text.translate(_CONTROLS), segment.style)


class Picture(ScrollView, can_focus=True):
    """Shows a Rich renderable. The lines are made once for each picture and width, not for each refresh."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("home", "scroll_home", show=False)]
    DEFAULT_CSS = """
    Picture {
        height: 1fr; width: 1fr; padding: 0 1; background: $background;
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1;
        border-left: blank;
    }
    Picture:focus { border-left: vkey $accent; }
    """
    spare: reactive[int] = reactive(0, repaint=False)
    """Lines below the picture that it leaves empty."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: RenderableType = ""
        self._strips: list[Strip] = []
        self._width = 0

    def show(self, picture: RenderableType) -> None:
        """Draw another picture; the place scrolled to stays where the new one is as long."""
        self._shown = picture
        self._draw()

    @property
    def text(self) -> str:
        """What is drawn, as text, for tests and for those who read with a screen reader."""
        return "\n".join(strip.text.rstrip() for strip in self._strips)

    def _draw(self) -> None:
        self._width = max(self.scrollable_content_region.width, 1)
        self._strips = self._lines(self._width)
        whole, height = self.content_region.width, self.scrollable_content_region.height
        if whole > self._width and len(self._strips) < 2 * height:
            # Beside the scroll bar of an older picture; without one there may be room enough for all of it.
            strips = self._lines(whole)
            if len(strips) <= height:
                self._width, self._strips = whole, strips
        widest = max((strip.cell_length for strip in self._strips), default=0)
        self.virtual_size = Size(widest, len(self._strips))
        self._count_spare()
        self.refresh()

    def _count_spare(self) -> None:
        self.spare = max(self.scrollable_content_region.height - len(self._strips), 0)

    def _lines(self, width: int) -> list[Strip]:
        """The picture at a width, without empty lines at its end."""
        console = Console(
            file=io.StringIO(),
            width=width,
            force_terminal=True,
            color_system="truecolor",
            no_color=self.app.no_color,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
        )
        options = console.options.update(width=width, height=None)
        options.max_height = max(self.scrollable_content_region.height, 1)
        shown = Ascii(self._shown) if ascii_mode.is_on(self) else self._shown
        lines = console.render_lines(shown, options, pad=False)
        strips = [Strip(_harmless(segment) for segment in line) for line in lines]
        while strips and not strips[-1].text.strip() and not any(s.style for s in strips[-1]):
            strips.pop()
        return strips

    def on_resize(self, event: events.Resize) -> None:
        self._fit()
        self._count_spare()

    def _fit(self) -> None:
        """Draw again if the width is another one than that which was drawn for."""
        if self.scrollable_content_region.width not in (0, self._width):
            self._draw()

    def render_line(self, y: int) -> Strip:
        scroll_x, scroll_y = self.scroll_offset
        width, row = self.scrollable_content_region.width, y + scroll_y
        style = self.rich_style
        if y == 0 and width != self._width:  # drawn while it was hidden, or before it had a scroll bar
            self.call_later(self._fit)
        if row >= len(self._strips):
            return Strip.blank(width, style)
        return self._strips[row].crop_extend(scroll_x, scroll_x + width, style).apply_style(style)

"""The row of controls: each a word with its value, `layer ‹2›`; arrows, the wheel and clicks change it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from tutor.app.labs.dials import Dial
from tutor.app.labs.line import LIMIT

FAR = 5
"""How many steps page up and page down go."""


@dataclass(frozen=True)
class Setting:
    """What one control shows: the field it belongs to, its label, its value and how that moves."""

    name: str
    label: str
    value: Any
    dial: Dial | None
    """None for a value that is typed."""
    help: str = ""


class Changed(Message):
    """A control has a new value."""

    def __init__(self, name: str, value: Any) -> None:
        self.name, self.value = name, value
        super().__init__()


class Control(Widget, can_focus=True):
    """One value that arrows change. The focused one has a pointer before its name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,up,plus", "move(1)", "more", show=False),
        Binding("left,down,minus", "move(-1)", "less", show=False),
        Binding("pageup", f"move({FAR})", "much more", show=False),
        Binding("pagedown", f"move(-{FAR})", "much less", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"control--value"}
    DEFAULT_CSS = """
    Control { width: auto; height: 1; padding: 0 1 0 0; color: $text-muted; pointer: pointer; }
    Control > .control--value { color: $text-accent; }
    Control:hover { background: $panel; }
    Control:focus { color: $text; background: $accent 25%; text-style: bold; }
    """
    value: reactive[Any] = reactive(None, layout=True)

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        assert setting.dial is not None
        self.setting, self.dial = setting, setting.dial
        self.set_reactive(Control.value, setting.value)
        self.tooltip = setting.help or None

    def take(self, setting: Setting) -> None:
        """Become the control of another setting of the same name; whoever has the focus keeps it."""
        assert setting.dial is not None
        self.setting, self.dial, self.value = setting, setting.dial, setting.value
        self.tooltip = setting.help or None
        self.refresh(layout=True)

    def render(self) -> Text:
        mark = "▸" if self.has_focus else " "
        accent = self.get_component_rich_style("control--value", partial=True)
        value = Text(f"‹{self.dial.text(self.value)}›", style=accent)
        return Text(f"{mark}{self.setting.label} ", no_wrap=True) + value

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return len(f" {self.setting.label} ‹›") + self.dial.width(self.value)

    def action_move(self, steps: int) -> None:
        """Move the value; nothing is said if it was at its end."""
        value = self.dial.moved(self.value, steps)
        if value != self.value:
            self.value = value
            self.post_message(Changed(self.setting.name, value))

    def on_click(self, event: events.Click) -> None:
        """On the value's opening mark or left of it: back; right of that: on."""
        event.stop()
        self.action_move(-1 if event.x <= len(self.setting.label) + 2 else 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_move(1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_move(-1)


class TypedControl(Horizontal):
    """A value that has to be typed: a word, or several with a bar between them."""

    DEFAULT_CSS = """
    TypedControl { width: auto; height: 1; padding: 0 1 0 1; color: $text-muted; }
    TypedControl:focus-within { color: $text; background: $accent 25%; text-style: bold; }
    TypedControl Static { width: auto; }
    TypedControl Input, TypedControl Input:focus {
        width: auto; min-width: 10; max-width: 48; background: $panel; background-tint: transparent;
    }
    """

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.setting = setting
        self.tooltip = setting.help or None
        self._said = written(setting.value)
        """The text as it was last heard of or told."""

    def compose(self) -> ComposeResult:
        yield Static(f"{self.setting.label} ", markup=False)
        yield Input(written(self.setting.value), compact=True, select_on_focus=False, max_length=LIMIT)

    def take(self, setting: Setting) -> None:
        """Become the control of another setting of the same name and label."""
        self.setting, self.tooltip = setting, setting.help or None
        if not _means(self._said, setting.value):  # else a bar or a space that was just typed would be taken back
            self.value = setting.value

    @property
    def value(self) -> Any:
        return self.setting.value

    @value.setter
    def value(self, value: Any) -> None:
        self._said = written(value)
        with self.prevent(Input.Changed):
            for field in self.query(Input):  # none yet while the control is being mounted, which takes the value then
                field.value = self._said

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass on what was typed; an input also tells its first value, perhaps when it has another one already."""
        event.stop()
        if event.value != self._said and event.value == event.input.value:
            self._said = event.value
            self.post_message(Changed(self.setting.name, event.value))


def written(value: Any) -> str:
    """A typed value as text: several words have a bar between them."""
    return "" if value is None else " | ".join(value) if isinstance(value, tuple) else str(value)


def _means(text: str, value: Any) -> bool:
    """Whether a text, as typed, stands for this value."""
    if not isinstance(value, tuple):
        return text == written(value)
    return tuple(part.strip() for part in text.split("|") if part.strip()) == value


def _slot(setting: Setting) -> tuple[str, str, bool]:
    """What two settings have in common that one control can show."""
    return setting.name, setting.label, setting.dial is None


class Controls(Widget):
    """The controls of one experiment, on as many lines as the width asks for."""

    DEFAULT_CSS = """
    Controls { height: auto; max-height: 3; width: 1fr; padding: 0 1; overflow-y: auto; scrollbar-size: 0 0; }
    """

    @property
    def layout(self) -> Layout:
        """A layout of our own, which style sheets have no name for."""
        return _FLOW

    def __init__(self) -> None:
        super().__init__()
        self._showing = asyncio.Lock()

    async def show(self, settings: Sequence[Setting]) -> None:
        """Replace all controls. Where those of the same names are there already, they stay, and with them the focus.

        One after the other: a lab that opens with a preset is filled twice, and would have each control twice.
        """
        async with self._showing:
            if [_slot(setting) for setting in settings] == [_slot(control.setting) for control in self.controls]:
                for control, setting in zip(self.controls, settings, strict=True):
                    control.take(setting)
            else:
                await self._replace(settings)

    async def _replace(self, settings: Sequence[Setting]) -> None:
        """Other controls; the one of the name that had the focus has it again."""
        focused = next((control.setting.name for control in self.controls if control.has_focus_within), None)
        self.display = bool(settings)
        with self.app.batch_update():
            await self.remove_children()
            if self.is_attached:  # the screen may have been left meanwhile
                await self.mount_all([(Control if s.dial is not None else TypedControl)(s) for s in settings])
        for control in self.controls:
            if control.setting.name == focused:
                for part in [control] if isinstance(control, Control) else control.query(Input):  # none once it left
                    part.focus()

    @property
    def controls(self) -> list[Control | TypedControl]:
        """The controls from left to right."""
        return [child for child in self.children if isinstance(child, Control | TypedControl)]


class Flow(Layout):
    """Children from left to right, as words in a paragraph."""

    name = "flow"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        viewport = parent.app.viewport_size
        placements: list[WidgetPlacement] = []
        x = y = 0
        for child in children:
            width = child.get_content_width(size, viewport) + child.styles.gutter.width
            if x and x + width > size.width:
                x, y = 0, y + 1
            placements.append(WidgetPlacement(Region(x, y, width, 1), NULL_OFFSET, Spacing(), child))
            x += width + 1
        return placements


_FLOW = Flow()

"""The last line of every screen: at most six keys, in the form that works where the focus is."""

from __future__ import annotations

import dataclasses

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

MOST = 6
"""Keys shown at once; the rest are in the help."""
COMMON = ("lab.", "app.")
"""How the names of keys begin that every lab has, and every screen."""


class KeyLine(Widget):
    """Shows the screen's own keys first, then those of what has focus, what only that has before the rest, and help.

    In an input line letters type; Textual leaves out the keys that the focused widget consumes, so that what is
    left of a binding such as `n,ctrl+n` is the form that works.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    KeyLine { dock: bottom; height: 1; padding: 0 2; color: $text-muted; text-overflow: clip; text-wrap: nowrap; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._spans: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _: Screen[object]) -> None:
        self.refresh()

    def render(self) -> Content:
        self._spans = []
        parts = [(binding, self._part(binding)) for binding in self._chosen()]
        while len(parts) > 1 and sum(part.cell_length + 3 for _, part in parts) - 3 > self.content_size.width:
            parts.pop(-2)  # the last one, help, is the way to all others
        x = 0
        for binding, part in parts:
            self._spans.append((x, x + part.cell_length, binding.key))
            x += part.cell_length + 3
        return Content("   ").join(part for _, part in parts)

    def _part(self, binding: Binding) -> Content:
        return Content.assemble((self.app.get_key_display(binding), "$accent"), f" {binding.description}")

    def _chosen(self) -> list[Binding]:
        """One binding an action, the screen's own first and help last."""
        first: dict[str, Binding] = {}
        rest: dict[str, Binding] = {}
        lent: set[str] = set()
        shown = [each for each in self.screen.BINDINGS if isinstance(each, Binding) and each.show]
        own = {key: each for each in shown for key in each.key.split(",")}
        for key, (namespace, binding, enabled, _) in self.screen.active_bindings.items():
            if not binding.show and key in own:  # a lab takes escape first, and leaves it to the screen when idle
                first.setdefault(own[key].action, dataclasses.replace(own[key], key=key))
                lent.add(own[key].action)
            elif binding.show and enabled and binding.description:
                group = first if namespace is self.screen else rest
                if binding.action not in group or binding.action in lent:
                    group[binding.action] = binding
                    lent.discard(binding.action)
        last = [binding for group in (rest, first) for action, binding in group.items() if action.endswith("help")]
        of_all = [binding for binding in rest.values() if (binding.id or "").startswith(COMMON)]
        special = [binding for binding in rest.values() if binding not in of_all]
        others = [binding for binding in (*first.values(), *special, *of_all) if binding not in last]
        return others[: MOST - len(last[:1])] + last[:1]

    def on_click(self, event: events.Click) -> None:
        for start, end, key in self._spans:
            if start <= event.x - self.gutter.left < end:
                self.app.simulate_key(key)

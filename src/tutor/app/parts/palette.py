"""The command palette, safe for fast hands."""

from __future__ import annotations

from typing import Any

from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette
from textual.css.query import NoMatches
from textual.widgets import Input

_MOST = 200
"""Characters that are searched for. A megabyte that was pasted by mistake would hold up the app for seconds."""


class Palette(CommandPalette):
    """Textual's own, but for three errors that fast keys bring about, and for pastes that no command is called.

    Its list of commands raises KeyError when it is paged through while it has no line on the screen. Its searches go
    on for a moment after it was closed, and look up parts that are gone by then: they get the ones they had before.
    And a second enter that comes while it closes would close the screen below it as well.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._parts: dict[object, Any] = {}

    def query_one(self, selector: Any, expect_type: Any = None) -> Any:
        try:
            self._parts[selector] = super().query_one(selector, expect_type)
        except NoMatches:
            if selector not in self._parts:
                raise
        return self._parts[selector]

    def on_mount(self) -> None:
        self.query_one(Input).max_length = _MOST

    def dismiss(self, result: Any = None) -> AwaitComplete:
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "command_list":
            return bool(self.query_one(CommandList).scrollable_content_region)  # neither unlaid nor of no height
        return super().check_action(action, parameters)

"""The command palette, safe for fast hands."""

from __future__ import annotations

from textual.command import CommandList, CommandPalette


class Palette(CommandPalette):
    """Textual's list of commands raises KeyError when it is paged through before it has been laid out."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "command_list":
            return self.query_one(CommandList).scrollable_content_region.width > 0
        return super().check_action(action, parameters)

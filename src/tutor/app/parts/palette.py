"""The command palette, safe for fast hands."""

from __future__ import annotations

from textual.command import CommandList, CommandPalette


class Palette(CommandPalette):
    """Textual's list of commands raises KeyError when it is paged through while it has no line on the screen."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "command_list":
            return bool(self.query_one(CommandList).scrollable_content_region)  # neither unlaid nor of no height
        return super().check_action(action, parameters)

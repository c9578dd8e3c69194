"""The keys of the translation lab, and those that it has in common with all labs."""

from __future__ import annotations

from textual.binding import Binding

from tutor.app.labs.commands import Commands

KEYS = (
    Binding(
        "enter",
        "table",
        "tables",
        tooltip="The tables of attention: to the English, to what is written, and the encoder's own",
        id="translation.table",
    ),
    Binding(
        "h,f4",
        "align",
        "best head",
        priority=True,
        tooltip="Which head reads the words that matter, found by hiding them; and back",
        id="translation.align",
    ),
    Binding("shift+up", "head(-1, 0)", "layer before", show=False, tooltip="The layer before", id="translation.up"),
    Binding("shift+down", "head(1, 0)", "next layer", show=False, tooltip="The next layer", id="translation.down"),
    Binding(
        "shift+left", "head(0, -1)", "head before", show=False, tooltip="The head before", id="translation.before"
    ),
    Binding("shift+right", "head(0, 1)", "next head", show=False, tooltip="The next head", id="translation.next"),
    Binding(
        "plus,equals_sign",
        "zoom(1)",
        "closer",
        show=False,
        tooltip="A closer look at a large table, around the word",
        id="translation.zoom",
    ),
    Binding("minus", "zoom(-1)", "less", show=False, tooltip="More of the table", id="translation.less"),
)
COMMON = tuple(each for each in Commands.BINDINGS if isinstance(each, Binding))

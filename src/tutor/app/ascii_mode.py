"""ASCII mode: every line of the app spelled with ASCII characters, for terminals that know no others."""

from __future__ import annotations

import os
import sys

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.widget import Widget

from tutor.views.ascii import spelled

_KEYS = {"⏎": "enter", "⌫": "bksp", "↑": "up", "↓": "down", "←": "left", "→": "right"}
"""The signs that Textual has for keys, and what is printed on them."""


class AsciiLines(LineFilter):
    """Goes over each line just before it is written; pictures also ask `is_on` and draw otherwise themselves."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(spelled(text), style, control) for text, style, control in segments]


def is_on(widget: Widget) -> bool:
    """Whether what the widget shows goes to a terminal that knows ASCII only."""
    return any(isinstance(each, AsciiLines) for each in widget.get_line_filters())


def key_named(shown: str) -> str:
    """The name of a key instead of its sign: spelled out as a text, the sign for enter would be another key, `$`."""
    for sign, name in _KEYS.items():
        shown = shown.replace(sign, name)
    return shown


def needed() -> bool:
    """Whether the terminal or the locale cannot show other characters."""
    encoding = (getattr(sys.__stdout__, "encoding", None) or "ascii").lower()
    return not encoding.startswith("utf") or os.environ.get("TERM", "") in ("dumb", "vt100", "vt220")

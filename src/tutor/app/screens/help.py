"""Help: every key that works on the screen it was opened from, and where to find the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import ScrollableContainer, VerticalScroll
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widgets import Input, Static, TextArea

from tutor.app import keymap
from tutor.app.screens.frame import Frame

_TEXTUALS = (App, Screen, ScrollableContainer, Input)
"""Whose own keys (scrolling, editing) are what anybody expects and need no help."""
_ALWAYS = (
    ("ctrl+p", "search: every lesson, step, lab, theme, and what the keys do here"),
    ("ctrl+t", "the next theme: dark, light, high contrast, colour-blind safe"),
    ("? or f1", "this help; f1 also works while typing"),
    ("tab", "the next thing that can be focused"),
    ("ctrl+q", "quit; everything done so far is saved"),
)
_NOTE = "In an input line letters type; there the forms with ctrl, alt or f work. Inside tmux, ctrl+b is alt+left."
_OWN = """Other keys: a line for each action in keys.toml in the state folder (tutor doctor names it), such as
"lesson.next" = "j, ctrl+j". The actions:"""


class HelpScreen(Frame):
    """Lists the keys of the screen below. Any of escape, enter and ? closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,question_mark,f1,q", "close", "back")]

    def __init__(self, below: Screen[object]) -> None:
        super().__init__()
        self.keys = _keys(below)
        self.about_below = below.about() if isinstance(below, Frame) else []

    def body(self) -> ComposeResult:
        with VerticalScroll(id="help-scroll"):
            yield Static("Here", classes="heading")
            yield Static(_table(self.keys), classes="keys")
            if self.about_below:
                yield Static("What you see", classes="heading")
                yield Static(_table(self.about_below), classes="keys")
            yield Static("Everywhere", classes="heading")
            yield Static(_table(list(_ALWAYS)), classes="keys")
            yield Static(_NOTE, classes="keys quiet")
            yield Static(f"{_OWN} {', '.join(keymap.NAMES)}.", classes="keys quiet", markup=False)

    def on_mount(self) -> None:
        self.head("Help", "what the keys do here")
        self.query_one("#help-scroll").focus()

    def action_close(self) -> None:
        self.dismiss()


def _keys(below: Screen[object]) -> list[tuple[str, str]]:
    """The keys of each action that works on a screen now, with what it does."""
    found: dict[str, tuple[list[str], str]] = {}
    for _, binding, described in offered(below):
        keys, _ = found.setdefault(binding.action, ([], described))
        keys.append(spelled(binding.key))
    own = list(below.MORE_KEYS) if isinstance(below, Frame) else []
    return own + [(" ".join(keys), described) for keys, described in found.values()]


def offered(below: Screen[object]) -> Iterator[tuple[DOMNode, Binding, str]]:
    """The bindings that work on a screen now, its own first, each with its node and what it does."""
    expected, editing = _actions(*_TEXTUALS), _actions(TextArea)
    for node, binding, enabled, tooltip in sorted(below.active_bindings.values(), key=lambda e: e.node is not below):
        described = tooltip or binding.description
        usual = binding.action in expected or (isinstance(node, TextArea) and binding.action in editing)
        if enabled and described and node is not below.app and not usual:
            yield node, binding, described


def _actions(*kinds: type[DOMNode]) -> set[str]:
    return {binding.action for kind in kinds for binding in kind.BINDINGS if isinstance(binding, Binding)}


def spelled(key: str) -> str:
    """A key as it is written on a keyboard."""
    names = {"left_square_bracket": "[", "right_square_bracket": "]", "question_mark": "?", "minus": "-", "plus": "+"}
    return names.get(key, key)


def _table(rows: list[tuple[str, str]]) -> Table:
    """Keys and what they do in two columns; a long line goes on under its own column."""
    table = Table.grid(padding=(0, 3, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column()
    for keys, described in rows:
        table.add_row(Text(keys, "bold"), Text(described))
    return table

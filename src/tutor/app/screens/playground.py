"""The playground: one lab with the whole screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tutor.app.labs import LABS, make_lab
from tutor.app.navigation import GoHome, OpenLab
from tutor.app.screens.frame import Frame

if TYPE_CHECKING:
    from tutor.app.engine_client import EngineClient


class PlaygroundScreen(Frame):
    """A lab by its name."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "home", "home"),
        Binding("ctrl+n,alt+right", "other(1)", "next lab"),
        Binding("ctrl+b,alt+left", "other(-1)", "lab before", show=False),
    ]

    def __init__(self, name: str, engine: EngineClient) -> None:
        super().__init__()
        self.info = next(info for info in LABS if info.name == name)
        self.lab = make_lab(self.info.experiments[0], engine)

    def body(self) -> ComposeResult:
        yield self.lab

    def on_mount(self) -> None:
        self.head(self.info.title, self.info.line)
        self.lab.focus()

    def about(self) -> list[tuple[str, str]]:
        return self.lab.entry.about()

    def action_home(self) -> None:
        self.post_message(GoHome())

    def action_other(self, by: int) -> None:
        """The lab that follows in the list, round and round."""
        self.post_message(OpenLab(LABS[(LABS.index(self.info) + by) % len(LABS)].name))

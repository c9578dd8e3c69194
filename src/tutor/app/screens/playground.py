"""The playground: one lab with the whole screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tutor.app.labs import LABS, LabInfo, make_lab
from tutor.app.labs.answering import Answering
from tutor.app.navigation import GoHome, OpenLab
from tutor.app.screens.frame import Frame

if TYPE_CHECKING:
    from tutor.app.engine_client import EngineClient


_FIND_IT_AGAIN = ("finetune", "runs", "build")
"""Labs that know by themselves which run or draft one was at."""


class PlaygroundScreen(Frame):
    """A lab that opens with an experiment; `inputs` are filled in where they are given.

    `left` is how each lab was left, by its name: where it has this one, and no inputs are given, one goes on there.
    """

    AUTO_FOCUS = ""
    """The lab says where one starts. A control that had the focus before that would take it again when refilled."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "home", "home", id="playground.home"),
        Binding("ctrl+n,alt+right", "other(1)", "next lab", id="playground.next"),
        Binding("ctrl+b,alt+left", "other(-1)", "lab before", show=False, id="playground.before"),
    ]

    def __init__(self, experiment: str, engine: EngineClient, inputs: Any, left: dict[str, Any]) -> None:
        super().__init__()
        self.lab = make_lab(experiment, engine)
        self.lab.invite()
        self.info: LabInfo = self.lab.info
        self.inputs, self.left = inputs, left

    def body(self) -> ComposeResult:
        yield self.lab

    async def on_mount(self) -> None:
        self.head(self.info.title, self.info.line)
        if self.inputs is not None:
            await self.lab.load(self.inputs)
        elif self.info.name in self.left:
            began = self.lab.preset
            await self.lab.load(self.left[self.info.name])
            self.lab.preset = began
        self.lab.focus()

    @on(Answering.Answered)
    def _remember(self, event: Answering.Answered) -> None:
        if self.info.name not in _FIND_IT_AGAIN:
            self.left[self.info.name] = event.inputs

    def about(self) -> list[tuple[str, str]]:
        return self.lab.entry.about()

    def action_home(self) -> None:
        self.post_message(GoHome())

    def action_other(self, by: int) -> None:
        """The lab that follows in the list, round and round."""
        here = LABS.index(self.info) if self.info in LABS else -1
        self.post_message(OpenLab(LABS[(here + by) % len(LABS)].name))

"""The walk through a model: one stage of the forward pass per key, with the sentence's own numbers."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.console import RenderableType
from rich.table import Table
from textual import on
from textual.binding import Binding, BindingType

from tutor.app.labs.asking import Reply
from tutor.app.labs.base import Lab
from tutor.app.labs.panes import Panes
from tutor.app.labs.walked_panes import Moved, Pointed, WalkedPanes

WALK = "walk"
WIDE = 100
"""Columns from which the logit lens stands beside the stage."""
NARROW = 44
"""Columns below which the list of stages gives way to the stage."""
_PATH, _STAGE, _LENS = 14, 64, 30
"""Columns of the list of stages, of the stage at most, and of the lens."""


class InsideLab(Lab):
    """Keeps a place among the stages; `layer` follows it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter,space", "step(1)", "next stage", tooltip="The next stage of the forward pass", id="inside.next"
        ),
        Binding("backspace", "step(-1)", "stage before", show=False, tooltip="The stage before", id="inside.before"),
        Binding(
            "shift+right,shift+down",
            "layer(1)",
            "next layer",
            show=False,
            tooltip="The next layer",
            id="inside.layer_next",
        ),
        Binding(
            "shift+left,shift+up",
            "layer(-1)",
            "layer before",
            show=False,
            tooltip="The layer before",
            id="inside.layer_before",
        ),
    ]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.place: tuple[str, int | None] = ("embed", None)
        """The name and the layer of the stage one is at."""

    def make_panes(self) -> Panes:
        return WalkedPanes()

    async def load(self, inputs: Any) -> None:
        """A preset that names a layer begins there."""
        layer = getattr(inputs, "layer", 0)
        self.place = ("resid_pre", layer) if layer else ("embed", None)
        await super().load(inputs)

    @property
    def hint(self) -> str:
        if self.form.experiment != WALK:
            return ""
        return "arrows: stages, shift+arrows: layers" if self.panes.has_focus else "enter: the next stage"

    async def edited(self, typed: bool) -> None:
        """Another layer was turned to: go there."""
        layer = self.form.values.get("layer")
        if not typed and self.form.experiment == WALK and layer != (self.place[1] or 0):
            self.place = ("resid_pre", layer)
        await super().edited(typed)

    async def entered(self) -> None:
        self.panes.focus()
        await self.action_step(1)

    @property
    def _walked(self) -> Reply | None:
        fits = self.reply is not None and self.reply.question.name == WALK == self.form.experiment
        return self.reply if fits else None

    def _index(self, result: Any) -> int:
        """The number of the stage one is at, or of the first one of that name."""
        places = [(stage.name, stage.layer) for stage in result.stages]
        names = [name for name, _ in places]
        return places.index(self.place) if self.place in places else names.index(self.place[0])

    @on(Moved)
    async def _on_moved(self, event: Moved) -> None:
        event.stop()
        if self._walked is None:
            self.panes.scroll_relative(event.right, event.down, animate=False)
        else:
            await self.action_step(event.right + event.down)

    @on(Pointed)
    async def _on_pointed(self, event: Pointed) -> None:
        """A click goes on."""
        event.stop()
        if self._walked is not None:
            await self.action_step(1)

    async def action_step(self, steps: int) -> None:
        """So many stages on."""
        if self._walked is not None:
            stages = self._walked.result.stages
            at = min(max(self._index(self._walked.result) + steps, 0), len(stages) - 1)
            await self._go((stages[at].name, stages[at].layer))

    async def action_layer(self, steps: int) -> None:
        """The same stage of another layer."""
        if self._walked is not None:
            layers = max(stage.layer for stage in self._walked.result.stages if stage.layer is not None) + 1
            name, layer = self.place
            inside = (
                (name, layer)
                if layer is not None
                else ("resid_pre", -1 if name in ("embed", "pos_embed") else layers)
            )
            await self._go((inside[0], min(max(inside[1] + steps, 0), layers - 1)))

    async def _go(self, place: tuple[str, int | None]) -> None:
        """Show a stage; the answer has all of them, so that only the control and the command follow."""
        assert self._walked is not None
        self.place = place
        if place[1] is not None and place[1] != self.form.values["layer"]:
            self.form.values["layer"] = place[1]
            await self.entry.refill()
            self.schedule()
        self.show_reply(self._walked)

    def on_reply(self, reply: Reply) -> None:
        if reply.question.name == WALK:
            layers = max(stage.layer for stage in reply.result.stages if stage.layer is not None)
            self.call_later(self._limit, layers)
        super().on_reply(reply)

    async def _limit(self, last: int) -> None:
        """Keep the control within the model that answered."""
        if self.form.highs != {"layer": last}:
            self.form.highs = {"layer": last}
            await self.entry.refill()

    def draw(self, reply: Reply) -> RenderableType:
        """The stage one is at, between the list of all and the lens."""
        if reply.question.name != WALK:
            return reply.picture
        from tutor.views.records import walk

        width, index = self.panes.scrollable_content_region.width, self._index(reply.result)
        if width < NARROW:
            return walk.stage(reply.result, index, width)
        room = min(width - _PATH - 4 - (_LENS if width >= WIDE else 0), _STAGE)
        stage = walk.stage(reply.result, index, room)
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(width=_PATH)
        grid.add_column(width=room)
        parts = [walk.path(reply.result, index, max(self.panes.scrollable_content_region.height, 4)), stage]
        if width >= WIDE:
            grid.add_column(width=_LENS)
            parts.append(walk.guesses(reply.result, index))
        grid.add_row(*parts)
        return grid

    def sentences(self, reply: Reply) -> list[str]:
        """The stage one is at first."""
        if reply.question.name != WALK:
            return reply.words
        from tutor.views.records import walk

        return [walk.sentence(reply.result, self._index(reply.result)), *reply.words]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        if action in ("step", "layer"):
            return self.form.experiment == WALK
        return super().check_action(action, parameters)

"""Which head is looked at: one of all, chosen with arrows or controls, and switched off to see what changes."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from tutor.app.labs.base import Lab

PATTERNS, OFF = "attention", "ablate"
AXES = ("layer", "head")
HEADS, HEAD, WORD, NUMBERS = range(4)
"""How deep one is."""


class HeadsLab(Lab):
    """Keeps a place among layers and heads; a subclass says how deep one is and draws."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "x,f4",
            "head_off",
            "head off",
            priority=True,
            tooltip="Switch this head off, and on again",
            id="attention.off",
        ),
        Binding(
            "shift+up",
            "head(-1, 0)",
            "layer up",
            show=False,
            tooltip="Another layer, however deep one is",
            id="attention.layer_before",
        ),
        Binding(
            "shift+down",
            "head(1, 0)",
            "layer down",
            show=False,
            tooltip="Another layer, however deep one is",
            id="attention.layer_next",
        ),
        Binding(
            "shift+left",
            "head(0, -1)",
            "head before",
            show=False,
            tooltip="Another head, however deep one is",
            id="attention.head_before",
        ),
        Binding(
            "shift+right",
            "head(0, 1)",
            "next head",
            show=False,
            tooltip="Another head, however deep one is",
            id="attention.head_next",
        ),
    ]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.place = (0, 0)
        """The layer and head that the overview points at."""
        self.shape: tuple[int, int] | None = None
        """Layers and heads of the model that answered last."""

    @property
    def depth(self) -> int:
        """How deep one is: all heads, one head, one word, its numbers."""
        raise NotImplementedError

    async def go(self, **values: Any) -> None:
        """Look at another layer, head or word."""
        self.form.take(values)
        await self.entry.refill()
        self.schedule()

    async def limit(self, layers: int, heads: int) -> None:
        """Keep the controls within the model that answered."""
        highs = {"layer": layers - 1, "head": heads - 1}
        if highs != self.form.highs:
            self.form.highs = highs
            await self.entry.refill()

    async def action_head(self, down: int, right: int) -> None:
        """Another layer or head, round at the ends."""
        if self.shape is None:
            self.status.say("which heads there are is known once the patterns were seen: x")
            return
        layers, heads = self.shape
        layer, head = self.here()
        self.place = ((layer + down) % layers, (head + right) % heads)
        if self.form.experiment == OFF:
            others = self.form.values["heads"][:-1]
            await self.go(heads=(*others, f"{self.place[0]}.{self.place[1]}"))
        elif self.depth != HEADS:
            await self.go(layer=self.place[0], head=self.place[1])
        elif moved := self._moved_controls():
            await self.go(**moved)
        elif self.reply is not None:
            self.show_reply(self.reply)
            self.say_facts(self.reply)
            row = self.place[0] / layers * self.panes.virtual_size.height
            self.panes.scroll_to(y=row - self.panes.size.height / 2, animate=False)

    def _moved_controls(self) -> dict[str, int]:
        """A layer or head that is chosen by its control, and that the place is no longer in."""
        values = {name: self.form.values.get(name) for name in AXES}
        return {name: at for name, at in zip(AXES, self.place, strict=True) if values[name] not in (None, at)}

    def here(self) -> tuple[int, int]:
        """The layer and head that is looked at or pointed at."""
        if self.form.experiment == OFF:
            return self.place
        chosen = [self.form.values.get(name) for name in AXES]
        return tuple(self.place[i] if chosen[i] is None else chosen[i] for i in (0, 1))  # type: ignore[return-value]

    async def action_head_off(self) -> None:
        """What changes without the head that is looked at; again, and it is on."""
        if self.form.experiment == OFF:
            await self.entry.switch(PATTERNS)
            return
        self.place = self.here()
        await self.entry.switch(OFF)
        await self.go(heads=(f"{self.place[0]}.{self.place[1]}",))
        self.panes.focus()

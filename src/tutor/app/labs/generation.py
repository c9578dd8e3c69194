"""The generation lab: the next word as bars while one types, and on enter the text as it is made."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.console import Group, RenderableType
from rich.text import Text
from textual.binding import Binding, BindingType

from tutor.app.labs.asking import Piece
from tutor.app.labs.base import Lab
from tutor.app.labs.status import count

NEXT, TEXT = "next", "generate"


class GenerationLab(Lab):
    """Typing shows what could come next; enter lets the model go on from there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w,ctrl+g", "write", "write", priority=True, tooltip="Let the model go on"),
    ]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._made: list[str] = []

    @property
    def hint(self) -> str:
        return "enter writes on"

    async def entered(self) -> None:
        await self.action_write()

    async def edited(self, typed: bool) -> None:
        """Another text: back to the bars, which follow the typing."""
        if typed and self.form.experiment == TEXT:
            await self.entry.switch(NEXT)
        else:
            self.schedule()

    async def action_write(self) -> None:
        """Write from here, with the settings that the bars showed."""
        if self.form.experiment != TEXT:
            await self.entry.switch(TEXT)
        self.ask(on_request=True)

    def ask(self, on_request: bool = False) -> None:
        """In the text view a changed setting waits for enter; what is being written goes on."""
        if self.form.experiment == TEXT and not on_request:
            self._soon = None
            if self.asker.question is None:
                self.wait_for_enter("enter writes")
        else:
            super().ask(on_request)

    def on_piece(self, piece: Piece) -> None:
        """The prompt first, then what each token adds, with what else could have come."""
        from tutor.views.records.generate import piece as text_of

        record = piece.record
        if not hasattr(record, "candidates_after"):
            self._made = []
        self._made.append(text_of(record))
        self.undim()
        self.panes.fill(self._so_far(record), ["".join(self._made)])
        self.reading.say(())
        self.status.say(f"{count(len(self._made) - 1, 'token')} so far · escape stops")

    def _so_far(self, record: Any) -> RenderableType:
        """The prompt dimmed, the newest piece marked, and the choice that it was drawn from."""
        from tutor.views.bars import Bar, Bars
        from tutor.views.visible import visible

        prompt, *made = self._made
        text = Text.assemble((prompt, "dim"), *made[:-1], *((piece, "bold reverse") for piece in made[-1:]))
        candidates = getattr(record, "candidates_after", ())[:8]
        if not candidates:
            return text
        bars = Bars([Bar(visible(one.text), one.probability) for one in candidates], high=1.0, unit="%")
        return Group(bars, Text("what the newest token was drawn from", style="dim"), Text(), text)

"""The gap lab: arrows move the gap from word to word of a sentence, and the word that stood there is looked up."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tutor.app.labs.asking import Reply
from tutor.app.labs.base import Lab
from tutor.app.labs.panes import Panes
from tutor.app.labs.walked_panes import Moved, Pointed, WalkedPanes

MASK = "[MASK]"
_WORD = re.compile(r"\[MASK\]|[^\W_]+(?:['’][^\W_]+)*")


class GapsLab(Lab):
    """`hidden` is the word that stood where the one gap is, as far as that is known."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space,f4", "move(1)", "next word", tooltip="Hide the next word instead", id="gaps.next"),
        Binding(
            "backspace,f3",
            "move(-1)",
            "word before",
            show=False,
            tooltip="Hide the word before instead",
            id="gaps.before",
        ),
    ]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.hidden = ""

    def make_panes(self) -> Panes:
        return WalkedPanes()

    @property
    def hint(self) -> str:
        return "enter hides the next word"

    async def load(self, inputs: Any) -> None:
        self.hidden = ""
        await super().load(inputs)

    async def edited(self, typed: bool) -> None:
        """Another sentence: what stood in its gap is not known."""
        if typed:
            self.hidden = ""
        await super().edited(typed)

    async def entered(self) -> None:
        await self.action_move(1)

    @on(Moved)
    async def _on_moved(self, event: Moved) -> None:
        event.stop()
        if event.right:
            await self.action_move(event.right)
        else:
            self.panes.scroll_relative(0, event.down, animate=False)

    @on(Pointed)
    def _on_pointed(self, event: Pointed) -> None:
        event.stop()

    async def action_move(self, steps: int) -> None:
        """Put the gap in the place of the word so many further, round at the ends; what stood there comes back."""
        text = self.form.line
        words = list(_WORD.finditer(text))
        gaps = [place for place, word in enumerate(words) if word.group() == MASK]
        if len(gaps) == len(words):
            self.status.say("type a sentence of a few words; enter then hides one")
            return
        place = gaps[0] if gaps else -1 if steps > 0 else 0
        there = (place + steps) % len(words)
        while there in gaps:
            there = (there + steps) % len(words)
        pieces = {words[there].span(): MASK}
        if gaps and (back := self.hidden or self._best()):
            pieces[words[gaps[0]].span()] = back
        self.hidden = words[there].group()
        for (start, end), piece in sorted(pieces.items(), reverse=True):
            text = text[:start] + piece + text[end:]
        self.form.line = text
        await self.entry.refill()
        self.schedule()

    def _best(self) -> str:
        """The likeliest word for the first gap, if that was asked."""
        gaps = self.reply.result.gaps if self.reply is not None else ()
        return str(gaps[0].candidates[0].text).removeprefix("##") if gaps else ""

    def sentences(self, reply: Reply) -> list[str]:
        """The word that stood there first, if it is known."""
        if not self.hidden or self.hidden == MASK or len(reply.result.gaps) != 1:
            return reply.words
        candidates = reply.result.gaps[0].candidates
        place = next((at for at, one in enumerate(candidates, 1) if one.text.lower() == self.hidden.lower()), None)
        if place is None:
            return [f"'{self.hidden}' stood there; it is not among the likeliest {len(candidates)}.", *reply.words]
        share = 100 * candidates[place - 1].probability
        return [f"'{self.hidden}' stood there: number {place} with {share:.1f} %.", *reply.words]

"""The attention lab: all heads at a glance, one head, one word, each one key deeper; arrows move among them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from tutor.app.labs.asking import Reply
from tutor.app.labs.base import Lab
from tutor.app.labs.panes import PICTURE, Panes
from tutor.experiments import load

if TYPE_CHECKING:
    from tutor.experiments.attention import Result
    from tutor.views.thumbnails import Thumbnails

FARTHEST = 200
"""Tokens up to which arrows walk from word to word; finding out how a word is called takes the square of it."""


SPELLED_OUT = 8
"""Cells of a thumbnail from which `head 3` can be written over it; over smaller ones only its number."""


class Moved(Message):
    """An arrow was pressed over the picture."""

    def __init__(self, right: int, down: int) -> None:
        self.right, self.down = right, down
        super().__init__()


class WalkedPanes(Panes):
    """A picture in which arrows move what is looked at; words and source scroll as ever."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "walk(-1, 0)", "head", show=False),
        Binding("right", "walk(1, 0)", "head", show=False),
        Binding("up", "walk(0, -1)", "layer or word", show=False),
        Binding("down", "walk(0, 1)", "layer or word", show=False),
    ]

    def action_walk(self, right: int, down: int) -> None:
        """Move among heads and words, or scroll where there are none."""
        if self.face == PICTURE:
            self.post_message(Moved(right, down))
        else:
            self.scroll_relative(right, down, animate=False)


class AttentionLab(Lab):
    """`layer`, `head` and `word` of the inputs say how deep one is; the overview keeps a place of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "deeper", "closer", tooltip="One head, then one word"),
        Binding("shift+up", "layer(-1)", "layer up", show=False),
        Binding("shift+down", "layer(1)", "layer down", show=False),
    ]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.place = (0, 0)
        """The layer and head that the overview points at."""
        self._spelled: tuple[Any, list[str]] = (None, [])

    def make_panes(self) -> Panes:
        return WalkedPanes()

    @property
    def depth(self) -> int:
        """0 all heads, 1 one head, 2 one word."""
        values = self.form.values
        if values["word"]:
            return 2
        return 1 if values["layer"] is not None and values["head"] is not None else 0

    @property
    def hint(self) -> str:
        chosen = f"enter opens head {self.place[0]}.{self.place[1]}"
        return (chosen, "enter: one word, esc: all heads", "arrows: words, heads")[self.depth]

    async def go(self, **values: Any) -> None:
        """Look at another layer, head or word."""
        self.form.values |= values
        await self.entry.refill()
        self.schedule()

    async def on_reply_shape(self, layers: int, heads: int) -> None:
        """Keep the controls within the model that answered."""
        highs = {"layer": layers - 1, "head": heads - 1}
        if highs != self.form.highs:
            self.form.highs = highs
            await self.entry.refill()

    def on_reply(self, reply: Reply) -> None:
        layers, heads = reply.result.patterns.shape[:2]
        self.place = (min(self.place[0], layers - 1), min(self.place[1], heads - 1))
        self.call_later(self.on_reply_shape, layers, heads)
        super().on_reply(reply)

    def draw(self, reply: Reply) -> RenderableType:
        """All heads with a mark at one of them, or what the view makes of a head or a word."""
        if reply.result.row is None and len(reply.result.heads) > 1:
            return self._marked(reply.result)
        return reply.picture

    def _marked(self, result: Result) -> Thumbnails:
        from tutor.views.records.attention import overview

        drawn = overview(result)
        layer, head = self.place
        height = max(self.panes.size.height - 2, 1)
        narrow = height // len(drawn.rows) < SPELLED_OUT // 2
        rows = [_pointed(label, label == f"layer {layer}") for label in drawn.rows]
        columns = [_pointed(label[5:] if narrow else label, label == f"head {head}") for label in drawn.columns]
        unit = "weight; a row for each layer, a column for each head" if narrow else drawn.unit
        return dataclasses.replace(drawn, rows=rows, columns=columns, height=height, unit=unit)

    @on(Moved)
    async def _on_moved(self, event: Moved) -> None:
        event.stop()
        if self.reply is None:
            return
        if self.depth == 2 and event.down:
            await self._to_word(event.down)
        else:
            await self._to_head(event.down, event.right)

    async def _to_head(self, down: int, right: int) -> None:
        """Another layer or head, round at the ends."""
        assert self.reply is not None
        layers, heads = self.reply.result.patterns.shape[:2]
        chosen = (self.form.values["layer"], self.form.values["head"])
        layer, head = (self.place[i] if chosen[i] is None else chosen[i] for i in (0, 1))
        self.place = ((layer + down) % layers, (head + right) % heads)
        if self.depth == 0:
            self.show_reply(self.reply)
            self.say_facts(self.reply)
            row = self.place[0] / layers * self.panes.virtual_size.height
            self.panes.scroll_to(y=row - self.panes.size.height / 2, animate=False)
        else:
            await self.go(layer=self.place[0], head=self.place[1])

    async def _to_word(self, steps: int) -> None:
        assert self.reply is not None and self.reply.result.row is not None
        words = self._words()
        index = self.reply.result.row.index + steps
        while 0 <= index < len(words) and not words[index]:
            index += steps
        if 0 <= index < len(words):
            await self.go(word=words[index])

    def _words(self) -> list[str]:
        """How each token of the answer is called in `word`; "" for one that has no name of its own."""
        assert self.reply is not None
        result, text = self.reply.result, self.reply.question.inputs.text
        if self._spelled[0] is not result:
            token_of = load("attention").token_of
            self._spelled = (result, [_name(token_of, text, result.tokens, i) for i in range(len(result.tokens))])
        return self._spelled[1]

    async def entered(self) -> None:
        self.panes.focus()
        await self.action_deeper()

    async def action_deeper(self) -> None:
        """From all heads to one, from one head to one word."""
        if self.reply is None or self.depth == 2:
            return
        if self.depth == 0:
            await self.go(layer=self.place[0], head=self.place[1])
        else:
            words = [word for word in self._words()[:FARTHEST] if word]
            link = self.reply.result.strongest
            start = self._words()[link.source] if link is not None else ""
            if words:
                await self.go(word=start or words[-1])
        self.panes.focus()

    async def action_layer(self, steps: int) -> None:
        """Another layer, however deep one is."""
        if self.reply is not None:
            await self._to_head(steps, 0)

    async def action_stop(self) -> None:
        """One key up again; at the top the key is not for the lab."""
        if self.panes.face == PICTURE and self.depth == 2:
            await self.go(word=None)
        elif self.panes.face == PICTURE and self.depth == 1:
            self.place = (self.form.values["layer"], self.form.values["head"])
            await self.go(layer=None, head=None)
        else:
            await super().action_stop()


def _pointed(label: str, here: bool) -> str:
    return ("▸" if here else " ") + label


def _name(token_of: Any, text: str, tokens: Any, index: int) -> str:
    """The word, with its number where it needs one, that `token_of` finds this token by."""
    from tutor.errors import InputError

    piece = text[tokens[index].start : tokens[index].end].strip()
    if not piece:
        return ""
    for spelling in (piece, *(f"{piece}:{number}" for number in range(2, 10))):
        try:
            if token_of(text, tokens, spelling) == index:
                return spelling
        except InputError:
            break
    return ""

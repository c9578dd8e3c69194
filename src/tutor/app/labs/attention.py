"""The attention lab: all heads, one head, one word, its numbers, each one key deeper; and heads switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from textual import on
from textual.binding import Binding, BindingType

from tutor.app.labs import attention_picture
from tutor.app.labs.answering import together
from tutor.app.labs.asking import Reply
from tutor.app.labs.heads import HEAD, HEADS, NUMBERS, OFF, PATTERNS, WORD, HeadsLab
from tutor.app.labs.panes import PICTURE, Panes
from tutor.app.labs.walked_panes import Moved, Pointed, WalkedPanes
from tutor.app.labs.words import spellings
from tutor.app.labs.zoom import Window

if TYPE_CHECKING:
    from tutor.experiments.attention import Result

FARTHEST = 200
"""Tokens up to which arrows walk from word to word; finding out how a word is called takes the square of it."""


class AttentionLab(HeadsLab):
    """`layer`, `head` and `word` of the inputs say how deep one is; the overview keeps a place of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "deeper", "closer", tooltip="One head, then one word, then its numbers", id="attention.closer"
        ),
        Binding(
            "plus,equals_sign",
            "zoom(1)",
            "zoom",
            show=False,
            tooltip="A closer look at a large matrix",
            id="attention.zoom",
        ),
        Binding("minus", "zoom(-1)", "less", show=False, tooltip="More of the matrix", id="attention.less"),
    ]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.window = Window.all_of(0)
        """The part of the matrix that is looked at."""
        self.in_numbers = False
        """Whether one is at the numbers of a word."""
        self._spelled: tuple[Any, list[str]] = (None, [])
        self._drawn: Any = None

    def make_panes(self) -> Panes:
        return WalkedPanes()

    @property
    def depth(self) -> int:
        """How deep one is: all heads, one head, one word, its numbers."""
        values = self.form.values
        if self.form.experiment != PATTERNS:
            return HEADS
        single = values["layer"] is not None and values["head"] is not None
        if values["word"]:
            return NUMBERS if self.in_numbers and single else WORD
        return HEAD if single else HEADS

    @property
    def hint(self) -> str:
        if self.form.experiment == OFF:
            return together("arrows: other heads" if self.panes.has_focus else "", self.tip("head_off", "on again"))
        if self.form.experiment != PATTERNS:
            return ""
        zooms = "+ zooms" if self.window.whole > attention_picture.LARGE else ""
        head = together("enter: a word", self.tip("head_off", "off"), zooms)
        opens = "enter opens head {}.{}".format(*self.here())
        return (opens, head, "enter: the numbers", "esc: back")[self.depth]

    # What is shown

    def on_reply(self, reply: Reply) -> None:
        if reply.question.name == PATTERNS:
            self.shape = layers, heads = reply.result.patterns.shape[:2]
            self.place = (min(self.place[0], layers - 1), min(self.place[1], heads - 1))
            if self.window.whole != len(reply.result.tokens):
                self.window = Window.all_of(len(reply.result.tokens))
            self.call_later(self.limit, layers, heads)
        super().on_reply(reply)

    def draw(self, reply: Reply) -> RenderableType:
        """What fits how deep the answer is."""
        result = reply.result
        if reply.question.name != PATTERNS:
            self._drawn = reply.picture
        elif result.row is None:
            return self._heads(result)
        elif result.steps is None:
            self._drawn = reply.picture
        elif self.depth == NUMBERS:
            self._drawn = attention_picture.numbers(result)
        else:
            self._drawn = attention_picture.word(result, self.panes.scrollable_content_region.width)
        return self._drawn  # type: ignore[no-any-return]

    def _heads(self, result: Result) -> RenderableType:
        pane = self.panes.scrollable_content_region
        height = max(pane.height - 3, 4)  # the rest is for labels and the legend
        if len(result.heads) == 1:
            self._drawn = attention_picture.matrix(result, self.window, height)
            return self._drawn  # type: ignore[no-any-return]
        width = max(pane.width, 1)
        left = attention_picture.overview_width(result, width)
        self._drawn = attention_picture.overview(result, self.here(), height + 1, left)
        return attention_picture.with_preview(self._drawn, result, self.here(), width)

    # Where one goes

    @property
    def patterns(self) -> Reply | None:
        """The answer that is shown, if it is one about patterns, and patterns are still what is looked at."""
        fits = self.reply is not None and self.reply.question.name == PATTERNS == self.form.experiment
        return self.reply if fits else None

    @on(Moved)
    async def _on_moved(self, event: Moved) -> None:
        event.stop()
        if self.form.experiment == OFF or (self.patterns is not None and self.depth in (HEADS, HEAD)):
            if self.depth == HEAD and not self.window.is_all:
                self._look_at(self.window.moved(event.right, event.down))
            else:
                await self.action_head(event.down, event.right)
        elif self.patterns is not None and event.down:
            await self._to_word(event.down)
        elif self.patterns is not None:
            await self.action_head(0, event.right)
        else:
            self.panes.scroll_relative(event.right, event.down, animate=False)

    @on(Pointed)
    async def _on_pointed(self, event: Pointed) -> None:
        """A click picks a head, and then opens it; in a head it picks the word of that row."""
        event.stop()
        width = self.panes.scrollable_content_region.width
        if self.patterns is None:
            return
        if self.depth == HEADS and hasattr(self._drawn, "at"):
            left = attention_picture.overview_width(self.patterns.result, width)
            if (cell := self._drawn.at(event.column, event.row, left)) is None:
                return
            place, here = attention_picture.head_at(self.patterns.result, cell), self.here()
            if place == here:
                await self.action_deeper()
            else:
                await self.action_head(place[0] - here[0], place[1] - here[1])
        elif self.depth == HEAD and hasattr(self._drawn, "row_at"):  # not all heads still, of an older answer
            row = self._drawn.row_at(event.row, width)
            word = "" if row is None else self._words()[row + self.window.row]
            await self.go(word=word or None)

    async def _to_word(self, steps: int) -> None:
        row = self.patterns.result.row if self.patterns is not None else None
        if row is None:
            return
        words = self._words()
        index = row.index + steps
        while 0 <= index < len(words) and not words[index]:
            index += steps
        if 0 <= index < len(words):
            await self.go(word=words[index])

    def _words(self) -> list[str]:
        """How each token of the answer is called in `word`; "" for one that has no name of its own."""
        assert self.patterns is not None
        if self._spelled[0] is not self.patterns.result:
            result = self.patterns.result
            self._spelled = (result, spellings(self.patterns.question.inputs.text, result.tokens))
        return self._spelled[1]

    async def go(self, **values: Any) -> None:
        if "word" in values and not values["word"]:
            self.in_numbers = False
        await super().go(**values)

    async def entered(self) -> None:
        self.panes.focus()
        await self.action_deeper()

    async def action_deeper(self) -> None:
        """From all heads to one, from one head to one word, from a word to its numbers."""
        if self.patterns is None or self.reply is None or self.depth == NUMBERS:
            return
        if self.depth == HEADS:
            layer, head = self.here()
            await self.go(layer=layer, head=head)
        elif self.depth == HEAD:
            words = [word for word in self._words()[:FARTHEST] if word]
            link = self.patterns.result.strongest
            start = self._words()[link.source] if link is not None else ""
            if words:
                await self.go(word=start or words[-1])
        elif self.patterns.result.steps is None and self.patterns.result.row is not None:  # not an older answer
            links = self.patterns.result.row.links
            clearest = max(links, key=lambda link: link.weight if link.target != link.source else -1)
            await self.go(layer=clearest.layer, head=clearest.head)
        else:
            self.in_numbers = True
            self.show_reply(self.reply)
            self.say_facts(self.reply)
        self.panes.focus()

    def action_zoom(self, steps: int) -> None:
        """A closer look at the strongest link of a head, or more of its matrix again."""
        link = self.patterns.result.strongest if self.patterns is not None else None
        at = (link.source, link.target) if link is not None else (0, 0)
        self._look_at(self.window.closer(*at) if steps > 0 else self.window.farther())

    def _look_at(self, window: Window) -> None:
        self.window = window
        if self.reply is not None:
            self.show_reply(self.reply)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        if action == "deeper":
            return self.form.experiment == PATTERNS and self.depth < NUMBERS
        if action == "zoom":
            return self.depth == HEAD and self.patterns is not None
        if action == "head_off":
            return self.form.experiment in (OFF, PATTERNS)
        return super().check_action(action, parameters)

    async def action_stop(self) -> None:
        """One key up again; at the top the key is not for the lab."""
        if self.panes.face != PICTURE:
            await super().action_stop()
        elif self.form.experiment == OFF and self.preset is not None and not hasattr(self.preset, "heads"):
            await self.entry.switch(PATTERNS)
        elif self.depth == NUMBERS:
            self.in_numbers = False
            self._look_at(self.window)
        elif self.depth == WORD:
            await self.go(word=None)
        elif self.depth == HEAD and not self.window.is_all:
            self._look_at(Window.all_of(self.window.whole))
        elif self.depth == HEAD:
            self.place = self.here()
            await self.go(layer=None, head=None)
        else:
            await super().action_stop()

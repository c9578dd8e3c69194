"""The translation lab: what each word was written from, the tables of attention, and the head that aligns best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from textual import on
from textual.binding import BindingType

from tutor import experiments
from tutor.app.labs.answering import together
from tutor.app.labs.asking import Reply
from tutor.app.labs.panes import PICTURE, Panes
from tutor.app.labs.translation_keys import COMMON, KEYS
from tutor.app.labs.translation_looks import LooksLab
from tutor.app.labs.walked_panes import Moved, Pointed, WalkedPanes
from tutor.app.labs.zoom import SMALLEST

if TYPE_CHECKING:
    from tutor.views.aligned import AlignedPicture
    from tutor.views.translated import WordPicture
from tutor.views.translated_table import TablePicture

TRANSLATE, ALIGN = "translate", "cross-attention"
TABLES = (None, "cross", "decoder", "encoder")
"""What is shown: the word, or one kind of attention whole."""


LARGE = 12
"""Rows or columns from which a table is worth a closer look."""


class TranslationLab(LooksLab, inherit_bindings=False):
    """`word` of the inputs follows the arrows; `table`, `layer` and `head` say what is seen of it."""

    HIDDEN: ClassVar[frozenset[str]] = LooksLab.HIDDEN | {"word"}
    BINDINGS: ClassVar[list[BindingType]] = [*KEYS, *(each for each in COMMON if each.id != "lab.run")]
    """The lab's own keys come before those of all labs: the last line of the screen has room for few."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._left: dict[str, Any] = {"layer": None, "head": None}
        """How the translation was left to look for the best head."""
        self._drawn: WordPicture | TablePicture | AlignedPicture | None = None
        self.zoom = 0
        """How often the part of a table that is looked at was halved."""

    def make_panes(self) -> Panes:
        return WalkedPanes()

    @property
    def hint(self) -> str:
        if self.entry.prompt.has_focus_within:
            return "enter: to the words"
        if not self.panes.has_focus:
            return ""  # on a control, arrows change its value
        if self.form.experiment == ALIGN:
            return together("arrows: words", "+: closer" if self._can_zoom(1) else "", self.tip("align", "back"))
        zoom = ", +: closer" if self._can_zoom(1) else ""
        return "arrows: words" if self.form.values["table"] is None else f"arrows: words{zoom}, esc: back"

    def on_descendant_focus(self) -> None:
        """What the keys do depends on where one is."""
        if self.shown is not None and self.asker.question is None and not self.has_class("-stale"):
            self.say_facts(self.shown)

    async def edited(self, typed: bool) -> None:
        """Another table or text is seen whole; a head of the encoder is none of the decoder."""
        tables = set()
        if self.shown is not None and self.form.experiment == TRANSLATE:
            tables = {self.shown.result.table, self.form.values["table"]}
        if typed or len(tables) == 2:
            self.zoom = 0
        if "encoder" in tables and len(tables) == 2:
            self.form.values |= {"layer": None, "head": None}
            await self.entry.refill_controls()
        await super().edited(typed)

    def on_reply(self, reply: Reply) -> None:
        layers, heads = self._patterns(reply).shape[:2]
        self.call_later(self._limit, {"layer": layers - 1, "head": heads - 1})
        super().on_reply(reply)

    async def _limit(self, highs: dict[str, int]) -> None:
        """Keep the controls within the model that answered."""
        if highs != self.form.highs:
            self.form.highs = highs
            await self.entry.refill_controls()

    @staticmethod
    def _patterns(reply: Reply) -> Any:
        """All heads of the kind of attention that is shown."""
        result = reply.result
        if reply.question.name == ALIGN:
            return result.patterns
        return experiments.load(TRANSLATE).patterns_of(result.sentences[0], result.table)

    # What is shown

    def draw(self, reply: Reply) -> RenderableType:
        """A word, a table or the best head, in the lines that there are."""
        from tutor.views import aligned, translated, translated_table
        from tutor.views.translated_tables import clearest

        result, height = reply.result, max(self.panes.scrollable_content_region.height, 4)
        if reply.question.name == ALIGN:
            word = aligned.neediest(result) if result.word is None else result.word
            self._drawn = aligned.AlignedPicture(result, word, height, self.zoom)
        else:
            kind = translated.WordPicture if result.table is None else translated_table.TablePicture
            self._drawn = kind(result, result.row or clearest(result), height, self.zoom)
        return self._drawn

    def show_reply(self, reply: Reply) -> None:
        super().show_reply(reply)
        self.refresh_bindings()
        if self.panes.face == PICTURE and isinstance(self.panes, WalkedPanes) and self._drawn is not None:
            line = self._drawn.line(max(self.panes.scrollable_content_region.width, 1))
            if line is not None:
                self.call_after_refresh(self.panes.show_row, line)  # there may be no scroll bar yet

    # Where one goes

    @on(Moved)
    async def _on_moved(self, event: Moved) -> None:
        """The word so many further, round at the ends."""
        event.stop()
        words = self._words()
        here = next((at for at, (_, place) in enumerate(words) if place == self._here), None)
        if here is not None:
            await self.go(word=words[(here + event.right + event.down) % len(words)][0])

    @on(Pointed)
    async def _on_pointed(self, event: Pointed) -> None:
        """A click chooses the word, or among the small pictures the head."""
        event.stop()
        if self.shown is None or self._drawn is None:
            return
        at = event.column, event.row, self.panes.scrollable_content_region.width
        head = self._drawn.head_at(*at)
        word = self._drawn.word_at(*at)
        called = [name for name, place in self._words() if place == (self._here[0], word)]
        if head is not None:
            await self.go(layer=head[0], head=head[1])
        elif called:
            await self.go(word=called[0])

    def _words(self) -> list[tuple[str, tuple[int, int]]]:
        """How each word that was written is called, and its sentence and place there."""
        if self.shown is None:
            return []
        found = experiments.load(self.shown.question.name).spellings(self.shown.result)
        return [(name, (sentence, place)) for name, sentence, place in found]

    @property
    def _here(self) -> tuple[int, int | None]:
        """The sentence and place of the word that is pointed at."""
        return (0, None) if self._drawn is None else self._drawn.place

    async def entered(self) -> None:
        """From the line to the words."""
        self.panes.focus()

    async def action_table(self) -> None:
        """The next table, and after the last one the word again."""
        at = (TABLES.index(self.form.values["table"]) + 1) % len(TABLES)
        await self._turn(TABLES[at])

    async def _turn(self, table: str | None) -> None:
        if table is None:
            self.panes.scroll_home(animate=False)
        self.form.values["table"] = table
        await self.edited(typed=False)
        await self.entry.refill_controls()

    async def action_align(self) -> None:
        """From the translation to the head that aligns best, and back to how it was left."""
        if self.form.experiment == ALIGN:
            await self.entry.switch(TRANSLATE)
            await self.go(**self._left)
        else:
            self.zoom = 0
            self._left = {name: self.form.values[name] for name in ("table", "layer", "head")}
            await self.entry.switch(ALIGN)
            await self.go(layer=None, head=None)
        self.panes.focus()

    async def action_head(self, down: int, right: int) -> None:
        """Another layer or head; the mean of all stands before the first and after the last."""
        if self.shown is None:
            return
        layers, heads = self._patterns(self.shown).shape[:2]
        layer, head = self.form.values["layer"], self.form.values["head"]
        if self.form.experiment == ALIGN and (layer is None or head is None):
            from tutor.views.records.cross_attention import shown

            layer, head = shown(self.shown.result)
        if layer is None or head is None:
            at = 0 if down + right > 0 else layers * heads - 1
        else:
            at = layer * heads + head + down * heads + right
        inside = 0 <= at < layers * heads
        await self.go(layer=at // heads if inside else None, head=at % heads if inside else None)

    def action_zoom(self, steps: int) -> None:
        """Half of the table, around the word and what it looks at most; or twice as much again."""
        self.zoom += steps
        if self.reply is not None:
            self.show_reply(self.reply)
            self.say_facts(self.reply)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        if action == "table":
            return self.form.experiment == TRANSLATE
        if action == "zoom":
            return self._can_zoom(int(str(parameters[0])))
        return super().check_action(action, parameters)

    def _can_zoom(self, steps: int) -> bool:
        if self.shown is None or (self.form.experiment == TRANSLATE and self.form.values["table"] is None):
            return False
        if steps < 0:
            return self.zoom > 0
        whole = max(self._patterns(self.shown).shape[2:])
        now, closer = (max(whole >> number, SMALLEST) for number in (self.zoom, self.zoom + 1))
        return bool(now >= LARGE and closer < now)

    async def action_stop(self) -> None:
        """From a part to the whole, from a table to the word, if one did not begin with it; else not for the lab."""
        is_deeper = self.form.experiment == TRANSLATE and self.form.values["table"] is not None
        if self.panes.face == PICTURE and self._can_zoom(-1):
            self.action_zoom(-self.zoom)
        elif is_deeper and self.panes.face == PICTURE and getattr(self.preset, "table", None) is None:
            await self._turn(None)
        else:
            await super().action_stop()

"""Token by token over the bars of the next word: point at one, take it, let one be drawn, take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType

from tutor import experiments
from tutor.app.labs import line
from tutor.app.labs.asking import News, Piece, Question, Reply
from tutor.app.labs.base import Lab
from tutor.app.labs.panes import Panes
from tutor.app.labs.walked_panes import Moved, Pointed, WalkedPanes
from tutor.app.labs.written import Written

if TYPE_CHECKING:
    from tutor.experiments.frame.records import Candidate

NEXT, TEXT = "next", "generate"
_SHARED = ("text", "temperature", "top_k", "top_p", "min_p", "model", "device")
"""What bars and text are asked alike."""
_LOST = "\ufffd"
"""In a candidate that is only a part of a character and cannot be added by itself."""


class SteppingLab(Lab):
    """Bars of candidates, one of which is pointed at; what was added one by one is remembered in `written`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "take", tooltip="Add the token that is pointed at", id="generation.take"),
        Binding(
            "space,f4", "draw_one", "draw", tooltip="Add one token, drawn with these settings", id="generation.draw"
        ),
        Binding("backspace,ctrl+z", "undo", "undo", tooltip="Take the last token back", id="generation.undo"),
    ]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.written = Written()
        self.mark = 0
        """The place of the candidate that is pointed at."""
        self.stepper = self.new_asker(self._take_step)
        self._drawn = 0

    def make_panes(self) -> Panes:
        return WalkedPanes()

    @property
    def heading_rows(self) -> int:
        """Rows of the picture above the first bar."""
        return 0

    @property
    def typed(self) -> str:
        """The text at hand."""
        return self.form.line.replace(line.LINE_END, "\n")

    async def go_to(self, text: str) -> None:
        """Another text, as if it had been typed."""
        self.form.line = text[: line.LIMIT]
        self.mark = 0
        await self.entry.refill()
        self.schedule()

    @property
    def kept(self) -> list[Candidate]:
        """The candidates that may be taken, or none while the bars are not shown."""
        if self.reply is None or self.reply.question.name != NEXT or self.form.experiment != NEXT:
            return []
        left = {one.id for one in self.reply.result.filtered}
        return [one for one in self.reply.result.candidates if one.id in left]

    @on(Moved)
    def _on_moved(self, event: Moved) -> None:
        event.stop()
        if not self.kept:
            self.panes.scroll_relative(event.right, event.down, animate=False)
        elif event.down and self.reply is not None:
            self.mark = min(max(self.mark + event.down, 0), len(self.kept) - 1)
            self.show_reply(self.reply)
            self.panes.show_row(self.mark + 1)  # type: ignore[attr-defined]
        elif event.right:
            self.call_later(self.action_take if event.right > 0 else self.action_undo)

    @on(Pointed)
    async def _on_pointed(self, event: Pointed) -> None:
        """A click on a bar goes on with that token."""
        event.stop()
        row = event.row - self.heading_rows
        if 0 <= row < len(self.kept):
            self.mark = row
            await self.action_take()

    async def action_take(self) -> None:
        """Add the token that is pointed at."""
        if self.kept and self.asker.question is None:
            chosen = self.kept[min(self.mark, len(self.kept) - 1)]
            share = next(one.probability for one in self.reply.result.filtered if one.id == chosen.id)  # type: ignore[union-attr]
            await self._add(chosen.text, share)

    async def _add(self, piece: str, share: float) -> None:
        if _LOST in piece or not piece:
            self.status.say("this token is only a part of a character; choose another", error=True)
        else:
            await self.go_to(self.written.add(self.form.line, line.flattened(piece), share))

    def action_draw_one(self) -> None:
        """Ask for one token with the settings at hand, each time with other chances."""
        if self.kept and self.stepper.question is None and self.inputs is not None:
            self._drawn += 1
            values = {name: getattr(self.inputs, name) for name in _SHARED}
            inputs = experiments.load(TEXT).Inputs(**values, tokens=1, seed=self._drawn)
            self.stepper.ask(Question(TEXT, inputs))

    def _take_step(self, news: News) -> None:
        if isinstance(news, Reply) and news.question.inputs.text == self.typed and news.result.steps:
            step = news.result.steps[0]
            if step.finished in ("end", "stop") and not step.text:
                self.status.say("the model ends the text here")
            else:
                self.call_later(self._add, step.text, step.probability)
        elif not isinstance(news, Reply | Piece):
            self.status.say(getattr(news, "line", "stopped"), error=hasattr(news, "line"))

    async def action_undo(self) -> None:
        """Take the last token back."""
        before = self.written.undo()
        if before is None:
            self.status.say("nothing was added yet: enter takes a token, space draws one")
        else:
            await self.go_to(before)

    def on_reply(self, reply: Reply) -> None:
        self.mark = min(self.mark, max(len(reply.result.filtered) - 1, 0)) if reply.question.name == NEXT else 0
        super().on_reply(reply)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        if action in ("take", "draw_one", "undo"):
            return self.form.experiment == NEXT
        return super().check_action(action, parameters)

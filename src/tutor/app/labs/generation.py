"""The generation lab: the next word as bars while one types, token by token or all at once, and two ways compared."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import Group, RenderableType
from rich.text import Text
from textual.binding import Binding, BindingType

from tutor.app.labs import line
from tutor.app.labs.asking import News, Piece, Reply
from tutor.app.labs.company import Guest
from tutor.app.labs.comparing import Comparison
from tutor.app.labs.status import count
from tutor.app.labs.stepping import NEXT, TEXT, SteppingLab

if TYPE_CHECKING:
    from tutor.experiments.frame.records import Candidate

SURPRISE = "surprise"


class GenerationLab(SteppingLab):
    """Typing shows what could come next; enter lets the model go on from there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w,ctrl+g", "write", "write", priority=True, tooltip="Let the model go on", id="generation.write"),
        Binding(
            "enter",
            "take",
            "take",
            tooltip="Add the token that is pointed at; after a text, go on from its end",
            id="generation.take",
        ),
        Binding(
            "c,f3",
            "compare",
            "compare",
            priority=True,
            tooltip="Keep these settings beside what you change now",
            id="generation.compare",
        ),
    ]

    QUICK: ClassVar[frozenset[str]] = frozenset({TEXT})

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._made: list[str] = []
        self._began = 0.0
        self.compared = Comparison(self.form, self.new_asker(self._take_compared))

    @property
    def hint(self) -> str:
        in_line = self.entry.prompt.line.has_focus
        if self.form.experiment == TEXT:
            return "enter writes it again" if in_line else "enter goes on from here"
        if self.form.experiment == SURPRISE:
            return ""
        return "enter writes on, pgdn: the bars" if in_line else "enter takes, space draws one"

    # What is asked

    async def entered(self) -> None:
        await self.action_write()

    async def edited(self, typed: bool) -> None:
        """Another text: back to the bars, which follow the typing. To colour what was written, all of it is taken."""
        if typed:
            self.written.follow(self.form.line)
        if typed and self.form.experiment == TEXT:
            await self.entry.switch(NEXT)
        elif not typed and self.form.experiment == SURPRISE and self._text_reply is not None:
            await self._adopt(self._text_reply)
        else:
            self.schedule()

    @property
    def _text_reply(self) -> Reply | None:
        """The text that was written for the line at hand, if that is what is shown."""
        reply = self.reply
        fits = reply is not None and reply.question.name == TEXT and reply.question.inputs.text == self.typed
        return reply if fits else None

    async def _adopt(self, reply: Reply) -> None:
        """Make what was written the text at hand."""
        await self.go_to(line.flattened(reply.question.inputs.text + reply.result.text))

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
            return
        super().ask(on_request)
        if self.asker.question is not None and self.form.experiment != SURPRISE:
            self.compared.ask(self.asker.question)

    async def action_take(self) -> None:
        """Add the token that is pointed at; go on from the end of the text that was written with these settings."""
        reply = self._text_reply
        if reply is not None and reply.question.inputs == self.inputs:
            await self.entry.switch(NEXT)
            await self._adopt(reply)
        elif self.form.experiment == TEXT:
            await self.action_write()
        else:
            await super().action_take()

    # Two ways side by side

    @property
    def heading_rows(self) -> int:
        return 1 if self.compared.pinned is not None else 0

    def action_compare(self) -> None:
        """Pin the settings at hand beside those that are changed from now on, or let them go."""
        self.compared.toggle()
        if self.compared.pinned is not None and self.form.experiment == TEXT:
            self.status.say("pinned; change a setting above, then enter writes both")
        if self.reply is not None:
            self.show_reply(self.reply)
        if self.form.experiment == NEXT:
            self.schedule()

    def _take_compared(self, news: News) -> None:
        if trouble := self.compared.take(news):
            self.status.say(f"pinned: {trouble}", error=True)
        elif isinstance(news, Piece):
            self.panes.fill(self._so_far(()), [])
        elif self.reply is not None and self.asker.question is None:
            self.show_reply(self.reply)

    async def action_stop(self) -> None:
        self.stepper.close()
        if self.compared.asker.question is not None and self.asker.question is None:
            self.compared.asker.stop(self.STOP_PATIENCE)
            self.status.say("stopping…")
            return
        if self.compared.asker.question is not None:
            self.compared.asker.stop(self.STOP_PATIENCE)
        await super().action_stop()

    # What is shown

    def draw(self, reply: Reply) -> RenderableType:
        """Bars with a pointer, or the text; beside it what the pinned settings give."""
        from tutor.views import choice
        from tutor.views.beside import Beside

        drawn = self._drawn_alone(reply, self.mark)
        if self.compared.pinned is not None and reply.question.name != SURPRISE:
            other = self._other(reply)
            left = Text("…", style="dim") if other is None else self._drawn_alone(other, None)
            drawn = Beside(left, drawn, self.compared.headings(reply.question.inputs))
        if reply.question.name == NEXT and self.written.added:
            return Group(drawn, Text(), choice.taken(self.written.pieces, self.written.shares))
        return drawn

    def guest(self, reply: Reply) -> Guest | None:
        """Two ways side by side are company enough."""
        return None if self.compared.pinned is not None else super().guest(reply)

    def _other(self, reply: Reply) -> Reply | None:
        """What the pinned settings gave for the same text, if that is there."""
        return self.compared.reply if self.compared.answers(reply.question) else None

    def _drawn_alone(self, reply: Reply, mark: int | None) -> RenderableType:
        from tutor.views import choice

        if reply.question.name != NEXT:
            return reply.picture
        shown = [
            each for each in (self.reply, self.compared.reply) if each is not None and each.question.name == NEXT
        ]
        beside = [each.result for each in shown] if self.compared.pinned is not None else []
        return choice.choice(reply.result, mark, beside)

    def sentences(self, reply: Reply) -> list[str]:
        """Compared with what is pinned, if something is."""
        from tutor.views import choice

        other = self._other(reply)
        if other is None or reply.question.name != NEXT or other.question.inputs == reply.question.inputs:
            return reply.words
        return [choice.compared(other.result, reply.result), *reply.words]

    def on_piece(self, piece: Piece) -> None:
        """The prompt first, then what each token adds, with what else could have come."""
        record = piece.record
        if not hasattr(record, "candidates_after"):
            self._made, self._began = [], time.monotonic()
        self._made.append(record.text)
        self.undim()
        self.panes.fill(self._so_far(getattr(record, "candidates_after", ())), ["".join(self._made)])
        self.reading.say(())
        made, budget = len(self._made) - 1, piece.question.inputs.tokens
        left = (time.monotonic() - self._began) / max(made, 1) * max(budget - made, 0)
        self.status.say(f"{made} of {count(budget, 'token')} · at most {left:.0f} s left · escape stops")

    def _so_far(self, candidates: Sequence[Candidate]) -> RenderableType:
        """What is being written; with pinned settings both texts."""
        from tutor.views import choice
        from tutor.views.beside import Beside

        if self.compared.pinned is None:
            return choice.so_far(self._made, candidates)
        names = self.compared.headings(self.inputs)
        other = self.compared.pieces
        return Beside(choice.so_far(other), choice.so_far(self._made), names)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        if action == "take" and self.form.experiment == TEXT:
            return True
        return self.form.experiment != SURPRISE if action == "compare" else super().check_action(action, parameters)

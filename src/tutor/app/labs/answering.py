"""What a lab does with the news about its question: draw, say in words, pass on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from textual import on
from textual.message import Message

from tutor import experiments
from tutor.app.labs.asking import Asker, News, Piece, Reply, Stopped, Trouble
from tutor.app.labs.company import Guest, guest_for
from tutor.app.labs.status import facts
from tutor.app.labs.waiting import STALE_AFTER, Waiting
from tutor.app.later import later

if TYPE_CHECKING:
    from tutor.app.labs.base import Lab


class Answering(Waiting):
    """Takes up news in the lab's own queue and shows them."""

    class Answered(Message, namespace="lab"):
        """A result is shown."""

        def __init__(self, lab: Lab, name: str, inputs: Any, result: Any) -> None:
            self.lab, self.name, self.inputs, self.result = lab, name, inputs, result
            super().__init__()

        @property
        def control(self) -> Lab:
            return self.lab

    @dataclass
    class Unanswered(Message, namespace="lab"):
        """There will be no result, and this is why."""

        line: str

    class Told(Message):
        """News from an asker; `take` is what the lab does with them."""

        def __init__(self, news: News, asker: Asker, take: Callable[[News], None] | None = None) -> None:
            self.news, self.asker, self.take = news, asker, take
            self.closings = asker.closings
            super().__init__()

        @property
        def is_late(self) -> bool:
            """Whether the line was emptied, or the lab left, after the news were told and before they are read."""
            return self.asker.closings != self.closings

    _facts_said = ""
    """The facts of the answer as the status last said them."""

    @on(Told)
    def _on_told(self, event: Told) -> None:
        if event.is_late:
            return
        if event.take is not None:
            event.take(event.news)
            return
        news = event.news
        if isinstance(news, Piece):
            self.on_piece(news)
            return
        if self.asker.question is None:
            self.undim()
        if isinstance(news, Reply):
            self.on_reply(news)
        elif isinstance(news, Trouble):
            self.explain(news.line)
        elif isinstance(news, Stopped):
            self.status.say(self.after_stop())
        if isinstance(news, Trouble | Stopped) and self.asker.question is None:
            self.post_message(self.Unanswered(self.status.line))

    def after_stop(self) -> str:
        """What to say when a question was given up."""
        if self.the_engine().state != "starting":
            return "stopped"
        return "stopped; the picture is the one before, and the engine starts again in the background"

    def on_piece(self, piece: Piece) -> None:
        """A long experiment says how far it is."""
        from tutor import views

        view = views.view(piece.question.name)
        if hasattr(view, "progress"):
            self.status.say(f"{view.progress(piece.record)} · escape stops")

    def on_reply(self, reply: Reply) -> None:
        """Show an answer."""
        self.reply = reply
        self.show_reply(reply)
        self.say_facts(reply)
        self.post_message(self.Answered(self, reply.question.name, reply.question.inputs, reply.result))  # type: ignore[arg-type]

    def say_facts(self, reply: Reply) -> None:
        """Where and how fast the answer was made, and what may come next."""
        needs_torch = experiments.load(reply.question.name).NEEDS_TORCH
        known = facts(reply, self.the_engine().device if needs_torch else "cpu")
        hint = self.hint if self.has_focus_within else ""
        self.status.say(f"{known} · {hint}" if hint else known)
        self._facts_said = self.status.line

    def on_descendant_focus(self) -> None:
        """What one key would do may be another thing where the focus is now."""
        self._say_keys_again()

    def on_descendant_blur(self) -> None:
        """The keys may be those of a lesson's text now."""
        self.call_later(self._say_keys_again)

    def _say_keys_again(self) -> None:
        if self._enter_does and self.status.line.endswith(self._enter_does):
            self.say_what_enter_does(self._enter_does)
        elif self.reply is not None and self.status.line == self._facts_said:
            self.say_facts(self.reply)

    @property
    def hint(self) -> str:
        """What one key would do now that is particular to this lab."""
        return ""

    def tip(self, action: str, does: str) -> str:
        """`z pauses it`: with the key that works where the focus is, as letters type in the line; "" if none does."""
        for each in self.screen.active_bindings.values():
            if each.enabled and each.binding.action == action and each.node is self:
                return f"{self.app.get_key_display(each.binding)} {does}"
        return ""

    def show_reply(self, reply: Reply) -> None:
        """Draw an answer and say in words what it shows."""
        if self.company is not None and self.company.ask(self.guest(reply)):
            later(self, STALE_AFTER, self._drop_older_company)
        words = self.sentences(reply)
        self.panes.fill(self.whole(reply), words + (self.company.words if self.company is not None else []))
        self.reading.say(words)

    def guest(self, reply: Reply) -> Guest | None:
        """The second picture that is to stand with an answer."""
        return guest_for(reply.question, self.panes.scrollable_content_region.size)

    def take_company(self, news: News) -> None:
        """The second picture came, or will not."""
        if self.company is not None:
            self.company.take(news)
            self.draw_again()

    def _drop_older_company(self) -> None:
        if self.company is not None and self.company.is_stale(STALE_AFTER):
            self.company.reply = None
            self.draw_again()

    def draw_again(self) -> None:
        """Draw what is there by now."""
        if self.reply is not None:
            self.show_reply(self.reply)

    def sentences(self, reply: Reply) -> list[str]:
        """What an answer shows, in words, the most important first."""
        return reply.words


def together(*parts: str) -> str:
    """What there is of these, with commas."""
    return ", ".join(part for part in parts if part)

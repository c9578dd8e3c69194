"""A second answer beside the first: the same text with settings, or a model, that were pinned."""

from __future__ import annotations

from typing import Any

from tutor.app.labs.asking import Asker, News, Piece, Question, Reply
from tutor.app.labs.form import Form
from tutor.errors import TutorError
from tutor.experiments import load
from tutor.experiments.frame.inputs import Option, check, fields


class Comparison:
    """What was pinned, and the answer to it. The text stays the one that is typed."""

    def __init__(self, form: Form, asker: Asker) -> None:
        self.form, self.asker = form, asker
        self.pinned: dict[str, Any] | None = None
        """Option values that stay as they are, or None while nothing is compared."""
        self.reply: Reply | None = None
        self.pieces: list[str] = []
        """What a stream has brought so far."""

    def toggle(self) -> None:
        """Pin the settings at hand, or let them go."""
        self.pinned = dict(self.form.values) if self.pinned is None else None
        self.reply, self.pieces = None, []
        if self.pinned is None:
            self.asker.close()

    def ask(self, question: Question) -> None:
        """Ask the same with the pinned settings, if there are any."""
        if self.pinned is None:
            return
        inputs_class = load(question.name).Inputs
        values = {
            field.name: self.pinned.get(field.name, getattr(question.inputs, field.name))
            if isinstance(field.spec, Option)
            else getattr(question.inputs, field.name)
            for field in fields(inputs_class)
        }
        try:
            inputs = inputs_class(**values)
            check(inputs)
        except TutorError:
            return
        self.pieces = []
        self.asker.ask(Question(question.name, inputs))

    def take(self, news: News) -> str:
        """Take up news about the pinned question: what went wrong, if anything did."""
        if isinstance(news, Reply):
            self.reply = news
        elif isinstance(news, Piece):
            self.pieces.append(news.record.text)
        return getattr(news, "line", "")

    def answers(self, question: Question) -> bool:
        """Whether the answer at hand is to the same experiment and text as this question."""
        if self.pinned is None or self.reply is None or self.reply.question.name != question.name:
            return False
        return bool(self.reply.question.inputs.text == question.inputs.text)

    def headings(self, now: Any) -> tuple[str, str]:
        """What is pinned and what is not, by the settings that differ."""
        if self.pinned is None:
            return "", ""
        known = [(field.label, field.name) for field in fields(type(now))]
        differing = [
            (label, self.pinned[name], getattr(now, name))
            for label, name in known
            if name in self.pinned and self.pinned[name] != getattr(now, name)
        ]
        if not differing:
            return "pinned", "the same: change a setting above"
        pinned, others = (" · ".join(f"{each[0]} {each[side]}" for each in differing) for side in (1, 2))
        return f"pinned: {pinned}", f"now: {others}"

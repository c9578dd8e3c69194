"""A lab whose answers hold all that can be looked at: another look at the same text does not ask again."""

from __future__ import annotations

from typing import Any

from tutor import experiments
from tutor.app.labs.asking import Question, Reply
from tutor.app.labs.base import Lab
from tutor.errors import TutorError

LOOKS = ("table", "layer", "head", "word")
"""Options that only choose what is looked at."""


class LooksLab(Lab):
    """Its experiments have `looked_at(result, inputs)`, the same result with what these inputs look at."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._replies: dict[str, Reply] = {}
        """The last answer of each experiment."""

    @property
    def shown(self) -> Reply | None:
        """The answer that is shown, if it is one of the experiment that is filled in."""
        fits = self.reply is not None and self.reply.question.name == self.form.experiment
        return self.reply if fits else None

    def ask(self, on_request: bool = False) -> None:
        """Where the last answer has what is looked at now, look there; else ask the engine."""
        inputs, reply = self.inputs, self._replies.get(self.form.experiment)
        is_open = on_request or inputs is None or self.asker.question is not None
        if reply is None or is_open or not _is_only_a_look(inputs, reply.question.inputs):
            super().ask(on_request)
        else:
            self._soon = None
            self._look(reply, inputs)

    def on_reply(self, reply: Reply) -> None:
        self._replies[reply.question.name] = reply
        super().on_reply(reply)

    def _look(self, reply: Reply, inputs: Any) -> None:
        """The same answer with another word, table, layer or head."""
        from tutor import views

        name = reply.question.name
        try:
            result = experiments.load(name).looked_at(reply.result, inputs)
        except TutorError as error:
            self.explain(str(error))
            return
        self.undim()
        picture, words = views.picture(name, result), views.words(name, result)
        self.on_reply(Reply(Question(name, inputs), result, picture, words, reply.seconds))

    def explain(self, trouble: str) -> None:
        """A word or a head that is no longer there, because another text was typed, is let go."""
        for name in LOOKS:
            if trouble.startswith(f"--{name} ") and self.form.values.get(name) is not None:
                self.form.values[name] = None
                self.call_later(self.go)
                return
        super().explain(trouble)

    async def go(self, **values: Any) -> None:
        """Look at another word, table, layer or head."""
        self.form.take(values)
        await self.entry.refill_controls()
        self.ask()


def _is_only_a_look(one: Any, other: Any) -> bool:
    """Whether two inputs differ in nothing but what is looked at."""
    return all(getattr(one, name) == getattr(other, name) for name in one.__dataclass_fields__ if name not in LOOKS)

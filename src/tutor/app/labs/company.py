"""A second picture beside the first, where a lab has the screen to itself and the first leaves much of it empty."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from tutor import experiments
from tutor.app.labs.asking import Asker, News, Question, Reply

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.geometry import Size

_WIDE, _TALL = 100, 20
"""Columns and lines of a picture pane from which two pictures stand side by side."""
_LINES = 14
"""Lines that a second picture needs below the first."""
_LONG = 300
"""Characters of a text from which its first picture takes the room."""
_MANY = 3
"""Fewer neighbours make no map."""


@dataclass(frozen=True)
class Guest:
    """A second experiment about what the first one is about."""

    question: Question
    heading: str
    is_beside: bool = False
    """Whether it stands to the right of the first picture rather than below it."""


def guest_for(question: Question, room: Size) -> Guest | None:
    """What may stand with the answer to a question in a pane of this size."""
    make = _GUESTS.get(question.name)
    return None if make is None else make(question.inputs, room)


def _places(inputs: Any, room: Size) -> Guest | None:
    """A word's neighbours as a map."""
    fits = room.width >= _WIDE and room.height >= _TALL and _MANY <= inputs.k <= 50
    if not fits or inputs.vectors != "words":
        return None
    words = experiments.load("map").Inputs(words=(inputs.word,), k=inputs.k)
    return Guest(Question("map", words), "the same words as places", is_beside=True)


def _other_cuts(inputs: Any, room: Size) -> Guest | None:
    """A text's tokens by the other tokenizers."""
    if room.height < _LINES + 4 or not 0 < len(inputs.text) <= _LONG:
        return None
    compare = experiments.load("compare").Inputs
    others = tuple(name for name in compare(text="").tokenizers if name != inputs.tokenizer)
    return Guest(Question("compare", compare(inputs.text, others)), "the same text by other tokenizers")


def _surprises(inputs: Any, room: Size) -> Guest | None:
    """What was read, as the model saw it coming."""
    if room.height < _LINES + inputs.k or not 0 < len(inputs.text) <= _LONG:
        return None
    asked = experiments.load("surprise").Inputs(inputs.text, model=inputs.model, device=inputs.device)
    return Guest(Question("surprise", asked), "how much each token of the text surprised it")


_GUESTS: dict[str, Callable[[Any, Size], Guest | None]] = {
    "neighbours": _places,
    "tokenize": _other_cuts,
    "next": _surprises,
}


class Company:
    """Asks for the second picture once the first is there, and draws both."""

    def __init__(self, asker: Asker) -> None:
        self.asker = asker
        self.guest: Guest | None = None
        self.reply: Reply | None = None
        self._open_since = 0.0

    def ask(self, guest: Guest | None) -> bool:
        """Ask for this one, if it is another than before. An older answer stays until the new one is there."""
        if guest == self.guest:
            return False
        if guest is None or self.reply is None or self.reply.question.name != guest.question.name:
            self.reply = None
        self.guest = guest
        if self.asker.question is None:
            self._open_since = time.monotonic()
        if guest is None:
            self.asker.close()
        else:
            self.asker.ask(guest.question)
        return guest is not None

    def take(self, news: News) -> None:
        """Take up the answer. Where there is none, the first picture stands alone."""
        self.reply = news if isinstance(news, Reply) else None

    def is_stale(self, seconds: float) -> bool:
        """Whether an older answer has been shown for so long that it would be taken for the one that is open."""
        is_open = self.reply is not None and self.asker.question is not None
        return is_open and time.monotonic() - self._open_since >= seconds

    def joined(self, picture: RenderableType) -> RenderableType:
        """The first picture, and the second one if it is there."""
        from tutor.views.beside import Beside

        if self.guest is None:
            return picture
        second = self._second()
        if self.guest.is_beside:
            return Beside(picture, second, room=_WIDE)
        return Group(picture, Text(), Text(), second)

    def _second(self) -> RenderableType:
        if self.guest is None or self.reply is None:
            return Text()
        return Group(Text(self.guest.heading, style="dim"), self.reply.picture)

    @property
    def words(self) -> list[str]:
        """The second picture in words."""
        return [] if self.reply is None else self.reply.words

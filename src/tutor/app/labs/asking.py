"""Gets answers for what the learner types: the newest input wins, answers to older ones are dropped.

Light experiments run in a thread of the app, heavy ones in the engine process. Knows nothing of Textual.
"""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tutor import experiments, paths
from tutor.app.engine_client import AT_ONCE, Lost, Message, OnMessage, State
from tutor.errors import TutorError
from tutor.experiments.frame.messages import Answer, Cancelled, Failed

if TYPE_CHECKING:
    from rich.console import RenderableType

SUPERSEDED_PATIENCE = 3.0
"""Seconds that a request which a newer one replaced may still take. A forward pass cannot be interrupted, and
killing the engine while somebody types would cost more than waiting."""


class Engine(Protocol):
    """What a lab needs of the engine client; tests give their own."""

    state: State
    trouble: str
    device: str

    def run(self, name: str, inputs: Any, on_message: OnMessage) -> int: ...
    def cancel(self, request: int, patience: float = ...) -> None: ...
    def watch(self, callback: Callable[[], object]) -> Callable[[], None]: ...
    def restart(self) -> None: ...
    @property
    def second(self) -> Engine: ...
    async def stop(self, grace: float = ...) -> None: ...


@dataclass(frozen=True)
class Question:
    """What is wanted: an experiment and its inputs."""

    name: str
    inputs: Any


@dataclass(frozen=True)
class Reply:
    """The result of the newest question, with its picture and its words."""

    question: Question
    result: Any
    picture: RenderableType
    words: list[str]
    seconds: float


@dataclass(frozen=True)
class Piece:
    """A small record of a long experiment."""

    question: Question
    record: Any


@dataclass(frozen=True)
class Trouble:
    """One line about why there is no answer."""

    line: str


@dataclass(frozen=True)
class Stopped:
    """The question was given up without a result."""


News = Reply | Piece | Trouble | Stopped


class Asker:
    """Asks one question at a time on behalf of a lab and tells it the news, in the event loop."""

    def __init__(self, engine: Callable[[], Engine], tell: Callable[[News], object]) -> None:
        self.engine, self.tell = engine, tell
        self.question: Question | None = None
        """The question that is still open."""
        self.closings = 0
        """How often nobody waited for an answer any more: news from before the last time are of no interest."""
        self._number = 0
        self._request: int | None = None
        self._halted = 0
        self._worker: asyncio.Task[None] | None = None
        self._drawing: asyncio.Task[None] | None = None
        self._lost = 0

    def ask(self, question: Question) -> None:
        """Ask this; whatever was asked before is given up."""
        self._give_up(SUPERSEDED_PATIENCE)
        self.question = question
        self._number += 1
        self._lost = 0
        if experiments.load(question.name).NEEDS_TORCH:
            self._send(question)
        elif self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._work())

    def stop(self, patience: float) -> None:
        """Stop a long experiment; what it has so far still comes as its result, within `patience` seconds."""
        if self._request is not None:
            self.engine().cancel(self._request, patience)
        else:
            self._halted = self._number

    def abandon(self) -> None:
        """Give up what cannot be interrupted: the engine process is ended if it does not answer at once."""
        if self._request is not None:
            self.engine().cancel(self._request, AT_ONCE)
        elif self.question is not None:
            self._number += 1
            self._close_with(Stopped())

    def close(self) -> None:
        """Nobody waits for anything any more."""
        self._give_up(SUPERSEDED_PATIENCE)
        self._number += 1
        self.closings += 1
        self.question = None

    def _give_up(self, patience: float) -> None:
        if self._request is not None:
            self.engine().cancel(self._request, patience)
            self._request = None

    def _send(self, question: Question) -> None:
        """Send a question to the engine process."""
        number = self._number

        def on_message(message: Message) -> None:
            if number == self._number:
                self._on_message(question, message)

        self._request = self.engine().run(question.name, question.inputs, on_message)

    def _on_message(self, question: Question, message: Message) -> None:
        if isinstance(message, Answer) and not message.last:
            self.tell(Piece(question, message.record))
            return
        self._request = None
        if isinstance(message, Answer):
            drawing = self._draw(self._number, question, message)
            self._drawing = asyncio.get_running_loop().create_task(drawing)
        elif isinstance(message, Failed):
            self._close_with(Trouble(message.line))
        elif isinstance(message, Cancelled):
            self._close_with(Stopped())
        else:
            self._on_lost(question, message)

    def _on_lost(self, question: Question, lost: Lost) -> None:
        """Ask again, but not for ever, and never start a long experiment twice without being asked."""
        self._lost += 1
        if lost.again and self._lost == 1 and not experiments.is_long(question.name):
            self.tell(Trouble(lost.line))
            self._send(question)
        elif lost.again and self._lost > 1:
            self._close_with(Trouble("this input ended the engine process twice; change it and go on"))
        else:
            self._close_with(Trouble(lost.line))

    def _close_with(self, news: News) -> None:
        self.question = None
        self.tell(news)

    async def _draw(self, number: int, question: Question, answer: Answer) -> None:
        news = await asyncio.to_thread(_reply, question, answer.record, answer.seconds)
        if number == self._number:
            self._close_with(news)

    async def _work(self) -> None:
        """Answer light questions until the newest one is answered."""
        while (question := self.question) is not None and not experiments.load(question.name).NEEDS_TORCH:
            number = self._number
            news = await self._answer(number, question)
            if number == self._number:
                self._close_with(news)

    async def _answer(self, number: int, question: Question) -> News:
        loop = asyncio.get_running_loop()

        def say(record: Any) -> None:
            if number == self._number:
                self.tell(Piece(question, record))

        def cancelled() -> bool:
            return number != self._number or number == self._halted

        return await asyncio.to_thread(
            _compute, question, cancelled, lambda record: loop.call_soon_threadsafe(say, record)
        )


def _compute(question: Question, cancelled: Callable[[], bool], on_piece: Callable[[Any], object]) -> News:
    """Run a light experiment to its end. In a thread."""
    start = time.perf_counter()
    result_class = experiments.load(question.name).Result
    try:
        for record in experiments.execute(question.name, question.inputs, cancelled):
            if isinstance(record, result_class):
                return _reply(question, record, time.perf_counter() - start)
            on_piece(record)
    except TutorError as error:
        return Trouble(str(error))
    except Exception as error:  # noqa: BLE001 - a defect in one experiment must not end the app; it is logged
        return _defect(question.name, error)
    return Stopped()


def _reply(question: Question, result: Any, seconds: float) -> News:
    """The result with what is shown of it. In a thread, because views import numpy."""
    from tutor import views

    try:
        return Reply(
            question, result, views.picture(question.name, result), views.words(question.name, result), seconds
        )
    except Exception as error:  # noqa: BLE001 - as above
        return _defect(question.name, error)


def _defect(name: str, error: Exception) -> Trouble:
    """One line about a defect of ours, whose traceback goes to the log."""
    log = paths.engine_log()
    line = f"{name}: {type(error).__name__}: {error}"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            traceback.print_exception(error, file=file)
    except OSError:  # a state folder that cannot be written must not hide what went wrong
        return Trouble(line)
    return Trouble(f"{line}; the details are in engine.log")

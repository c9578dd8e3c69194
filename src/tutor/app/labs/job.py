"""A long run in a process of its own, which goes on while its lab is closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from tutor.app.labs.asking import Asker, Engine, News, Piece, Question


class Job:
    """The one long run of an engine: its question, the records so far, and how it ended."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine.second
        self.asker = Asker(lambda: self.engine, self._told)
        self.question: Question | None = None
        """What runs, or ran last."""
        self.records: list[Any] = []
        self.news: News | None = None
        """How the run ended."""
        self.listener: Callable[[News], object] = lambda news: None
        self._ending: asyncio.Task[None] | None = None

    @property
    def runs(self) -> bool:
        """Whether a run is under way."""
        return self.question is not None and self.news is None

    async def start(self, question: Question) -> None:
        """Begin a run."""
        self.question, self.records, self.news = question, [], None
        if self._ending is not None:
            await self._ending
        self.asker.ask(question)

    def _told(self, news: News) -> None:
        if isinstance(news, Piece):
            self.records.append(news.record)
        else:
            self.news = news
            # The process holds a model and its gradients; the next run starts another.
            self._ending = asyncio.get_running_loop().create_task(self.engine.stop())
        self.listener(news)


_JOBS: WeakKeyDictionary[Engine, Job] = WeakKeyDictionary()


def job_of(engine: Engine) -> Job:
    """The long run that belongs to an engine; the same one for every lab that is opened on it."""
    if engine not in _JOBS:
        _JOBS[engine] = Job(engine)
    return _JOBS[engine]

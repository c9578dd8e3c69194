"""A long run in a process of its own, which goes on while its lab is closed; before it, what it would take."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from tutor.app.labs.asking import Asker, Engine, News, Piece, Question, Reply, Stopped

PAUSE = 8.0
"""Seconds that a run which is paused may take to end its step and keep its state."""
KEPT = 30
"""Estimates that are remembered."""


class Job:
    """The one long run of an engine: its question, the records so far, and how it ended."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine.second
        self.asker = Asker(lambda: self.engine, self._told)
        self.forecaster = Asker(lambda: self.engine, self._foretold)
        """Asks what a run would take."""
        self.forecasts: dict[Question, News] = {}
        """What it was told, so that going back to a setting needs no second measurement."""
        self.question: Question | None = None
        """What runs, or ran last."""
        self.records: list[Any] = []
        self.news: News | None = None
        """How the run ended."""
        self.listener: Callable[[News], object] = lambda news: None
        self.on_forecast: Callable[[], object] = lambda: None
        self._measured: Question | None = None
        """What the process has measured: its memory tells of nothing else."""
        self._ending: asyncio.Task[None] | None = None
        self._refreshing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        """What begins or pauses the run."""

    @property
    def runs(self) -> bool:
        """Whether a run is under way."""
        return self.question is not None and self.news is None

    def start(self, question: Question, measured: Question | None = None) -> None:
        """Begin a run, also if its lab is left at once. The process that has measured the same goes on with it."""
        self.question, self.records, self.news = question, [], None
        self.forecaster.close()
        is_warm = measured is not None and measured == self._measured and measured in self.forecasts
        self._task = asyncio.get_running_loop().create_task(self._start(question, is_warm))

    async def _start(self, question: Question, is_warm: bool) -> None:
        if not is_warm:
            await self._fresh()
        self._measured = None
        if self.runs and self.question is question:  # it may have been paused meanwhile
            self.asker.ask(question)

    async def forecast(self, question: Question) -> None:
        """Ask what a run would take, in a process that holds nothing else; an older question is given up."""
        if self.runs or question in self.forecasts or question == self.forecaster.question:
            return
        self.forecaster.question = question
        await self._fresh()
        if not self.runs and self.forecaster.question == question:
            self._measured = question
            self.forecaster.ask(question)

    async def _fresh(self) -> None:
        """A process that has done nothing yet will answer next."""
        async with self._refreshing:
            if self._measured is not None:
                self._measured = None
                self._ending = asyncio.get_running_loop().create_task(self.engine.stop())
            if self._ending is not None:
                await asyncio.shield(self._ending)  # whoever waits may be gone before the process is

    def drop_forecast(self) -> None:
        """Nobody wants to know any more; the process, with its model, may go."""
        self.forecaster.close()
        if not self.runs and self._measured is not None:
            self._measured = None
            self._ending = asyncio.get_running_loop().create_task(self.engine.stop())

    async def pause(self) -> None:
        """End the process once the run has kept its state; `finetune --resume` goes on from there."""
        self._task = asyncio.get_running_loop().create_task(self._pause())
        await asyncio.shield(self._task)  # whoever waits may be gone before the process is

    async def _pause(self) -> None:
        await self.engine.stop(PAUSE)
        self.asker.close()
        if self.runs:
            self.news = Stopped()

    def _told(self, news: News) -> None:
        if isinstance(news, Piece):
            self.records.append(news.record)
        else:
            self.news = news
            # The process holds a model and its gradients; the next run starts another.
            self._ending = asyncio.get_running_loop().create_task(self.engine.stop())
        self.listener(news)

    def _foretold(self, news: News) -> None:
        if self._measured is not None and not isinstance(news, Piece | Stopped):
            self.forecasts[self._measured] = news
            while len(self.forecasts) > KEPT:
                del self.forecasts[next(iter(self.forecasts))]
        self.on_forecast()

    def forecast_of(self, question: Question) -> Reply | None:
        """What is known of a run's cost, if that is known."""
        news = self.forecasts.get(question)
        return news if isinstance(news, Reply) else None


_JOBS: WeakKeyDictionary[Engine, Job] = WeakKeyDictionary()


def job_of(engine: Engine) -> Job:
    """The long run that belongs to an engine; the same one for every lab that is opened on it."""
    if engine not in _JOBS:
        _JOBS[engine] = Job(engine)
    return _JOBS[engine]

"""The lab in which one writes a part of a transformer, has it tested, and hears a model work with it."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any, ClassVar

from rich.console import Group
from rich.text import Text
from textual.binding import Binding, BindingType

from tutor.app.labs import exercise_editor as editing
from tutor.app.labs.answering import Answering
from tutor.app.labs.asking import Question, Reply
from tutor.app.labs.exercise_draft import DraftLab
from tutor.app.labs.panes import PICTURE
from tutor.app.later import later

TIME_LIMIT = 20.0
"""Seconds after which a run is stopped: a loop that never ends must not wait for somebody to notice."""


class ExerciseLab(DraftLab):
    """The learner's code is run by the engine process, never by the app."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+o,f5",
            "try",
            "run",
            priority=True,
            tooltip="Test your function, then put it to work",
            id="exercise.run",
        ),
        Binding("h,f3", "hint", "hint", priority=True, tooltip="One hint more", id="exercise.hint"),
        Binding(
            "v,f4",
            "solution",
            "solution",
            priority=True,
            tooltip="One way to write it, once you have tried",
            id="exercise.solution",
        ),
    ]
    DEFAULT_CSS = """
    ExerciseLab Prompt { height: 0; }
    ExerciseLab > Panes { display: none; margin-top: 0; border-top: hkey $panel; }
    ExerciseLab.-result > Panes { display: block; }
    ExerciseLab.-looking > Panes { height: 3fr; }
    """

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._tried: set[str] = set()
        self._hinted: dict[str, int] = {}
        self._limit: asyncio.TimerHandle | None = None
        self._stopped_by = ""

    async def entered(self) -> None:
        self.action_try()

    @property
    def takes_enter(self) -> bool:
        return False

    def action_try(self) -> None:
        """Test what is written, and put it to work if every property holds."""
        self._keeping = None
        inputs = super().inputs
        if inputs is None or not self._write():
            return
        self._tried.add(self.name_shown)
        self._stopped_by = ""
        self.panes.turn(PICTURE)
        self.remove_class("-looking")
        file = str(editing.draft_file(self.name_shown))
        self.asker.ask(Question("exercise", dataclasses.replace(inputs, file=file)))
        self.status.say("testing your function… · escape stops")
        self._watch_time()
        self.refresh_bindings()

    def ask(self, on_request: bool = False) -> None:
        super().ask(on_request)
        if self._runs:
            self._watch_time()

    def _watch_time(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
        self._limit = later(self, TIME_LIMIT, self._too_long)

    def _too_long(self) -> None:
        if not self._runs:
            return
        if self.the_engine().state == "starting":
            self._watch_time()
        else:
            self._stopped_by = f"stopped after {TIME_LIMIT:.0f} s: does a loop in it never end? "
            self.asker.abandon()

    @property
    def _runs(self) -> bool:
        question = self.asker.question
        return question is not None and question.inputs.file is not None

    async def action_stop(self) -> None:
        if self._runs:
            self._stopped_by = "stopped; "
            self.asker.abandon()
            return
        await super().action_stop()
        self._look()

    def after_stop(self) -> str:
        if not self._stopped_by:
            return super().after_stop()
        return f"{self._stopped_by}your code is kept, and the engine starts again in the background"

    def show_reply(self, reply: Reply) -> None:
        if reply.question.inputs.name != self.name_shown:
            return
        super().show_reply(reply)
        self.set_class(reply.result.file is not None, "-result")
        self.set_class(reply.result.model is not None, "-looking")  # two texts to compare take more lines
        if not reply.result.file:
            self.reading.say([f"{reply.result.title}: write {reply.result.function}; f5 runs it."])

    def explain(self, trouble: str) -> None:
        """A file that cannot be run at all: the line is told where the result would be."""
        Answering.explain(self, trouble)
        name = self.name_shown or self.part  # none as long as no part has been chosen
        file = str(editing.draft_file(name)) if name else ""
        if file and file in trouble:
            self.panes.fill(Text(trouble.replace(f"{file}: ", ""), style="red"), [trouble])
            self.add_class("-result")
            self.remove_class("-stale")
            self.status.say("it could not be run; see above", error=True)

    @property
    def hint(self) -> str:
        return "f5 runs it"

    # Help, one piece at a time

    def action_hint(self) -> None:
        """Another hint; after the last one the first again."""
        name = self.name_shown
        known = editing.hints(name)
        if not known:
            self.status.say("there is no hint for this one; the text at its top says what it takes")
            return
        place = self._hinted.get(name, 0) % len(known)
        self._hinted[name] = place + 1
        self.status.say(f"hint {place + 1} of {len(known)}: {known[place]}")

    def action_solution(self) -> None:
        """One way to write it, beside what the learner wrote."""
        from rich.syntax import Syntax

        theme = "monokai" if self.app.current_theme.dark else "friendly"
        text = editing.solution(self.name_shown)
        code = Syntax(text, "python", theme=theme, background_color="default", word_wrap=True)
        self.panes.turn(PICTURE)
        self.panes.fill(Group(code), text.splitlines())
        self.add_class("-result", "-looking")
        self.status.say("one way to write it; f5 runs yours")

    def action_words(self) -> None:
        super().action_words()
        self._look()

    def action_source(self) -> None:
        super().action_source()
        self._look()

    def _look(self) -> None:
        """Words and source need room; without a result the editor has it all."""
        elsewhere = self.panes.face != PICTURE
        result = self.reply.result if self.reply is not None else None
        self.set_class(elsewhere or (result is not None and result.model is not None), "-looking")
        self.set_class(elsewhere or (result is not None and result.file is not None), "-result")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "solution":
            return self.name_shown in self._tried
        return super().check_action(action, parameters)

"""The page after a lesson's last step: what is done, what to look at again, where to go."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tutor.app.parts.choices import Choices
from tutor.app.parts.rows import Rows
from tutor.course.lesson import Lesson, Outline
from tutor.course.progress import Record


class Ending(VerticalScroll, can_focus=False):
    """Rows to go on with: the next lesson, guesses that were off, steps that were left out, home."""

    @dataclass
    class Wanted(Message):
        """Where the learner wants to go: a step of this lesson, the next lesson, or home."""

        step: int | None = None
        lesson: str = ""

    def __init__(self, lesson: Lesson, following: Outline | None, record: Record) -> None:
        super().__init__(classes="page")
        self.lesson, self.record = lesson, record
        self.ways: list[tuple[str, Ending.Wanted]] = []
        if following is not None:
            self.ways.append((f"Go on to {following.number}  {following.title}", self.Wanted(lesson=following.name)))
        for index, step in enumerate(lesson.steps):
            key = (lesson.outline.name, step.key)
            if miss := record.misses.get(key):
                text = f"Look again: {step.title} (you said {miss.guess}, it was {miss.answer})"
                self.ways.append((text, self.Wanted(step=index)))
            elif key not in record.done:
                self.ways.append((f"Still open: {step.title}", self.Wanted(step=index)))
        self.ways.append(("Home", self.Wanted()))
        self._rows = Choices([text for text, _ in self.ways])

    def compose(self) -> ComposeResult:
        done, total = self.record.steps_done(self.lesson.outline), len(self.lesson.steps)
        title = "Lesson done" if done == total else "The end of the lesson"
        yield Static(Content.styled(title, "bold"), classes="title")
        goal = self.lesson.goal[:1].upper() + self.lesson.goal[1:]
        yield Static(f"{done} of {total} steps done.\n\n{goal}", id="summary", markup=False)
        yield self._rows

    def focus_first(self) -> None:
        """Focus the rows; where they are many, the title stays in sight all the same."""
        if self._rows.is_attached:  # a key may come before it is there, or when the page was left
            self._rows.focus(scroll_visible=False)
            self.scroll_home(animate=False)

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.post_message(self.ways[event.index][1])

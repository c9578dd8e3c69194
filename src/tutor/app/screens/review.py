"""Review: the guesses that were off, each a way back to its question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tutor.app.navigation import GoHome, OpenLesson
from tutor.app.parts.choices import Choices
from tutor.app.parts.rows import Rows
from tutor.app.screens.frame import Frame
from tutor.course.lesson import Outline
from tutor.course.progress import Progress


class ReviewScreen(Frame):
    """One row a guess, in the order of the course; a right guess takes its row away."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "home", "home", id="review.home")]

    def __init__(self, lessons: Sequence[Outline], progress: Progress) -> None:
        super().__init__()
        misses = progress.record.misses
        self.ways: list[tuple[str, str]] = []
        self.texts: list[str] = []
        for lesson in lessons:
            for step in lesson.steps:
                if miss := misses.get((lesson.name, step.key)):
                    self.ways.append((lesson.name, step.key))
                    said = f"you said {miss.guess} ({miss.sure} % sure), it was {miss.answer}"
                    self.texts.append(f"{lesson.number}  {step.title}: {said}")

    def body(self) -> ComposeResult:
        with VerticalScroll(can_focus=False, classes="page"):
            if self.texts:
                yield Choices(self.texts)
            else:
                yield Static("Every guess that was off has been put right.", classes="quiet")

    def on_mount(self) -> None:
        self.head("Review", "guesses to look at again; enter asks once more")
        for rows in self.query(Choices):
            rows.focus()

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        self.post_message(OpenLesson(*self.ways[event.index]))

    def action_home(self) -> None:
        self.post_message(GoHome())

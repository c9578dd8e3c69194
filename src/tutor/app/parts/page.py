"""One step of a lesson as a page: its title, its text, its task, and what is shown once that is done."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Markdown, Static

from tutor.app.parts.guess import Guess
from tutor.app.parts.tasks import DoInLab, QuizTask, RunIt, TaskView
from tutor.course.lesson import Step

KIND_WORDS = {
    "read": "",
    "try": "Try",
    "predict": "Predict",
    "check": "Check",
    "quiz": "Quiz",
    "myth": "Myth or true?",
}
"""How the kind of a step is called above its title."""
VIEWS: dict[str, type[TaskView]] = {
    "try": DoInLab,
    "check": DoInLab,
    "predict": Guess,
    "quiz": QuizTask,
    "myth": RunIt,
}
"""The widget for each kind of step; a `read` step has none."""


class StepPage(VerticalScroll, can_focus=True):
    """A page that scrolls if it has to; enter goes on where there is nothing to answer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "go_on", "next", show=False)]

    class GoOn(Message):
        """Enter was pressed on a page with nothing left to do."""

    def __init__(self, step: Step, done: bool) -> None:
        super().__init__(classes="page")
        self.step = step
        view = VIEWS.get(step.kind)
        self.asked = view(step, done) if view else None

    def compose(self) -> ComposeResult:
        word = KIND_WORDS[self.step.kind]
        kind = Content.styled(f"{word}  ", "$accent") if word else Content("")
        yield Static(Content.assemble(kind, (self.step.title, "bold")), classes="title")
        yield Markdown(self.step.text, open_links=False)
        if self.asked is not None:
            yield self.asked
        if self.step.after:
            yield Markdown(self.step.after, id="after", open_links=False)

    def on_mount(self) -> None:
        for after in self.query("#after"):
            after.display = False

    def focus_first(self) -> None:
        """Focus what one answers with, or the page."""
        if self.asked is None or not self.asked.focus_first():
            self.focus()

    @on(TaskView.Finished)
    def _finished(self) -> None:
        """Show what stands after the rule; what one answered with may be gone, so the page takes the focus."""
        if not self.is_attached:  # the lesson was left meanwhile
            return
        if self.screen.focused is None or not self.screen.focused.display:
            self.focus()
        if self.asked is not None and not any(part.display for part in self.asked.children):
            self.asked.display = False  # nothing of it is left to see, and its margin would be a gap
        for after in self.query("#after"):
            after.display = True
            self.call_after_refresh(self.scroll_end, animate=False)

    def action_go_on(self) -> None:
        self.post_message(self.GoOn())


def task_line(step: Step) -> str:
    """The step's task in one line."""
    if step.prediction is not None:
        return step.prediction.ask
    word = KIND_WORDS[step.kind]
    return f"{word}: {step.title}" if word else step.title

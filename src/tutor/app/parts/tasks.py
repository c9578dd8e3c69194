"""What a step asks of the learner: one widget a kind. They know nothing of labs; the screen tells them answers."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tutor.app.parts.choices import Choices
from tutor.app.parts.rows import Rows
from tutor.course.lesson import Step

AT_IT = "The model is at it…"
"""While an answer is computed."""
_AGAIN = "Nothing is lost: r asks again, n goes on."


class TaskView(Widget):
    """The base of all: says when the learner is through with it. `done`: whether that was so on an earlier visit.

    Each holds its parts rather than look them up: an answer may come while its page is made, or turned.
    """

    DEFAULT_CSS = "TaskView { height: auto; width: 1fr; }"
    COVERED = False
    """Whether the lab is covered until the learner has committed to something."""

    @dataclass
    class Finished(Message):
        """The task of this step is done; what stands after the rule may be shown."""

        step: Step

    class Committed(Message):
        """The learner has committed to something; the lab may show its answer now."""

    def __init__(self, step: Step, done: bool) -> None:
        super().__init__()
        self.step = step
        self.done = False
        """Whether it is done on this visit: a question that was answered before is asked anew."""

    def focus_first(self) -> bool:
        """Focus what one answers with; false if there is no such thing."""
        return False

    def failed(self, why: str) -> None:
        """The lab has no answer, and says why; a task that waits for one says so too."""


class DoInLab(TaskView):
    """`try` and `check`: something to do in the lab, noticed as it happens, with hints."""

    def __init__(self, step: Step, done: bool) -> None:
        super().__init__(step, done)
        self.done = done
        self.hints = step.task.hints if step.task else ()
        self.shown = 0
        """How many hints are shown."""
        self._state, self._hints = Static(id="task-state"), Static(id="hints")

    def compose(self) -> ComposeResult:
        yield self._state
        yield self._hints

    def on_mount(self) -> None:
        self.display_state()

    def display_state(self) -> None:
        """Show whether it is done, and the hints asked for."""
        hints = "\n".join(f"{number}. {hint}" for number, hint in enumerate(self.hints[: self.shown], 1))
        self._state.update(self.state())
        self._hints.update(Content.styled(hints, "$text-muted"))
        self._hints.display = bool(hints)

    def state(self) -> Content:
        """One line: done, or what to do and whether there are hints."""
        if self.done:
            return Content.styled("● Done.", "$text-success")
        left = len(self.hints) - self.shown
        hint = f"   {left} hint{'s' if left > 1 else ''}" if left else ""
        return Content.assemble(("○ Do it in the lab; it is noticed.", "$accent"), (hint, "$text-muted"))

    def hint(self) -> None:
        """Show one more hint."""
        self.shown = min(self.shown + 1, len(self.hints))
        self.display_state()

    def finish(self) -> None:
        """The lab's record fits."""
        self.done = True
        self.display_state()
        self.post_message(self.Finished(self.step))


class QuizTask(TaskView):
    """`quiz`: choices, each with why; one may go on choosing until all right ones are found."""

    def __init__(self, step: Step, done: bool) -> None:
        super().__init__(step, done)
        self._choices = Choices([choice.text for choice in step.choices])

    def compose(self) -> ComposeResult:
        yield self._choices

    def focus_first(self) -> bool:
        self._choices.focus()
        return True

    @on(Rows.Chosen)
    def _chosen(self, event: Rows.Chosen) -> None:
        event.stop()
        rows, choice = event.rows, self.step.choices[event.index]
        assert isinstance(rows, Choices)
        rows.mark(event.index, *(("✓", "$text-success") if choice.right else ("✗", "$text-error")), choice.why)
        rights = {index for index, each in enumerate(self.step.choices) if each.right}
        if rights <= rows.marks.keys() and not self.done:
            self.done = True
            self.post_message(self.Finished(self.step))


class RunIt(TaskView):
    """`myth`: one row that runs the experiment; the verdict follows."""

    COVERED = True

    def __init__(self, step: Step, done: bool) -> None:
        super().__init__(step, done)
        self._choices, self._reveal = Choices(["Run the experiment"]), Static(id="reveal")
        self._reveal.display = False

    def compose(self) -> ComposeResult:
        yield self._choices
        yield self._reveal

    def focus_first(self) -> bool:
        self._choices.focus()
        return True

    @on(Rows.Chosen)
    def _run(self, event: Rows.Chosen) -> None:
        event.stop()
        if self.is_attached:  # the lesson may have been left meanwhile
            self.screen.set_focus(None)
        self._choices.display = False
        self._reveal.display = True
        self._reveal.update(Content.styled(AT_IT, "$text-muted"))
        self.post_message(self.Committed())

    def failed(self, why: str) -> None:
        if self._reveal.display:
            self._reveal.update(no_answer(why))

    def answered(self) -> None:
        """The experiment has run."""
        self._reveal.display = False
        self.done = True
        self.post_message(self.Finished(self.step))


def no_answer(why: str) -> Content:
    """Why there is no answer, and that nothing is lost."""
    return Content.assemble((why, "$text-error"), ("\n" + _AGAIN, "$text-muted"))

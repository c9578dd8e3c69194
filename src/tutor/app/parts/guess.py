"""A step that asks for a guess: a choice or a free answer, how sure, then the live answer beside it."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from tutor.app.parts.choices import Choices
from tutor.app.parts.rows import Rows
from tutor.app.parts.sureness import Sureness
from tutor.app.parts.tasks import AT_IT, TaskView, no_answer
from tutor.course import checks
from tutor.course.checks import Live
from tutor.course.lesson import Prediction, Step
from tutor.course.whitelist import ExpressionError


class Guess(TaskView):
    """`predict`: a choice or a free answer, how sure, then the live answer beside it."""

    COVERED = True

    def __init__(self, step: Step, done: bool) -> None:
        super().__init__(step, done)
        assert step.prediction is not None
        self.prediction = step.prediction
        self.guess = ""
        self.committed = False
        self._line = _line(step.prediction)
        self._sureness, self._revealed = Sureness(), Static(id="reveal")
        self._sureness.display = self._revealed.display = False

    def compose(self) -> ComposeResult:
        yield Static(Content.styled(self.prediction.ask, "bold"), id="ask")
        yield self._line
        yield self._sureness
        yield self._revealed

    def focus_first(self) -> bool:
        self._line.focus()
        return True

    @on(Rows.Chosen)
    def _picked(self, event: Rows.Chosen) -> None:
        event.stop()
        if not self.committed and isinstance(event.rows, Choices):
            event.rows.picked = event.index
            self._guessed(self.prediction.choices[event.index])

    @on(Input.Submitted)
    def _written(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip():
            self._guessed(event.value.strip())

    def _guessed(self, guess: str) -> None:
        self.guess = guess
        sureness = self._sureness
        sureness.display = True
        sureness.focus()
        self.call_after_refresh(sureness.scroll_visible, animate=False)  # it has no place before it is laid out

    @property
    def sure(self) -> int:
        """How sure the learner is, in percent."""
        return self._sureness.percent

    @on(Sureness.Committed)
    def _commit(self, event: Sureness.Committed) -> None:
        event.stop()
        self.committed = True
        if self.is_attached:  # the lesson may have been left meanwhile
            self.screen.set_focus(None)
        for widget in (self._line, self._sureness):
            widget.can_focus = False
            widget.display = isinstance(widget, Choices)
        self._reveal(Content.styled(AT_IT, "$text-muted"))
        self.post_message(self.Committed())

    def answered(self, answer: Live, right: bool) -> None:
        """Show the live answer beside the guess."""
        verdict = ("   ✓ as you said", "$text-success") if right else ("   ✗ not what you said", "$text-error")
        exact = f" ({answer.exact})" if answer.exact else ""
        you = Content.assemble(("You    ", "$text-muted"), self.guess, (f"   {self.sure} % sure", "$text-muted"))
        model = Content.assemble(("Model  ", "$text-muted"), (f"{answer.text}{exact}", "bold $accent"), verdict)
        self._reveal(Content("\n").join([you, model]))
        if isinstance(self._line, Choices) and answer.text in self.prediction.choices:
            self._line.mark(self.prediction.choices.index(answer.text), "●", "$text-success")
        self.done = True
        self.post_message(self.Finished(self.step))

    def judge(self, inputs: object, result: object) -> tuple[Live, bool] | None:
        """The live answer and whether the guess is right; None, and said so, if the record holds no answer."""
        try:
            live = checks.answer(self.prediction, inputs, result)
        except ExpressionError as error:
            self.failed(f"the lesson asks for what the answer does not hold ({error})")
            return None
        return live, checks.is_right(self.prediction, self.guess, live.text)

    def failed(self, why: str) -> None:
        if self.committed and not self.done:
            self._reveal(no_answer(why))

    def _reveal(self, content: Content) -> None:
        reveal = self._revealed
        reveal.display = True
        reveal.update(content)
        reveal.styles.opacity = 0.0
        reveal.styles.animate("opacity", 1.0, duration=0.3)


def _line(prediction: Prediction) -> Choices | Input:
    """What one guesses with."""
    if prediction.choices:
        return Choices(prediction.choices)
    return Input(placeholder="a word or a number, then enter", compact=True, max_length=200)

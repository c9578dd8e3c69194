"""What the lab beside a lesson's text answers, held against what the step asks."""

from __future__ import annotations

from textual import on

from tutor.app.labs.base import Lab
from tutor.app.parts.guess import Guess
from tutor.app.parts.page import StepPage
from tutor.app.parts.sides import Sides
from tutor.app.parts.tasks import DoInLab, RunIt, TaskView
from tutor.app.screens.frame import Frame
from tutor.course import checks
from tutor.course.lesson import Lesson, Preset
from tutor.course.progress import Miss, Progress


class Judging(Frame):
    """Hears the lab and the task, and brings answer, guess and check together; a subclass walks the steps."""

    lesson: Lesson
    progress: Progress
    sides: Sides

    @property
    def asked(self) -> TaskView | None:
        """What the step asks, if it does."""
        page = self.sides.page
        return page.asked if isinstance(page, StepPage) else None

    @on(TaskView.Committed)
    def _committed(self) -> None:
        """A guess stands, or a myth is to be tested: uncover the lab; its answer may be there already."""
        self.sides.lab_side.covered = False
        self.sides.lab_side.write_caption()
        preset = self.sides.lab_side.preset
        if preset is None:
            return
        result = self.sides.lab_side.answer_to(preset)
        if result is not None:
            self._tell(preset, result)
        elif self.sides.lab_side.lab is not None and self.sides.lab_side.lab.asker.question is None:
            self.sides.lab_side.lab.ask(on_request=True)  # it is long and waits to be asked, or has failed before

    @on(Lab.Answered)
    def _answered(self, event: Lab.Answered) -> None:
        """The lab has a new result: is it the answer to the guess, does it fulfil the task?"""
        self.sides.lab_side.write_caption()
        preset, task = self.sides.lab_side.preset, self.asked
        if task is None or (task.done and isinstance(task, DoInLab)):
            return
        if isinstance(task, DoInLab):
            if checks.task_done(task.step, preset, event.name, event.inputs, event.result):
                task.finish()
        elif preset is not None and event.name == preset.experiment and event.inputs == preset.inputs:
            self._tell(preset, event.result)

    @on(Lab.Unanswered)
    def _unanswered(self, event: Lab.Unanswered) -> None:
        """The lab has failed or was stopped: nobody shall wait for an answer that does not come."""
        if self.asked is not None:
            self.asked.failed(event.line)

    def _tell(self, preset: Preset, result: object) -> None:
        """Give the preset's result to the task that waits for it."""
        task = self.asked
        if isinstance(task, RunIt) and not self.sides.lab_side.covered and not task.done:
            task.answered()
        if isinstance(task, Guess) and task.committed and not task.done:
            self._reveal(task, preset, result)

    def _reveal(self, task: Guess, preset: Preset, result: object) -> None:
        judged = task.judge(preset.inputs, result)
        if judged is not None:
            answer, right = judged
            miss = None if right else Miss(task.guess, answer.text, task.sure)
            self.progress.predicted(self.lesson.outline.name, task.step.key, miss)
            task.answered(answer, right)

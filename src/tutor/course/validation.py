"""Are the lessons right? Runs every preset and holds the text's claims, tasks and predictions against its record."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tutor.course import checks, loader
from tutor.course.expression import Expression
from tutor.course.lesson import Lesson, Preset, Step
from tutor.course.parsing import number_of, place
from tutor.course.whitelist import ExpressionError
from tutor.errors import LessonError, TutorError

LONGEST = 60.0
"""Seconds after which a long experiment is asked to finish with what it has."""


@dataclass(frozen=True)
class Fault:
    """Something wrong, at `lessons/NN-name.md:LINE`."""

    where: str
    what: str


@dataclass
class Report:
    """What came of a check."""

    lessons: int = 0
    presets: int = 0
    """How many were run."""
    claims: int = 0
    """How many were held against a record."""
    faults: list[Fault] = field(default_factory=list)
    skipped: list[Fault] = field(default_factory=list)
    """Presets whose model is not here."""


def check(
    folder: Path | None = None,
    has_model: Callable[[str], bool] = lambda name: True,
    say: Callable[[str], None] = lambda line: None,
) -> Report:
    """Check all lessons of a folder.

    Presets with a model for which `has_model` is false are skipped; `say` is told each preset before it runs.
    """
    report = Report()
    numbers: dict[int, Path] = {}
    for path in loader.files(folder):
        first = numbers.setdefault(number_of(path), path)
        if first is not path:
            report.faults.append(Fault(place(path, 1), f"it has the number of {first.name}"))
    with _state_of_its_own():
        for found in loader.lessons(folder):
            if isinstance(found, LessonError):
                report.faults.append(Fault(found.what, f"{found.why}; {found.todo}"))
            else:
                report.lessons += 1
                _Checker(found, report, has_model, say).check()
    return report


@contextmanager
def _state_of_its_own() -> Iterator[None]:
    """Presets that make runs make them in a temporary state directory, not in the learner's."""
    before = os.environ.get("TUTOR_STATE")
    with tempfile.TemporaryDirectory() as state:
        os.environ["TUTOR_STATE"] = state
        try:
            yield
        finally:
            os.environ.pop("TUTOR_STATE")
            if before is not None:
                os.environ["TUTOR_STATE"] = before


class _Checker:
    """Checks one lesson; each preset runs once."""

    def __init__(
        self, lesson: Lesson, report: Report, has_model: Callable[[str], bool], say: Callable[[str], None]
    ) -> None:
        self.lesson, self.report, self.has_model, self.say = lesson, report, has_model, say
        self.records: dict[str, Any] = {}

    def check(self) -> None:
        for step in self.lesson.steps:
            if step.preset is not None:
                self._run(step.preset)
        for index, step in enumerate(self.lesson.steps):
            self._step(step, self.lesson.preset_for(index))

    def _fault(self, at: int, what: str) -> None:
        self.report.faults.append(Fault(place(self.lesson.outline.path, at), what))

    def _run(self, preset: Preset) -> None:
        """Run a preset unless it ran already or its model is not here."""
        if preset.line in self.records:
            return
        missing = [name for name in _models(preset) if not self.has_model(name)]
        if missing:
            what = f"{preset.line} was not run, because {missing[0]} is not here"
            self.report.skipped.append(Fault(place(self.lesson.outline.path, preset.at), what))
            return
        self.say(preset.line)
        try:
            self.records[preset.line] = _result(preset)
            self.report.presets += 1
        except TutorError as error:
            self._fault(preset.at, f"the preset does not run: {error}")
        except Exception as error:  # noqa: BLE001 - a defect in one experiment must not hide the other faults
            self._fault(preset.at, f"the preset fails: {type(error).__name__}: {error}")

    def _step(self, step: Step, preset: Preset | None) -> None:
        asks = [claim.at for claim in step.claims] + [part.at for part in (step.task, step.prediction) if part]
        if preset is None:
            for at in asks:
                self._fault(at, "there is no preset here or above to hold this against")
        elif preset.line in self.records:
            record = self.records[preset.line]
            self._claims(step, preset, record)
            self._task(step, preset, record)
            self._prediction(step, preset, record)

    def _claims(self, step: Step, preset: Preset, record: Any) -> None:
        for claim in step.claims:
            self.report.claims += 1
            try:
                if not claim.that.holds(preset.inputs, record):
                    self._fault(claim.at, f"this does not hold: {claim.that.source} (of {preset.line})")
            except ExpressionError as error:
                self._fault(claim.at, f"{claim.that.source}: {error}")

    def _task(self, step: Step, preset: Preset, record: Any) -> None:
        if step.task is None:
            return
        if checks.task_done(step, preset, preset.experiment, preset.inputs, record):
            self._fault(step.task.at, "the check holds before the learner does anything")
        elif trouble := self._fits_nothing(step.task.that):
            self._fault(step.task.at, f"{step.task.that.source}: {trouble}")
        else:
            self._solution(step, preset)

    def _solution(self, step: Step, preset: Preset) -> None:
        """A task that nobody can show to be possible is none."""
        if step.task is None or step.task.solution is None:
            at = step.task.at if step.task else step.heading.at
            self._fault(at, 'the check has no solution: add solution = "tutor …", a command line that does it')
            return
        solution = step.task.solution
        self._run(solution)
        if solution.line in self.records:
            record = self.records[solution.line]
            if not checks.task_done(step, preset, solution.experiment, solution.inputs, record):
                self._fault(step.task.at, f"the solution does not do it: {solution.line}")

    def _fits_nothing(self, that: Expression) -> str:
        """Why an expression fits none of the lesson's records, or nothing: a task may be about another view."""
        trouble = ""
        for index in range(len(self.lesson.steps)):
            preset = self.lesson.preset_for(index)
            if preset is None or preset.line not in self.records:
                continue
            try:
                that.value(preset.inputs, self.records[preset.line])
            except ExpressionError as error:
                trouble = str(error)
            else:
                return ""
        return trouble

    def _prediction(self, step: Step, preset: Preset, record: Any) -> None:
        if step.prediction is None:
            return
        try:
            live = checks.answer(step.prediction, preset.inputs, record)
        except ExpressionError as error:
            self._fault(step.prediction.at, f"{step.prediction.answer.source}: {error}")
            return
        if step.prediction.choices and live.text not in step.prediction.choices:
            self._fault(step.prediction.at, f"the model's answer is {live.text!r}, which is none of the choices")


def _models(preset: Preset) -> Iterator[str]:
    """The models that a preset names."""
    from tutor.experiments.frame.inputs import Option, fields

    for each in fields(type(preset.inputs)):
        value = getattr(preset.inputs, each.name)
        if isinstance(each.spec, Option) and each.spec.source == "model" and value:
            yield value


def _result(preset: Preset) -> Any:
    """The last record of a run, which is asked to finish after a while."""
    from tutor.experiments import execute

    deadline = time.monotonic() + LONGEST
    result = None
    for record in execute(preset.experiment, preset.inputs, lambda: time.monotonic() > deadline):
        result = record
    return result

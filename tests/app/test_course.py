"""A learner goes through every step of every lesson with keys alone, and is killed after each of them.

The engine computes each command line of the course once and really, in this process. Only a fine-tuning run answers
with a record that is made up, and the storyteller stands for the model that it makes: what is under test is the
course and not the training.
"""

import ast
import asyncio
import dataclasses
import time
from pathlib import Path

import pytest
from canned import foretold, reported, seen_at, tuned, update
from textual import events
from whole_app import StillEngine, Whole

from tutor import experiments, paths
from tutor.app.labs import line as line_of
from tutor.app.labs.controls import Control
from tutor.app.parts.choices import Choices
from tutor.app.parts.ending import Ending
from tutor.app.screens.lesson import LessonScreen
from tutor.course import loader
from tutor.course.progress import Progress
from tutor.engine.classification_metrics import scores
from tutor.errors import TutorError
from tutor.experiments.frame.messages import Answer, Failed

SIZE = (100, 24)
"""The smallest at which text and lab are side by side; what is drawn costs most of this test's time."""
PATIENCE = 60.0
"""Seconds that one answer may take on a busy machine."""
STEPS_AN_APP = 7
"""After so many steps the app is killed and another goes on."""
ANSWERS = {}
"""What was computed, by experiment and inputs; all lessons share it."""


class RealEngine(StillEngine):
    """Answers as the engine process would, each question computed once."""

    def __init__(self):
        super().__init__()
        self.number = 0
        self.turn = asyncio.Lock()

    @property
    def second(self):
        return self

    async def stop(self, grace=0.5):
        """It has no process."""

    def run(self, name, inputs, on_message):
        self.number += 1
        self.tasks = {
            *getattr(self, "tasks", ()),
            asyncio.ensure_future(self._say(self.number, name, inputs, on_message)),
        }
        return self.number

    async def _say(self, number, name, inputs, on_message):
        try:
            record = ANSWERS.get((name, repr(inputs)))
            if record is None:
                async with self.turn:  # one at a time, like the process
                    record = ANSWERS[name, repr(inputs)] = await asyncio.to_thread(_computed, name, inputs)
        except TutorError as error:
            on_message(Failed(number, str(error), expected=True))
        except Exception as error:  # noqa: BLE001 - a defect shall be read on the screen, not waited for
            on_message(Failed(number, repr(error), expected=False))
        else:
            on_message(Answer(number, record, True, 0.01))


def _computed(name, inputs):
    """What the engine process would say; of runs, and of models that they have made, something made up."""
    made_up = {"finetune": _tuned, "report": reported, "timeline": seen_at}
    if name in made_up:
        return made_up[name](inputs)
    if name == "classify" and inputs.task == "messages":
        inputs = dataclasses.replace(inputs, task="spam")
    return experiments.result_of(name, inputs)


def _tuned(inputs):
    """A run that went well; of labels the scores, and at many steps a held-out loss that rises again."""
    if inputs.estimate:
        return foretold(inputs)
    name = inputs.name or Path(inputs.file).stem
    paths.user_models().mkdir(parents=True, exist_ok=True)
    if not (paths.user_models() / name).exists():
        (paths.user_models() / name).symlink_to(paths.bundled_models() / "storyteller", target_is_directory=True)
    task = {".csv": "classify", ".jsonl": "prompt"}.get(Path(inputs.file).suffix, "lm")
    marks = scores([*"abab"], [*"abab"], [*"ab"]) if task == "classify" else None
    finished = "converged" if marks and not inputs.steps else "held-out" if (inputs.steps or 0) > 50 else "budget"
    return dataclasses.replace(
        tuned(update(5, 3.5), update(10, 3.1)),
        name=name,
        task=task,
        method="full" if inputs.method == "auto" else inputs.method,
        steps=inputs.steps or 20,
        finished=finished,
        scores_before=marks,
        scores_after=marks,
    )


class Course(Whole):
    """The app with the bundled lessons, as it starts from what is on the disk."""

    def __init__(self):
        super().__init__(None)
        self.engine = RealEngine()


class Learner:
    """Presses keys; knows of the app only what can be seen on the screen, and of the step what is asked."""

    def __init__(self, pilot):
        self.pilot, self.app = pilot, pilot.app

    async def until(self, condition, what):
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"{what} did not happen; on screen:\n{self.app.text}"
            await asyncio.sleep(0.01)

    async def type(self, text):
        """Keys as fast as they come."""
        for character in text:
            self.app.post_message(events.Key("space" if character == " " else character, character))
        await self.pilot.pause()

    @property
    def screen(self):
        return self.app.screen

    @property
    def done(self):
        return (self.screen.lesson.outline.name, self.screen.step.key) in Progress().record.done

    async def do(self, step):
        """What the step asks, as a learner would who knows the answer."""
        if step.kind in ("try", "check"):
            await self.in_lab(step)
        elif step.kind == "predict":
            await self.predict(step)
        elif step.kind == "quiz":
            await self.answer(step)
        elif step.kind == "myth":
            await self.pilot.press("enter")
        if step.kind != "read":
            await self.until(lambda: self.done, f"{step.key} done")

    async def predict(self, step):
        if step.prediction.choices:
            await self.pilot.press("down", "enter")
        else:
            await self.pilot.press("7", "enter")
        await self.until(lambda: "How sure?" in self.app.text, "being asked how sure")
        await self.pilot.press("enter")

    async def answer(self, step):
        for index, choice in enumerate(step.choices):
            if choice.right:
                await self.pilot.press("home", *["down"] * index, "enter")
        assert self.screen.query_one(Choices).marks

    async def in_lab(self, step):
        """Type the solution into the lab's line, turn the controls to it, and run it where that takes enter."""
        await self.pilot.press("f6")
        await self.until(lambda: self.screen.sides.in_lab, "the focus in the lab")
        lab = self.screen.lab_side.lab
        if step.task is None:  # any run of one's own will do
            await self.type(" Then")
            await self.pilot.press("enter")
            return
        preset = step.task.solution
        assert preset.experiment in lab.experiments, f"{preset.line} cannot be done in the lab beside the step"
        if preset.experiment == "exercise":
            await self.write(lab, paths.named(preset.inputs.file).read_text(encoding="utf-8"))
            return
        if lab.form.experiment != preset.experiment:
            await self.turn("view", preset.experiment)
        names = [field.name for field in lab.form.options if field.name not in lab.HIDDEN]
        if lab.form.arguments:
            line = line_of.written(preset.inputs, lab.form.arguments)
            if lab.entry.prompt.line.value != line:
                await self.to(lambda: self.app.focused is lab.entry.prompt.line)
                await self.pilot.press("end", "ctrl+u")
                await self.type(line)
        for name in names:
            if lab.form.values[name] != getattr(preset.inputs, name):
                await self.turn(name, getattr(preset.inputs, name))
        if experiments.is_long(preset.experiment):
            await self.to(lambda: self.app.focused is lab.entry.prompt.line)
            await self.pilot.pause(0.2)  # what was typed and turned has arrived
            await self.pilot.press("enter")

    async def write(self, lab, code):
        """Write a function below the starting code, line by line, and run it: the last definition counts."""
        await self.to(lambda: self.app.focused is lab.editor)
        for line in _bare(code).splitlines():
            await self.pilot.press("enter", "shift+home")
            if not line:  # what the editor has indented is left as it is
                await self.pilot.press("end")
            await self.type(line)
        await self.pilot.press("f5")

    async def to(self, condition):
        """Tab until the focus is where it shall be."""
        for _ in range(60):
            if condition():
                return
            await self.pilot.press("tab")
            await self.pilot.pause(0.02)
        raise AssertionError(f"tab does not lead there; on screen:\n{self.app.text}")

    async def turn(self, name, value):
        """Bring a control to a value with arrows, or type it."""
        lab = self.screen.lab_side.lab
        control = lambda: next(each for each in lab.entry.controls.controls if each.setting.name == name)  # noqa: E731
        await self.to(lambda: control().has_focus_within)
        if not isinstance(control(), Control):
            await self.pilot.press("end", "ctrl+u")
            await self.type(" | ".join(value) if isinstance(value, tuple) else str(value or ""))
            return
        down = value is None or (isinstance(value, (int, float)) and (control().value or 0) > value)
        for _ in range(200):
            if control().value == value:
                return
            await self.pilot.press("left" if down else "right")
        raise AssertionError(f"no key brings {name} to {value}; on screen:\n{self.app.text}")


def _bare(code):
    """The code as one writes it in a hurry: without docstrings, comments and empty lines."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node):
            del node.body[0]
    return ast.unparse(tree)


@pytest.mark.parametrize("path", loader.files(), ids=lambda path: path.stem)
async def test_a_learner_does_every_step_with_keys_and_a_kill_loses_none(path):
    """What is on the disk after a step says that it is done, and which comes next: an app that starts from nothing
    else goes on there. After some steps such an app really takes over; enter at home is all that it takes."""
    lesson = loader.load(path)
    Progress().visit(lesson.outline.name, lesson.steps[0].key)
    for first in range(0, len(lesson.steps), STEPS_AN_APP):
        await _some_steps(lesson, range(len(lesson.steps))[first : first + STEPS_AN_APP])
    assert Progress().record.is_done(lesson.outline)


async def _some_steps(lesson, indices):
    """Start the app, go on from home, do these steps; then the app is gone."""
    app = Course()
    app.animation_level = "none"
    async with app.run_test(size=SIZE) as pilot:
        learner = Learner(pilot)
        await pilot.press("enter")
        for index in indices:
            await _one_step(learner, lesson, index)


async def _one_step(learner, lesson, index):
    """Do the step that is on the screen and press next; all of it is on the disk."""
    app, step = learner.app, lesson.steps[index]
    await learner.until(lambda: isinstance(app.screen, LessonScreen) and app.screen.sides.page, "the lesson")
    await learner.until(lambda: getattr(app.screen.sides.page, "step", None) == step, "the step that comes next")
    await learner.pilot.pause()
    await learner.do(step)
    await learner.pilot.press("ctrl+n")
    if index + 1 < len(lesson.steps):
        following = lesson.steps[index + 1].key
        await learner.until(lambda: Progress().record.place.step == following, "the next step")
    else:
        await learner.until(lambda: isinstance(app.screen.sides.page, Ending), "the end of the lesson")
        await learner.until(lambda: "Lesson done" in app.text, "its line on the screen")
    assert (lesson.outline.name, step.key) in Progress().record.done

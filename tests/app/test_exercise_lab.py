"""The lab with an editor: typing, the draft, running, hints, the solution, and code that never ends."""

import asyncio

import pytest
from fake_engine import FakeEngine, LabApp, settled
from textual import events
from whole_app import Whole

from tutor import experiments, paths
from tutor.app.engine_client import AT_ONCE, EngineClient
from tutor.app.labs import exercise as lab_module
from tutor.app.labs.controls import Control
from tutor.app.labs.exercise_editor import CodeEditor, draft_file, hints, indentation, solution, starter
from tutor.engine.exercises import NAMES
from tutor.experiments.exercise import Inputs

LOOP = "def softmax(scores):\n    while True: pass\n"


async def opened(pilot):
    """The editor with the starting code has the focus."""
    await settled(pilot, lambda: pilot.app.lab.name_shown == "softmax" and pilot.app.focused is pilot.app.lab.editor)
    return pilot.app.lab


async def test_nothing_but_the_editor_has_the_focus_when_the_lab_opens(monkeypatch):
    """A control that had it first would take it back when the controls are made anew."""
    seen = []
    monkeypatch.setattr(Control, "on_focus", lambda control: seen.append(control), raising=False)
    app = Whole()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("b")
        await settled(pilot, lambda: isinstance(app.focused, CodeEditor))
        await pilot.pause()
        assert isinstance(app.focused, CodeEditor) and not seen


async def test_help_lists_the_keys_of_the_lab_and_not_those_of_any_editor():
    """Twenty ways to move a cursor stood before the key that runs the function."""
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("b")
        await settled(pilot, lambda: isinstance(app.focused, CodeEditor))
        await pilot.press("f1")
        await settled(pilot, lambda: "Test your function, then put it to work" in app.text)
        assert "One hint more" in app.text and "Cursor up" not in app.text and "Undo" not in app.text


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_typing_is_only_typing_and_the_draft_survives(engine, size):
    """The task in the editor; letters that are keys elsewhere are written, and stand in the draft soon after."""
    async with (app := LabApp("exercise", engine)).run_test(size=size) as pilot:
        lab = await opened(pilot)
        await settled(pilot, lambda: "f5 run" in app.text and "part ‹softmax›" in app.text)
        assert "def softmax(scores: Tensor)" in app.text
        asked = len(engine.asked)
        await pilot.press("enter", *"rhyvepas?")
        assert lab.editor.text.endswith("    ...\n    rhyvepas?\n") and len(engine.asked) == asked
        draft = draft_file("softmax")
        await settled(pilot, lambda: draft.exists() and draft.read_text() == lab.editor.text)
    async with LabApp("exercise", FakeEngine()).run_test(size=size) as pilot:
        assert "rhyvepas?" in (await opened(pilot)).editor.text


async def test_nothing_is_written_before_an_exercise_is_in_the_editor(engine):
    """The first keys can come sooner than the exercise; what they wrote would be the draft of none."""
    async with (app := LabApp("exercise", engine)).run_test(size=(80, 24)) as pilot:
        lab = await opened(pilot)
        lab.editor.read_only = True
        before = lab.editor.text
        await pilot.press("enter", "backspace", "x", "delete", "ctrl+k", "ctrl+u", "ctrl+w")
        await pilot.pause()
        assert lab.editor.text == before and app.is_running
        lab.editor.read_only = False
        await pilot.press("enter")
        assert lab.editor.text != before


async def test_a_paste_that_is_no_function_is_refused_in_one_line_and_a_short_one_is_taken_once(engine):
    async with (app := LabApp("exercise", engine)).run_test(size=(80, 24)) as pilot:
        lab = await opened(pilot)
        await settled(pilot, lambda: "computing" in lab.status.line)  # which would be said instead
        before = lab.editor.text
        app.post_message(events.Paste("Once upon a time. " * 2_000))
        await settled(pilot, lambda: "too much to paste: a draft has at most 20,000 characters" in app.text)
        assert lab.editor.text == before
        app.post_message(events.Paste("abc"))
        await settled(pilot, lambda: lab.editor.text != before)
        assert lab.editor.text.count("abc") == before.count("abc") + 1


async def test_trouble_before_a_part_was_chosen_is_told(engine):
    """The engine ended, say, while the lab was being filled."""
    async with (app := LabApp("exercise", engine)).run_test(size=(80, 24)) as pilot:
        lab = await opened(pilot)
        lab.name_shown, lab.form.line = "", ""
        lab.explain("the engine process ended")
        await settled(pilot, lambda: "the engine process ended" in app.text)
        lab.form.line = "softmax"
        await lab.entered()
        assert not (paths.state() / "exercises").exists()


async def test_reset_asks_first_and_can_be_undone(engine):
    async with LabApp("exercise", engine).run_test(size=(80, 24)) as pilot:
        lab = await opened(pilot)
        await pilot.press("x", "ctrl+r")
        assert "x" in lab.editor.text and "once more" in pilot.app.text
        await pilot.press("y")
        await pilot.press("ctrl+r", "ctrl+r")
        assert lab.editor.text == starter("softmax")
        await pilot.press("ctrl+z")
        assert "...xy" in lab.editor.text


async def test_a_failing_example_hints_one_at_a_time_and_the_solution_after_trying(engine):
    async with (app := LabApp("exercise", engine)).run_test(size=(80, 24)) as pilot:
        lab = await opened(pilot)
        await pilot.press("f4")
        assert solution("softmax").splitlines()[-1] not in lab.panes.text
        await pilot.press("ctrl+o")
        name, inputs, _ = engine.asked[-1]
        assert (name, inputs.file) == ("exercise", str(draft_file("softmax")))
        engine.say(await asyncio.to_thread(experiments.result_of, name, inputs))
        await settled(pilot, lambda: "no  large scores do not overflow" in app.text)
        assert "does it return?" in app.text and "def softmax" in app.text, app.text
        for number, hint in enumerate(hints("softmax"), 1):
            await pilot.press("f3")
            await settled(pilot, lambda: f"hint {number} of" in app.text)  # noqa: B023
            assert hint in app.words
        await pilot.press("f4")
        await settled(pilot, lambda: solution("softmax").splitlines()[-1].strip() in lab.panes.text)
        lab.editor.put("def softmax(:")
        await pilot.press("ctrl+o")
        engine.fail(f"{draft_file('softmax')}: line 1: invalid syntax; correct it and run it again")
        await settled(pilot, lambda: "line 1: invalid syntax" in lab.panes.text)


async def test_a_solution_is_put_to_work(engine):
    """Every property holds, and the model's text with the learner's function stands under its usual one."""
    async with (app := LabApp("exercise", engine)).run_test(size=(80, 24)) as pilot:
        lab = await opened(pilot)
        lab.editor.put(solution("softmax"))
        await pilot.press("ctrl+o")
        name, inputs, _ = engine.asked[-1]
        engine.say(result := await asyncio.to_thread(experiments.result_of, name, inputs))
        await settled(pilot, lambda: "yes a masked score gets weight 0" in app.text)
        assert result.succeeded and "ours " in app.text and "yours " in app.text, "both can be seen at once"
        await pilot.press("f2")
        await settled(pilot, lambda: "did the same with it as with ours" in lab.panes.text)


async def test_a_run_that_takes_too_long_is_stopped(engine, monkeypatch):
    monkeypatch.setattr(lab_module, "TIME_LIMIT", 0.05)
    async with (app := LabApp("exercise", engine)).run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await pilot.press("ctrl+o")
        await settled(pilot, lambda: engine.cancelled and engine.cancelled[-1] == (len(engine.asked), AT_ONCE))
        engine.obey(len(engine.asked))
        await settled(pilot, lambda: "does a loop in it never end?" in app.text)


async def test_escape_ends_an_endless_loop_in_the_real_engine_process():
    """The process ends, though the loop never does; the code stays, and the lab says so."""
    engine = EngineClient()
    draft_file("softmax").parent.mkdir(parents=True, exist_ok=True)
    draft_file("softmax").write_text(LOOP)
    try:
        async with (app := LabApp("exercise", engine)).run_test(size=(80, 24)) as pilot:
            lab = await opened(pilot)
            await settled(pilot, lambda: bool(app.answered), 60)
            process = engine.process
            await pilot.press("ctrl+o")
            await pilot.pause(0.1)
            await pilot.press("escape")
            await settled(pilot, lambda: "your code is kept" in app.words)
            assert process.returncode is not None and lab.editor.text == LOOP
    finally:
        await engine.stop()


def test_every_exercise_has_a_draft_of_its_own_a_solution_and_hints():
    assert len({draft_file(name) for name in NAMES}) == len(NAMES)
    assert all(draft_file(name).is_relative_to(paths.state()) for name in NAMES)
    assert all(solution(name) and len(hints(name)) >= 2 for name in NAMES)
    assert Inputs("softmax").file is None


@pytest.mark.parametrize(("line", "expected"), [("", ""), ("    x = 1", "    "), ("  if x:", "      ")])
def test_the_next_line_is_indented(line, expected):
    assert indentation(line) == expected

"""The home screen: what one sees first, and every way from there."""

import pytest
from whole_app import PACK, Whole, course

from tutor.app import engine_process
from tutor.app.labs import LABS
from tutor.app.parts.course_path import CoursePath, LabRows
from tutor.app.screens.lesson import LessonScreen
from tutor.app.screens.playground import PlaygroundScreen
from tutor.course import loader
from tutor.course.progress import Miss, Progress


async def test_after_some_steps(tmp_path):
    """A mark for the lesson that is done, a half one for the one that is begun, and where one goes on."""
    folder = course(tmp_path, 3)
    one, two, _ = loader.outlines(folder)[0]
    progress = Progress()
    for lesson, step in ((one, 0), (one, 1), (two, 0)):
        progress.mark_done(lesson.name, lesson.steps[step].key)
    progress.visit(two.name, two.steps[1].key)
    app = Whole(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "● 1  Lesson 1 of some" in app.text and "done" in app.text
        assert "▸ ◐ 2  Lesson 2 of some" in app.text and "10 min" in app.text
        assert "enter continues  2  Lesson 2 of some\n    step 2 of 2   ·   30 min of the course left" in app.text
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, LessonScreen) and app.screen.step.title == "Two"


async def test_all_done(tmp_path):
    """Nothing is left to continue; the labs stay."""
    folder = course(tmp_path, 1)
    (lesson,) = loader.outlines(folder)[0]
    progress = Progress()
    for step in lesson.steps:
        progress.mark_done(lesson.name, step.key)
    app = Whole(folder)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "All lessons done." in app.text
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, LessonScreen), "a lesson that is done can be read again"


async def test_three_keys_to_a_live_lab_at_80_by_24():
    """From a fresh start: enter opens the first lesson, l its lab, and the next key turns something there."""
    app = Whole()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "l")
        await pilot.pause()
        lab = app.screen.lab_side.lab
        assert lab in app.focused.ancestors and lab.region.height > 10
        assert "Order is not given" in app.text, "the step stays in sight above the lab"


async def test_number_and_letter_open_lesson_and_lab(tmp_path):
    app = Whole(course(tmp_path, 3))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await pilot.pause()
        assert app.screen.lesson.outline.number == 2
        await pilot.press("escape")
        await pilot.pause()
        assert app.focused is app.screen.query_one(CoursePath)
        await pilot.press("p")
        await pilot.pause()
        assert isinstance(app.screen, PlaygroundScreen) and app.screen.info.name == "positions"
        await pilot.press("escape")
        await pilot.pause()
        assert len(app.screen_stack) == 1


async def test_arrows_and_tab(tmp_path):
    app = Whole(course(tmp_path, 3))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "down", "down", "up")
        assert app.screen.query_one(CoursePath).cursor == 1
        await pilot.press("tab")
        assert app.focused is app.screen.query_one(LabRows)
        await pilot.press("down", "left", "right", "enter")
        await pilot.pause()
        assert app.screen.info is LABS[1]


async def test_the_mouse_opens_what_it_clicks(tmp_path):
    app = Whole(course(tmp_path, 3))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.click(CoursePath, offset=(8, 4))  # with room there is a line between two lessons
        await pilot.pause()
        assert app.screen.lesson.outline.number == 3
        app.action_home()
        await pilot.pause()
        await pilot.click(LabRows, offset=(4, 0))
        await pilot.pause()
        assert app.screen.info is LABS[0]


async def test_what_is_broken_is_said_and_the_rest_works(tmp_path, state):
    """A damaged progress file stands on home in one line, and the lessons are there all the same."""
    (state / "progress.json").write_text("{", encoding="utf-8")
    app = Whole()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        assert "! progress.json was damaged" in app.text and "Where a word stands" in app.text


async def test_a_broken_lesson_is_named_with_its_line(tmp_path):
    folder = course(tmp_path, 2)
    (folder / "03-broken.md").write_text("# T\nGoal: g\nMinutes: x\n\n## A\n", encoding="utf-8")
    app = Whole(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause()
        assert "03-broken.md:3" in app.text and "Lesson 2 of some" in app.text


async def test_a_lesson_that_breaks_when_opened(tmp_path):
    """Its headings are good and its preset is not: home stays and says file and line."""
    folder = course(tmp_path, 1)
    path = folder / "01-lesson.md"
    path.write_text(path.read_text().replace("--length 8", "--length x"), encoding="utf-8")
    app = Whole(folder)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert len(app.screen_stack) == 1
        assert any("01-lesson.md:10" in notice.message for notice in app._notifications)


async def test_no_lessons_at_all(tmp_path):
    app = Whole(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter", "down", "1")
        await pilot.pause()
        assert "There are no lessons here" in app.text and len(app.screen_stack) == 1


async def test_runs_and_models_open_and_are_removed_after_asking(state):
    """A row each under Yours; enter opens the lab with the model; d asks, another key keeps, d twice removes both."""
    (state / "runs" / "my-story").mkdir(parents=True)
    (state / "models" / "my-story").mkdir(parents=True)
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "my-story   model: write with it" in app.text and "my-story   run: what it changed" in app.text
        await pilot.press("tab", "tab", "d")
        await pilot.pause()
        assert "Remove the model my-story and its run for good?" in app.text
        await pilot.press("down", "up")
        await pilot.pause()
        assert "for good" not in app.text and (state / "models" / "my-story").is_dir()
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.lab.form.values["model"] == "my-story"
        await pilot.press("escape", "d", "d")
        await pilot.pause()
        assert "my-story is removed." in app.text and "will stand here" in app.text
    assert not (state / "models" / "my-story").exists() and not (state / "runs" / "my-story").exists()


async def test_guesses_to_look_at_again():
    """One row under Yours; it opens a list with what one said and what it was, and enter leads to the question."""
    progress = Progress()
    (outline,) = loader.outlines(PACK)[0][:1]
    step = next(step for step in outline.steps if step.kind == "predict")
    progress.predicted(outline.name, step.key, Miss("500", "1024", 40))
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "1 guess to look at again" in app.text
        await pilot.press("tab", "tab", "enter")
        await pilot.pause()
        assert f"{step.title}: you said 500 (40 % sure), it was 1024" in app.text
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, LessonScreen) and app.screen.step.key == step.key


async def test_progress_shows_when_one_comes_back():
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter", "n", "escape")
        await pilot.pause()
        assert "◐ 1" in app.text and "step 2 of 7" in app.text


def test_the_pack_is_the_one_that_the_course_tests_check():
    assert loader.files(PACK)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_nothing_is_cut_on_home_even_where_the_state_cannot_be_written(monkeypatch, size):
    """Three lines of welcome, ten lessons, all labs with a few words each, and not one … among them."""
    monkeypatch.setenv("TUTOR_STATE", "/dev/null/state")
    app = Whole(None)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert "…" not in app.text
        assert all(info.title in app.text for info in LABS)
        assert "begins the first lesson" in app.text
    engine_process._open_log().close()

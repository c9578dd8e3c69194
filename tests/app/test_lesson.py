"""The lesson screen: each kind of step as a learner goes through it, with keys only unless the test says mouse."""

from types import SimpleNamespace

import pytest
from canned import next_result
from fake_engine import settled
from textual import events
from textual.geometry import Size
from textual.widgets import Input
from whole_app import Whole

from tutor.app.labs.base import Lab
from tutor.app.parts import lab_side
from tutor.app.parts.choices import Choices
from tutor.app.parts.divider import Divider
from tutor.app.parts.dots import Dots
from tutor.app.parts.ending import Ending
from tutor.app.parts.page import StepPage
from tutor.app.screens.home import HomeScreen
from tutor.course.progress import Progress

LESSON = "01-positions"
SIZES = [(80, 24), (120, 40)]
TITLES = [
    "Order is not given", "a wider vector", "how alike are neighbours?", "a number of your own",
    "what is added to what", "positions are small whole numbers", "the last one",
]  # fmt: skip


def done():
    """What a program that starts now would know."""
    return {step for lesson, step in Progress().record.done if lesson == LESSON}


async def open_at(app, pilot, index):
    """Open the lesson at one of its steps."""
    outline = app.outlines[0]
    app._to_lesson(outline.name, outline.steps[index].key)
    await settled(pilot, lambda: isinstance(app.screen.query("StepPage").first(), StepPage))
    await pilot.pause()


def live(app):
    """Whether the lab shows the answer to the step's preset."""
    side = app.screen.lab_side
    return side.preset is not None and side.answer_to(side.preset) is not None


async def test_next_and_back_in_one_key_each():
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        for key, title in (("n", 1), ("b", 0), ("enter", 1), ("alt+right", 2), ("alt+left", 1), ("ctrl+n", 2)):
            await pilot.press(key)
            await pilot.pause()
            assert app.screen.step.title == TITLES[title], key
        assert done() == {"read: Order is not given"}, "only what had to be read counts as done by going on"


async def test_while_typing_the_keys_with_ctrl_are_shown_and_work():
    """In a free answer `n` is a letter; the last line shows ^n, which goes on."""
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await open_at(app, pilot, 3)
        assert isinstance(app.focused, Input) and "^n next" in app.keys and "f1 help" in app.keys
        await pilot.press("n", "b", "l")
        assert app.focused.value == "nbl" and app.screen.index == 3
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert app.screen.index == 4


@pytest.mark.parametrize("seconds", [30, 0.01])
async def test_a_preset_is_seen_to_load(monkeypatch, seconds):
    """The line above the lab is marked for a while, and the lab shows the step's own inputs."""
    monkeypatch.setattr(lab_side, "FRESH", seconds)
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await open_at(app, pilot, 1)
        await pilot.press("n")
        await pilot.pause()
        caption = app.screen.query_one("#caption")
        assert app.screen.lab_side.lab.inputs.length == 16
        await settled(pilot, lambda: caption.has_class("-fresh") == (seconds > 1))


async def turn_width(app, pilot, presses):
    """Turn the lab's control `width` up."""
    await pilot.press("l")
    await settled(pilot, lambda: app.screen.sides.in_lab)
    while app.focused.setting.name != "width":
        await pilot.press("tab")
    await pilot.press(*["right"] * presses)


@pytest.mark.parametrize("size", SIZES)
async def test_try_is_noticed_in_the_lab(size):
    """Hints one by one; four presses in the lab fulfil the task; below 100 columns the tab says so too."""
    app = Whole()
    async with app.run_test(size=size) as pilot:
        await open_at(app, pilot, 1)
        await settled(pilot, lambda: live(app))
        assert "○ Do it in the lab; it is noticed.   2 hints" in app.text
        assert "g hint" in app.keys
        await pilot.press("g")
        await pilot.pause()
        assert "1. The control is called width." in app.text and "Press tab until" not in app.text
        await pilot.press("g")
        await pilot.pause()
        assert "2. Press tab until width is marked" in app.text and "g hint" not in app.keys
        await turn_width(app, pilot, 3)
        await pilot.pause(0.1)
        assert not done()
        await pilot.press("right")
        await settled(pilot, lambda: "try: a wider vector" in done())
        await pilot.pause()
        assert ("● Done." if size[0] >= 100 else "● Try: a wider vector") in app.text
        assert "changed; ^r" in app.text


async def test_the_preset_comes_back():
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await open_at(app, pilot, 1)
        await turn_width(app, pilot, 2)
        assert app.screen.lab_side.lab.inputs.width == 48
        await pilot.press("l", "r")
        await pilot.pause()
        assert app.screen.lab_side.lab.inputs.width == 32


async def test_predict_with_choices():
    """The lab is covered; a choice, how sure, enter: the live answer stands beside the guess, then more text."""
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await open_at(app, pilot, 2)
        await settled(pilot, lambda: live(app))
        assert "Neighbours are close" not in app.text and app.screen.lab_side.covered
        assert "The answer is under here." in app.text and "0.966" not in app.text
        await pilot.press("down", "down", "enter", "right", "right")
        assert "How sure?" in app.text and "70 %" in app.text
        await pilot.press("enter")
        await settled(pilot, lambda: "Neighbours are close" in app.text)
        assert "You    0.97   70 % sure" in app.text
        assert "Model  0.97 (0.966)   ✓ as you said" in app.text
        assert not app.screen.lab_side.covered and "predict: how alike are neighbours?" in done()
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.index == 3, "with nothing left to answer, enter goes on"


async def test_a_wrong_guess_is_kept_for_review_and_a_right_one_forgets_it():
    """The free answer 500 is off; at the end of the lesson there is a way back to it; 1024 is right."""
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await open_at(app, pilot, 3)
        await pilot.press(*"500", "enter", "left", "enter")
        await settled(pilot, lambda: "✗ not what you said" in app.text)
        assert "Model  1024" in app.text
        ((where, miss),) = Progress().record.misses.items()
        assert where == (LESSON, "predict: a number of your own")
        assert (miss.guess, miss.answer, miss.sure) == ("500", "1024", 40)
        for _ in range(4):
            await pilot.press("ctrl+n")
        await pilot.pause()
        rows = app.screen.query_one(Choices)
        rows.cursor = rows.texts.index("Look again: a number of your own (you said 500, it was 1024)")
        await pilot.press("enter")
        await settled(pilot, lambda: app.screen.index == 3 and isinstance(app.focused, Input))
        await pilot.press(*"1024", "enter", "enter")
        await settled(pilot, lambda: "✓ as you said" in app.text)
        assert Progress().record.misses == {}


async def test_an_empty_guess_is_none():
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await open_at(app, pilot, 3)
        await pilot.press("space", "enter")
        await pilot.pause()
        assert isinstance(app.focused, Input) and "How sure?" not in app.text


NEXT = """# Next words
Goal: to guess.
Minutes: 5

## Predict: the next word

Which word comes next?

```tutor
tutor next "The cat"
```

```predict
ask = "Which word?"
answer = "result.candidates[0].text"
choices = ["sat", "was", "ran", "ate"]
```

---

Afterwards.
"""


async def test_predict_waits_for_a_slow_model(tmp_path):
    """The guess stands before the engine has answered: the page says so, and reveals when the answer comes."""
    (tmp_path / "01-next.md").write_text(NEXT, encoding="utf-8")
    app = Whole(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await settled(pilot, lambda: app.engine.asked)
        await pilot.press("down", "enter", "enter")
        await settled(pilot, lambda: "The model is at it" in app.text)
        assert "Afterwards" not in app.text
        app.engine.say(next_result("was", "sat"))
        await settled(pilot, lambda: "Afterwards" in app.text)
        assert "You    was" in app.text and "Model  was" in app.text and "✓" in app.text


MYTH = (
    NEXT.split("## Predict")[0]
    + """## Myth: one word only

**Claim.** There is one.

```tutor
tutor next "The cat"
```

---

**Verdict.** Afterwards.
"""
)


@pytest.mark.parametrize(("text", "keys"), [(NEXT, ("down", "enter", "enter")), (MYTH, ("enter",))])
async def test_a_lab_that_fails_says_so_where_one_waits(tmp_path, text, keys):
    """Not "the model is at it" for ever: what went wrong, and that r asks again; then the answer comes after all."""
    (tmp_path / "01-next.md").write_text(text, encoding="utf-8")
    app = Whole(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await settled(pilot, lambda: app.engine.asked)
        await pilot.press(*keys)
        await settled(pilot, lambda: "The model is at it" in app.text)
        app.engine.fail("no such model; try another")
        await settled(pilot, lambda: "r asks again" in app.text)
        assert "The model is at it" not in app.text and "Afterwards" not in app.text
        assert app.text.count("no such model; try another") == 2, "in the text and in the lab"
        asked = len(app.engine.asked)
        await pilot.press("r")
        await settled(pilot, lambda: len(app.engine.asked) > asked)
        app.engine.say(next_result("was", "sat"))
        await settled(pilot, lambda: "Afterwards" in app.text)


@pytest.mark.parametrize(("text", "keys"), [(NEXT, ("down", "enter", "enter")), (MYTH, ("enter",))])
async def test_a_lab_that_failed_under_its_cover_is_asked_again(tmp_path, text, keys):
    """It failed before the learner had committed to anything; then it is asked anew."""
    (tmp_path / "01-next.md").write_text(text, encoding="utf-8")
    app = Whole(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await settled(pilot, lambda: app.engine.asked)
        app.engine.fail("no such model; try another")
        await pilot.pause()
        asked = len(app.engine.asked)
        await pilot.press(*keys)
        await settled(pilot, lambda: len(app.engine.asked) > asked)
        app.engine.say(next_result("was", "sat"))
        await settled(pilot, lambda: "Afterwards" in app.text)


async def test_enter_and_n_at_once_turn_one_page_after_the_other():
    """Enter is acted on by the screen, n by the app; the pages and labs they open must not be mixed."""
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await open_at(app, pilot, 0)
        for key in ("enter", "n", "b", "enter", "b", "n"):
            app.post_message(events.Key(key, None))
        await settled(pilot, lambda: live(app))
        await pilot.pause(0.2)
        assert len(app.screen.query("StepPage")) == 1
        assert app.screen.query_one(StepPage).step is app.screen.step


async def test_quiz():
    """A wrong choice says why it is wrong and one may go on; the right one finishes the step."""
    app = Whole()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_at(app, pilot, 4)
        await pilot.press("enter")
        await pilot.pause()
        assert "✗ It is put behind" in app.text and "the width would grow" in app.text
        assert not done() and "mixture" not in app.text
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "✓ It is added" in app.text and "Yes: both have" in app.text and "looks like a mixture" in app.text
        assert "quiz: what is added to what" in done()


async def test_myth():
    """The claim, a row that runs the experiment, and then the verdict with the lab uncovered."""
    app = Whole()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_at(app, pilot, 5)
        assert "Claim. A model is simply told" in app.text and "Verdict." not in app.text
        assert app.screen.lab_side.covered
        await pilot.press("enter")
        await settled(pilot, lambda: "Verdict. No." in app.text)
        assert not app.screen.lab_side.covered and "myth: positions are small whole numbers" in done()


async def test_check_in_the_middle_takes_the_preset_above():
    """The last step has no preset of its own: opened directly it loads the one before; both changes fulfil it."""
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await open_at(app, pilot, 6)
        await settled(pilot, lambda: live(app))
        assert app.screen.lab_side.preset.line.endswith("--length 24 --width 32")
        await pilot.press("l")
        await settled(pilot, lambda: app.screen.sides.in_lab)
        while app.focused.setting.name != "length":
            await pilot.press("tab")
        await pilot.press(*["right"] * 3)
        await settled(pilot, lambda: "check: the last one" in done())


async def test_the_end_and_home():
    """After the last step: how many are done, what is open, the way home."""
    app = Whole()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_at(app, pilot, 6)
        await pilot.press("n")
        await settled(pilot, lambda: app.screen.query(Ending))
        await pilot.pause()
        assert "The end of the lesson" in app.text and "0 of 7 steps done" in app.text
        assert "Still open: a wider vector" in app.text and "next" not in app.keys
        await pilot.press("b")
        await pilot.pause()
        assert app.screen.index == 6
        await pilot.press("n")
        await settled(pilot, lambda: app.screen.query(Ending))
        await pilot.press("end", "enter")
        await pilot.pause()
        assert len(app.screen_stack) == 1


async def test_progress_survives_a_kill_between_any_two_steps():
    """After each key what is on the disk is what a program that starts now goes on from."""
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        for index in range(len(TITLES)):
            await settled(pilot, lambda index=index: app.screen.index == index)
            await pilot.pause()
            place = Progress().record.place
            assert place.lesson == LESSON and place.step.endswith(TITLES[index])
            await pilot.press("ctrl+n")
    again = Whole()
    async with again.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert again.screen.step.title == TITLES[-1]


async def test_a_resize_in_the_middle_keeps_everything():
    """From wide to tabs and back while an answer is half given: text, focus, choice, lab and cover stay."""
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await open_at(app, pilot, 3)
        await pilot.press(*"51")
        focused, lab = app.focused, app.screen.lab_side.lab
        for size in ((80, 24), (60, 15), (20, 5), (200, 60), (120, 40)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
        await pilot.press("2")
        assert app.focused is focused and focused.value == "512"
        assert app.screen.lab_side.lab is lab and app.screen.lab_side.covered


async def test_a_resize_that_is_dealt_with_after_the_lesson_was_left():
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await open_at(app, pilot, 3)
        sides = app.screen.sides
        app.action_home()
        await settled(pilot, lambda: not sides.is_attached)
        sides.lab_side.write_caption()
        sides.on_resize(events.Resize(Size(60, 20), Size(60, 20)))
        assert isinstance(app.screen, HomeScreen) and app._exception is None


async def test_narrowing_while_in_the_lab_shows_the_lab():
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter", "l")
        await settled(pilot, lambda: app.screen.sides.in_lab)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert app.screen.query_one(Lab).region.width > 70
        await pilot.press("l")
        await pilot.pause()
        assert app.screen.query_one(Lab).region.width == 0 and isinstance(app.focused, StepPage)


async def test_tabs_by_mouse():
    app = Whole()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        await pilot.click("#tabs", offset=(9, 0))
        await pilot.pause()
        assert app.screen.query_one(Lab).region.width > 70
        await pilot.click("#tabs", offset=(3, 0))
        await pilot.pause()
        assert "Attention looks at all words" in app.text


async def test_the_line_between_moves_by_keys_and_by_mouse():
    """It keeps its place from step to step, and neither side gets less than 32 columns."""
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        line = app.screen.query_one(Divider)
        start = line.region.x
        await pilot.press("right_square_bracket", "right_square_bracket", "f7")
        await pilot.pause()
        assert line.region.x == start + 4
        await pilot.mouse_down(line, offset=(0, 5))
        await pilot.hover(offset=(70, 10))
        await pilot.mouse_up(offset=(70, 10))
        await pilot.pause()
        assert line.region.x == 70
        await pilot.press("n")
        await pilot.pause()
        assert line.region.x == 70
        for _ in range(10):
            await pilot.press("left_square_bracket")
        await pilot.pause()
        assert line.region.x == 32


async def test_a_click_on_a_dot_goes_to_its_step():
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        await pilot.click(Dots, offset=(2 + 2 * 4, 0))
        await pilot.pause()
        assert app.screen.index == 4


async def test_typing_in_the_lab_is_not_taken_for_keys(tmp_path):
    """Letters that are keys of the lesson reach the lab's line."""
    (tmp_path / "01-next.md").write_text(NEXT.replace("## Predict: the next word", "## Read on"), encoding="utf-8")
    path = tmp_path / "01-next.md"
    path.write_text(path.read_text().split("```predict")[0], encoding="utf-8")
    app = Whole(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("l")
        await settled(pilot, lambda: isinstance(app.focused, Input))
        app.focused.value = ""
        await pilot.press(*"blngrq")
        await pilot.pause()
        assert app.focused.value == "blngrq" and app.screen.index == 0


def test_a_key_that_comes_before_the_end_of_a_lesson_is_there_is_no_trouble():
    """The keys that turn pages focus its rows."""
    Ending(SimpleNamespace(steps=(), outline=None, goal=""), None, SimpleNamespace(misses={}, done={})).focus_first()

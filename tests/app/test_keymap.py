"""Keys of one's own, and that every key that is shown does something."""

import importlib
import json

import pytest
from fake_engine import settled
from textual.binding import Binding
from whole_app import Whole

from tutor.app import keymap
from tutor.app.labs import LABS
from tutor.app.labs.base import Lab
from tutor.app.labs.panes import PICTURE, WORDS
from tutor.app.screens.home import HomeScreen
from tutor.app.screens.lesson import LessonScreen
from tutor.app.screens.playground import PlaygroundScreen
from tutor.app.screens.review import ReviewScreen
from tutor.app.tutor_app import TutorApp


def test_the_documented_names_are_those_of_the_bindings():
    widgets = [info.widget.split(":") for info in LABS]
    labs = [getattr(importlib.import_module(f"tutor.app.labs.{module}"), name) for module, name in widgets]
    screens = (TutorApp, HomeScreen, LessonScreen, PlaygroundScreen, ReviewScreen)
    kinds = {*screens, *(each for lab in labs for each in lab.__mro__)}
    ours = [kind for kind in kinds if kind.__module__.startswith("tutor.app")]
    own = [each for kind in ours for each in kind.__dict__.get("BINDINGS", ()) if isinstance(each, Binding)]
    own = [each for each in own if each.action != "wake"]  # arrows, which all lists have in common
    assert {binding.id: binding.key for binding in own} == keymap.NAMES


async def test_another_key_for_the_next_step(state):
    """With `lesson.next = "j"` j goes on, n does nothing, and the last line and the help say j."""
    (state / "keys.toml").write_text('lesson.next = "j, ctrl+j"\n', encoding="utf-8")
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "j next" in app.keys
        await pilot.press("n")
        await pilot.pause()
        assert app.screen.index == 0
        await pilot.press("j")
        await pilot.pause()
        assert app.screen.index == 1
        await pilot.press("question_mark")
        await pilot.pause()
        assert "j ctrl+j" in app.text and "lesson.next" in app.text


async def test_another_key_in_a_lab(state):
    """With `lab.words = "f12"` that key shows the words, f2 no longer does, and the help says so."""
    (state / "keys.toml").write_text('"lab.words" = "f12"\n', encoding="utf-8")
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("p")
        await settled(pilot, lambda: app.screen.query(Lab) and app.screen.query_one(Lab).reply)
        lab = app.screen.query_one(Lab)
        await settled(pilot, lambda: lab.has_focus_within)
        await pilot.press("f2")
        assert lab.panes.face == PICTURE
        await pilot.press("f12")
        await pilot.pause()
        assert lab.panes.face == WORDS
        await pilot.press("f1")
        await pilot.pause()
        assert "f12" in app.text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('"lesson.next" = "b"', "b is both lesson.next and lesson.back"),
        ('"lab.words" = "ctrl+e"', "ctrl+e is both lab.words and lab.export"),
        ('"lab.words" = "ctrl+n"', "ctrl+n is both lab.words and lesson.next"),
        ('"gaps.next" = "f2"', "f2 is both gaps.next and lab.words"),
        ('"lesson.next" = "ctrl+p"', "ctrl+p is both lesson.next and app.search"),
        ('"lesson.nex" = "j"', "lesson.nex: no such action"),
        ("lesson.next = 3", "lesson.next: no such action, or no keys"),
        ('lesson.next = ""', "lesson.next: no such action, or no keys"),
        ("=", "the usual keys are in force"),
    ],
)
async def test_what_is_wrong_with_the_file_is_one_line_on_home(state, text, told):
    (state / "keys.toml").write_text(text, encoding="utf-8")
    app = Whole()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "! keys.toml" in app.text and told in " ".join(app.text.split())


def test_two_screens_may_use_one_key():
    assert keymap.clash({"home.quit": "n", "gaps.next": "f9", "tokens.next": "f9"}) == ""


async def test_ascii_is_switched_and_remembered(state):
    """From the palette: not one character beyond ASCII is written, and it stays so at the next start."""
    app = Whole()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.toggle_ascii()
        await pilot.pause()
        assert any(not isinstance(each, str) for each in app.get_line_filters())
    assert json.loads((state / "preferences.json").read_text())["ascii"] == "on"
    assert Whole()._ascii


@pytest.mark.parametrize("keys", [(), ("tab",), ("enter",), ("enter", "n"), ("p",), ("question_mark",)])
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_every_key_in_the_last_line_changes_something(keys, size):
    """On home, in a lesson, in a lab, in the help: press what the last line offers, and the screen differs."""
    app = Whole()
    quits = []
    app.exit = lambda *_, **__: quits.append(True)
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await settled(pilot, lambda: all(lab.reply for lab in app.screen.query(Lab)))
        line = app.screen.query_one("KeyLine")
        for binding in line._chosen():
            before, screen, focused = app.text, app.screen, app.focused
            await pilot.press(binding.key)
            await pilot.pause(0.1)
            changed = app.text != before or app.screen is not screen or app.focused is not focused or quits
            assert changed, f"{binding.key} ({binding.description}) does nothing on {screen}"
            while app.screen is not screen and len(app.screen_stack) > 1 and screen in app.screen_stack:
                app.pop_screen()
            await pilot.pause()
            if app.screen is not screen:
                return  # it led away for good, which is something
            if focused is not None and focused.is_attached:
                focused.focus()

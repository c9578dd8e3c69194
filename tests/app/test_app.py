"""What belongs to no single screen: themes, palette, help, sizes, and what is loaded when."""

import json
import re
import subprocess
import sys

import pytest
from fake_engine import settled
from textual import events
from textual.color import Color
from textual.geometry import Offset
from textual.widgets import Input, Static
from whole_app import Whole, course

from tutor.app import theme
from tutor.app.labs import LABS
from tutor.app.labs.base import Lab
from tutor.app.parts.palette import Palette
from tutor.app.screens.help import HelpScreen
from tutor.app.screens.home import HomeScreen


async def test_themes_go_round_and_are_remembered(state):
    app = Whole()
    async with app.run_test() as pilot:
        seen = [app.theme]
        for _ in theme.THEMES:
            await pilot.press("ctrl+t")
            seen.append(app.theme)
        assert seen == ["tutor-dark", "tutor-light", "tutor-contrast", "tutor-colour-blind", "tutor-dark"]
        await pilot.press("ctrl+t")
    assert json.loads((state / "preferences.json").read_text())["theme"] == "tutor-light"
    assert Whole().theme == "tutor-light"


@pytest.mark.parametrize("text", ["{", "[]", '{"theme": 3}', '{"theme": "of another version"}'])
async def test_odd_preferences(state, text):
    """Damaged ones are reported on home; a theme that there is not becomes the usual one."""
    (state / "preferences.json").write_text(text, encoding="utf-8")
    app = Whole()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        assert app.theme == "tutor-dark"
        assert ("damaged" in app.text) == ("another" not in text)


@pytest.mark.parametrize("chosen", theme.THEMES, ids=lambda each: each.name)
def test_contrast(chosen):
    """Everything that is read has at least the 4.5 : 1 of WCAG 2 on both grounds it stands on."""
    for ground in (chosen.background, chosen.variables["raised"]):
        for ink in ("text", "text-muted", "text-accent", "text-success", "text-error"):
            assert _contrast(chosen.variables[ink], ground) >= 4.5, (ink, ground)


def _contrast(one, other):
    """The contrast ratio of WCAG 2.1, from relative luminance."""
    bright, dark = sorted((_luminance(Color.parse(one)), _luminance(Color.parse(other))), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour):
    channels = [channel / 255 for channel in (colour.r, colour.g, colour.b)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


async def test_the_palette_finds_lessons_and_labs(tmp_path):
    app = Whole(course(tmp_path, 2))
    async with app.run_test(size=(100, 30)) as pilot:
        titles = [command.title for command in app.get_system_commands(app.screen)]
        assert {"Lesson 2: Lesson 2 of some", "Theme: light", "Quit", "Home"} <= set(titles)
        assert {f"Lab: {info.title}" for info in LABS} <= set(titles)
        await pilot.press("ctrl+p")
        await pilot.press(*"lesson", "space", "2")
        await pilot.pause(0.4)
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert app.screen.lesson.outline.number == 2


async def test_one_lesson_after_the_other_and_one_lab_after_the_other(tmp_path):
    """Home always stays one step below."""
    app = Whole(course(tmp_path, 2))
    async with app.run_test() as pilot:
        for open_it in (lambda: app._to_lesson("01-lesson"), lambda: app._to_lesson("02-lesson")):
            open_it()
            await pilot.pause()
        await pilot.press("question_mark")
        await pilot.pause()
        app._to_lab("positions")
        await pilot.pause()
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert app.screen.info.name != "positions" and len(app.screen_stack) == 2
        app.action_home()
        await pilot.pause()
        assert len(app.screen_stack) == 1


async def test_a_lab_is_found_again_as_it_was_left():
    """Escape goes home, also when it was meant to stop something: what was typed and turned to is not lost."""
    app = Whole()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("t")
        await settled(pilot, lambda: "·amazing" in app.text)
        await pilot.press("ctrl+u", *"tortoises", "tab", "right", "right")
        await settled(pilot, lambda: "view ‹merges›" in app.text and "pieces of 'tortoises'" in app.text)
        await pilot.press("escape")
        await settled(pilot, lambda: "q quit" in app.keys)
        await pilot.press("t")
        await settled(pilot, lambda: "view ‹merges›" in app.text and "pieces of 'tortoises'" in app.text)
        await pilot.press("ctrl+r")
        await settled(pilot, lambda: "view ‹tokens›" in app.text and "·amazing" in app.text)


@pytest.mark.parametrize("keys", [("question_mark",), ("enter", "question_mark"), ("t", "f1")])
async def test_help_lists_the_keys_of_where_one_is(keys):
    """On home, in a lesson, and while typing in a lab, where ? is a letter; the same key closes it."""
    app = Whole()
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        assert "what the keys do here" in app.text and "ctrl+p" in app.text
        assert {1: "1 to 9", 2: "n ctrl+n alt+right"}.get(len(keys) if keys[0] != "t" else 0, "ctrl+y") in app.text
        assert "Scroll" not in app.text
        await pilot.press("f1")
        await pilot.pause()
        assert not isinstance(app.screen, HelpScreen)


async def at_rest(pilot):
    """The text of the screen once it has stayed the same for a while, but for the milliseconds of an answer."""
    last, same = "", 0
    while same < 5:
        await pilot.pause(0.05)
        now = re.sub(r"\d+ ms", "ms", pilot.app.text)
        same, last = (same + 1, last) if now == last else (0, now)
    return last


@pytest.mark.parametrize("keys", [(), ("enter",), ("p",), ("question_mark",)])
async def test_too_small_is_said_in_one_line_and_undone_by_growing(keys):
    """At 20×5 every screen says what it needs; the focus is where it was when the window grows again."""
    app = Whole()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        await settled(pilot, lambda: all(lab.reply for lab in app.screen.query(Lab)))
        before, focused = await at_rest(pilot), app.focused
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        assert "20×5 is too small" in " ".join(app.text.split())
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert app.focused is focused
        assert await at_rest(pilot) == before


async def test_it_opens_too_small():
    app = Whole()
    async with app.run_test(size=(20, 5)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "is too small" in " ".join(app.text.split())


@pytest.mark.parametrize("keys", [(), ("enter",), ("t",)])
async def test_no_more_than_six_keys_and_each_of_them_works(keys):
    app = Whole()
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        shown = [part for part in app.keys.split("   ") if part.strip()]
        assert 1 <= len(shown) <= 6 and shown[-1].endswith("help")


async def test_a_click_on_a_key_presses_it():
    app = Whole()
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        await pilot.click(offset=(app.keys.index("n next"), 29))
        await pilot.pause()
        assert app.screen.step.title == "a wider vector"


async def test_without_colour_the_cursor_still_shows(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = Whole()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.no_color and "▸ ○ 1" in app.text


async def test_q_quits_home():
    app = Whole()
    async with app.run_test() as pilot:
        await pilot.press("q")
        await pilot.pause()
    assert app.return_code == 0


async def test_the_engine_starts_after_the_first_paint():
    app = Whole()
    async with app.run_test() as pilot:
        await pilot.pause()
        assert app.engine.started == 1
    assert app.engine.state == "gone", "it ends with the app"


def test_nothing_heavy_before_the_first_paint():
    """The modules that are there when home is first drawn, in a fresh interpreter."""
    script = """
import asyncio, sys
from tutor.app.tutor_app import TutorApp
loaded = []
async def nothing(self): loaded.extend(sys.modules)
TutorApp._after_first_paint = nothing
async def main():
    async with TutorApp().run_test() as pilot:
        await pilot.pause()
asyncio.run(main())
heavy = {"torch", "numpy", "tokenizers", "typer", "markdown_it", "tutor.app.screens.lesson", "tutor.app.labs.base"}
assert loaded
print(sorted(heavy & set(loaded)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


async def test_a_search_in_the_palette_may_end_after_it_was_closed():
    """Textual's search looks up the list of commands, which is gone by then."""
    app = Whole()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p", "a")
        await settled(pilot, lambda: isinstance(app.screen, Palette))
        palette = app.screen
        await pilot.press("escape")
        await settled(pilot, lambda: isinstance(app.screen, HomeScreen) and not palette.is_attached)
        await palette._gather_commands("cat").wait()
        palette.dismiss()  # a second enter that was still under way
        await pilot.pause()
        assert app._exception is None and isinstance(app.screen, HomeScreen)


async def test_a_click_on_what_was_just_removed_is_no_trouble(monkeypatch):
    """It is still drawn for a moment; with a click one may begin to select text in it."""
    app = Whole()
    async with app.run_test(size=(80, 24)) as pilot:
        gone = Static("gone"), Offset(0, 0)
        monkeypatch.setattr(app.screen._compositor, "get_widget_and_offset_at", lambda x, y: gone)
        app.screen._forward_event(events.MouseDown(None, 1, 1, 0, 0, 1, False, False, False, 1, 1))
        await pilot.pause()
        assert app.screen.get_widget_and_offset_at(1, 1) == (None, None)


async def test_a_megabyte_in_the_palette_is_refused():
    """Each of the searches for it would take seconds."""
    app = Whole()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p", "a")
        await settled(pilot, lambda: isinstance(app.screen, Palette))
        app.post_message(events.Paste("Once upon a time. " * 60_000))
        await pilot.press("b")
        await settled(pilot, lambda: app.screen.query_one(Input).value == "ab")


@pytest.mark.parametrize("size", [(1, 1), (20, 1), (3, 9)])
async def test_paging_through_a_palette_that_has_no_room(size):
    """No column for the list, or no line of it."""
    app = Whole()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await pilot.resize_terminal(*size)
        await pilot.pause(0.3)
        await pilot.press("down", "pageup", "pageup", "pagedown", "p", "pagedown")
        await pilot.pause(0.1)
        await pilot.resize_terminal(80, 24)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)

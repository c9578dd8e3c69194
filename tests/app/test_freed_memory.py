"""Memory: what was left is freed, and what is freed goes back to the system."""

import gc
import weakref
from types import SimpleNamespace

import pytest
from fake_engine import settled
from textual._context import visible_screen_stack
from whole_app import Whole

from tutor.app import freed_memory
from tutor.app.navigation import OpenLab


async def test_a_screen_that_is_gone_does_not_keep_the_one_before_it():
    """As when the mouse moves while something lies over a lab: Textual then notes in the app's own context what lies
    below, and the tasks of the next lab begin there. Of four labs only the last one is there at the end."""
    app, gone = Whole(), []
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(4):
            app.post_message(OpenLab("positions"))
            await settled(pilot, lambda: app.screen.query("Panes") and app.screen.lab.panes.text)
            gone.append(weakref.ref(app.screen))
            await pilot.press("ctrl+p")
            app.call_next(lambda: visible_screen_stack.set(app._background_screens))
            await pilot.pause()
            await pilot.press("escape")
            await pilot.pause()
        await pilot.press("escape")
        await settled(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.pause()
        gc.collect()
        assert sum(screen() is not None for screen in gone) <= 1


async def test_of_what_was_left_no_line_stays_in_memory():
    """Four labs and four steps of a lesson later, nothing of how they were drawn is there but of the last ones."""
    app, drawn = Whole(), []
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(4):
            await pilot.press("escape", "p")
            await settled(pilot, lambda: app.screen.query("Panes") and app.screen.lab.panes.text)
            drawn.append(weakref.ref(app.screen.lab.panes._styles_cache))
        await pilot.press("escape", "enter")
        for key in "nbnb":
            await settled(pilot, lambda: app.screen.query("StepPage") and app.screen.sides.page.is_mounted)
            await pilot.pause()
            drawn.append(weakref.ref(app.screen.sides.page._styles_cache))
            await pilot.press(key)
        await pilot.press("escape")
        await pilot.pause()
        gc.collect()
        assert sum(each() is not None for each in drawn) <= 2


@pytest.mark.parametrize(("platform", "calls"), [("linux", {-3: 131072, -1: 131072, -8: 1}), ("darwin", {})])
def test_the_allocator_is_told_to_give_freed_memory_back_where_it_is_glibc(platform, calls, monkeypatch):
    """By the numbers that malloc.h gives M_MMAP_THRESHOLD, M_TRIM_THRESHOLD and M_ARENA_MAX."""
    told = {}
    monkeypatch.setattr(freed_memory.ctypes, "CDLL", lambda name: SimpleNamespace(mallopt=told.__setitem__))
    monkeypatch.setattr(freed_memory.sys, "platform", platform)
    freed_memory.give_back()
    assert told == calls

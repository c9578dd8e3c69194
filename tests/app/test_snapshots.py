"""Whole screens as text: home, every lab and a step of each kind, at 80×24 and at 120×40, with made-up records.

What is kept stands in `snapshots/`, a file for each screen and size. After a change that is meant, write them anew
with `python tests/app/make_snapshots.py` and read what git then shows as changed.
"""

import asyncio
import difflib
import os
import re
from pathlib import Path

import pytest
from snapshot_screens import SCREENS, CannedEngine
from whole_app import Whole

SIZES = [(80, 24), (120, 40)]
FOLDER = Path(__file__).parent / "snapshots"
WRITE = "TUTOR_WRITE_SNAPSHOTS"
"""The environment variable that has them written anew instead of compared."""
PATIENCE = 20.0
"""Seconds in which a screen has to become what is kept."""


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
async def test_screen(screen, tmp_path, monkeypatch):
    """What one should see is said of each screen where it is listed, in `SCREENS`."""
    assert len(screen.seen.split()) >= 8, "say in words what one should see"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tutor.app.labs.status.duration", lambda seconds: "11 ms")
    monkeypatch.setattr("tutor.app.labs.run_form.REST", 0.01)
    screen.before()
    app = Whole(screen.lessons)
    app.engine = CannedEngine()
    async with app.run_test(size=SIZES[0]) as pilot:
        await screen.open(app, pilot)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await _compared(app, pilot, FOLDER / f"{screen.name}-{size[0]}x{size[1]}.txt")


async def _compared(app, pilot, kept):
    """Wait until the screen is what is kept, or write it once it rests."""
    if os.environ.get(WRITE):
        kept.write_text(await _at_rest(app, pilot), encoding="utf-8")
        return
    wanted = kept.read_text(encoding="utf-8")
    end = asyncio.get_running_loop().time() + PATIENCE
    while (seen := _text(app)) != wanted:
        if asyncio.get_running_loop().time() > end:
            lines = difflib.unified_diff(wanted.splitlines(), seen.splitlines(), "kept", "on screen", lineterm="")
            pytest.fail("\n".join([kept.name, *lines]), pytrace=False)
        await pilot.pause(0.02)


async def _at_rest(app, pilot):
    """The screen once it has not changed for a second."""
    seen, same = _text(app), 0
    while same < 10:
        await pilot.pause(0.1)
        same = same + 1 if seen == _text(app) else 0
        seen = _text(app)
    return seen


def _text(app):
    """The screen without what scroll bars look like at its right edge, which changes with every line above them."""
    lines = [re.sub("[▁▂▃▄▅▆▇█]$", "", line).rstrip() if len(line) == app.size.width else line for line in app.lines]
    return "\n".join(lines) + "\n"


def test_nothing_is_kept_that_no_screen_is_compared_with():
    names = {f"{screen.name}-{width}x{height}.txt" for screen in SCREENS for width, height in SIZES}
    assert {path.name for path in FOLDER.glob("*.txt")} == names

"""Makes the picture of a lesson that README shows: `python tests/app/make_snapshot.py`. By hand; uses the model."""

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

from textual.widgets import Input

PICTURE = Path(__file__).parent / "snapshots" / "lesson.svg"
SIZE = (120, 36)
LESSON, STEP = "08-attention", "read: Who was hungry?"
CELL = 12.2
"""The width of a character in Textual's pictures."""
PATIENCE = 120.0
"""Seconds that the engine may take to start and answer."""


async def make():
    """The lesson with the attention lab beside its text, in the app's own dark theme."""
    from tutor.app.tutor_app import TutorApp

    app = TutorApp()
    async with app.run_test(size=SIZE) as pilot:
        app._to_lesson(LESSON, STEP)
        await pilot.pause()
        side = app.screen.lab_side
        for _ in range(int(PATIENCE / 0.2)):
            if side.preset is not None and side.answer_to(side.preset) is not None:
                break
            await pilot.pause(0.2)
        else:
            sys.exit("the lab did not answer")
        await pilot.pause(2.0)  # the marks of a fresh preset fade
        picture = app.export_screenshot(title="tutor")
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(_with_spaces_as_places(_without_web_fonts(picture)), encoding="utf-8")
    print(PICTURE)


def _without_web_fonts(svg):
    """A picture that lies in the repository must not call anybody when it is looked at."""
    return re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.DOTALL)


def _with_spaces_as_places(svg):
    """Some programs drop spaces at the ends of a piece of text; they become a shift of the piece instead."""
    return re.sub(r'x="([\d.]+)"( y="[\d.]+") textLength="([\d.]+)"([^>]*)>([^<]*)</text>', _shifted, svg)


def _shifted(match):
    x, y, length, rest, text = match.groups()
    space = "&#160;"
    characters = text.replace(space, " ")
    before = len(characters) - len(characters.lstrip(" "))
    after = len(characters) - before - len(characters.strip(" "))
    x, length = float(x) + before * CELL, float(length) - (before + after) * CELL
    kept = characters.strip(" ").replace(" ", space)
    return f'x="{x:g}"{y} textLength="{length:g}"{rest}>{kept}</text>' if kept else "</text>"


if __name__ == "__main__":
    Input.cursor_blink = False
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TUTOR_STATE"] = folder
        asyncio.run(make())

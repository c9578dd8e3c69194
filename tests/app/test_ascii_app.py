"""The app on a terminal that knows ASCII only, and the help of a lab."""

import pytest
from whole_app import PACK, Whole

from tutor.app import ascii_mode
from tutor.app.ascii_mode import AsciiLines
from tutor.app.screens.help import HelpScreen


class Plain(Whole):
    """The app as `tutor --ascii` opens it."""

    def __init__(self):
        super().__init__(PACK)
        self._ascii = [AsciiLines()]


async def test_every_character_on_screen_is_ascii_and_pictures_draw_with_shades():
    """Home, and a lab with its heat map in shades, its controls in < and >: not one character beyond ASCII."""
    app = Plain()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.text.isascii() and "> . 1" in app.text
        assert "enter choose" in app.keys and "?" not in app.text.removesuffix(app.keys), "no block of a scroll bar"
        app._to_lab("positions")
        for _ in range(200):
            await pilot.pause(0.05)
            if app.screen.lab.reply is not None:
                break
        await pilot.pause()
        assert app.text.isascii() and "kind <sinusoidal>" in app.text and "##" in app.text


@pytest.mark.parametrize(
    ("encoding", "terminal", "needed"),
    [
        ("utf-8", "xterm-256color", False),
        ("ascii", "xterm", True),
        ("utf-8", "vt100", True),
        ("latin-1", "xterm", True),
    ],
)
def test_locale_and_terminal_decide(monkeypatch, encoding, terminal, needed):
    monkeypatch.setenv("TERM", terminal)
    monkeypatch.setattr("sys.__stdout__", type("Stream", (), {"encoding": encoding})())
    assert ascii_mode.needed() is needed


async def test_help_says_what_stands_in_this_lab():
    """Below the keys: the experiments of the lab, and what each of its controls does."""
    app = Whole()
    async with app.run_test(size=(120, 60)) as pilot:
        app._to_lab("scale")
        await pilot.pause(0.3)
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen) and "What you see" in app.text
        assert "Its heads, which share the width." in app.text and "What size costs" in app.text

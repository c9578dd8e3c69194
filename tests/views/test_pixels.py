"""Small pictures in grey: every pixel is there, with colours, without, and in ASCII."""

from __future__ import annotations

import numpy as np
from rich.console import Console

from tutor.views.pixels import Pixels

LEVELS = np.array([[0, 16], [8, 1]])


def drawn(width, **options):
    console = Console(width=width, legacy_windows=False, force_terminal=True, **options)
    with console.capture() as captured:
        console.print(Pixels(LEVELS))
    return captured.get()


def test_shades_and_numbers():
    assert drawn(40, color_system=None).splitlines() == ["|  ██|    0 16", "|▒▒··|    8  1"]


def test_numbers_give_way_and_then_pixels_shrink():
    assert drawn(8, color_system=None).splitlines() == ["|  ██|", "|▒▒··|"]
    assert drawn(4, color_system=None).splitlines() == ["| █|", "|▒·|"]


def test_ink_is_dark_and_paper_light():
    text = drawn(40, color_system="truecolor")
    assert "48;2;245;245;245m  " in text and "48;2;20;20;20m  " in text and "█" not in text

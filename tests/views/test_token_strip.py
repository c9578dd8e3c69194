"""The strip of tokens: every token is there, every boundary can be seen, with and without colour."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from tutor.views.ascii import Ascii
from tutor.views.token_strip import TokenStrip
from tutor.views.visible import visible

TOKENS = ["Transformers", " are", " amazing", "!", "\n", " 日本", "\u200d", "é"]


def drawn(strip, width=60, colour=None, ascii_only=False):
    console = Console(
        file=io.StringIO(), width=width, force_terminal=bool(colour), color_system=colour, legacy_windows=False
    )
    with console.capture() as capture:
        console.print(Ascii(strip) if ascii_only else strip)
    return capture.get()


def test_without_colour_bars_part_the_tokens():
    assert drawn(TokenStrip(TOKENS)) == "Transformers|·are|·amazing|!|⏎|\n·日本|<U+200D>|é\n"


def test_with_colour_backgrounds_alternate_and_nothing_parts_them():
    lines = drawn(TokenStrip(["a", " b", "c"]), colour="truecolor")
    backgrounds = re.findall(r"48;2;(\d+;\d+;\d+)m", lines)
    assert len(backgrounds) == 3
    assert backgrounds[0] == backgrounds[2] != backgrounds[1]
    assert re.sub(r"\x1b\[[\d;]*m", "", lines) == "a·bc\n"


def test_ids_stand_under_their_tokens():
    first, second = drawn(TokenStrip(["a", " cat", "s"], ids=[7, 12345, 88])).splitlines()
    assert first == "a |·cat  |s  "
    assert second == "7  12345  88 "
    assert [first.split("|")[place].strip() for place in range(3)] == ["a", "·cat", "s"]
    for text, number in (("a", "7"), ("·cat", "12345"), ("s", "88")):
        assert first.index(text) == second.index(number)


def test_values_are_colours_or_shades():
    strip = TokenStrip(["low", "high"], values=[0.0, 1.0], ends=("0 bits", "9 bits"))
    coloured = drawn(strip, colour="truecolor")
    low, high = re.findall(r"48;2;(\d+);(\d+);(\d+)m", coloured)[:2]
    assert sum(map(int, low)) < sum(map(int, high))
    tokens, shades, legend = drawn(strip).splitlines()
    assert (tokens, shades) == ("low|high", "    ████")
    assert legend.startswith("0 bits")
    assert legend.endswith("9 bits")
    assert drawn(strip, ascii_only=True).splitlines()[1] == "    @@@@"


def test_a_token_longer_than_a_line_goes_on_without_a_bar():
    assert drawn(TokenStrip(["x" * 25, "y"]), width=11).splitlines() == ["x" * 10, "x" * 10, "xxxxx|y"]


def test_what_is_left_out_is_said():
    assert drawn(TokenStrip(["a"] * 1005, limit=5)).splitlines()[-1] == "… and 1,000 more tokens"


@given(
    tokens=st.lists(st.text(min_size=1, max_size=15), max_size=25),
    width=st.integers(4, 70),
    kind=st.sampled_from(["plain", "ids", "values"]),
)
@settings(max_examples=150, deadline=None)
def test_no_line_is_too_long_and_no_token_is_lost(tokens, width, kind):
    extra = {"plain": {}, "ids": {"ids": range(len(tokens))}, "values": {"values": [0.5] * len(tokens)}}[kind]
    for colour in (None, "truecolor"):
        lines = re.sub(r"\x1b\[[\d;]*m", "", drawn(TokenStrip(tokens, **extra), width, colour)).splitlines()
        assert all(cell_len(line) <= width for line in lines)
    if kind == "plain":
        shown = "".join(drawn(TokenStrip(tokens), width).splitlines())
        assert shown.replace("|", "") == "".join(map(visible, tokens)).replace("|", "")
        assert shown.count("|") == max(len(tokens) - 1, 0) + "".join(tokens).count("|")


@given(tokens=st.lists(st.text(max_size=10), max_size=10))
@settings(max_examples=100, deadline=None)
def test_ascii_is_ascii(tokens):
    assert drawn(TokenStrip(tokens, ids=range(len(tokens))), ascii_only=True).isascii()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (" the\n", "·the⏎"),
        ("\t\r", "⇥⏎"),
        ("\x1b[31m", "<U+001B>[31m"),
        ("\u202eabc", "<U+202E>abc"),
        ("\u0301", "◌\u0301"),
        ("\u0947", "◌\u0947"),  # a vowel sign of Devanagari, whose combining class is 0
        ("\ufe0f", "<U+FE0F>"),
        ("\u200d", "<U+200D>"),
        ("👩\u200d👧", "👩\u200d👧"),
        ("", ""),
    ],
)
def test_every_character_can_be_seen(text, shown):
    assert visible(text) == shown


def test_spaces_can_stay_spaces():
    assert visible("ice cream\n", spaces=False) == "ice cream⏎"

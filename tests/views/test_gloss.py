"""The gloss: what stands under each word, on how many bands, and what is found at a place."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from tutor.views.ascii import Ascii
from tutor.views.gloss import Gloss, Said

KNOWN = Gloss(["la", "biblioteca"], [Said("reads", ["the", "library"], [0.25, 0.94])], mark=1)


def drawn(gloss: Gloss, width: int, ascii_only: bool = False) -> list[str]:
    console = Console(width=width, color_system=None, highlight=False)
    with console.capture() as captured:
        console.print(Ascii(gloss) if ascii_only else gloss, end="")
    return [line.rstrip() for line in captured.get().splitlines()]


def test_each_word_stands_over_what_is_said_and_the_marked_one_has_a_pointer() -> None:
    assert drawn(KNOWN, 40) == [
        "       la    ▸biblioteca",
        "reads  the    library",
        "       25 %   94 %",
    ]
    assert drawn(KNOWN, 40, ascii_only=True)[0] == "       la    >biblioteca"


def test_a_narrow_one_has_a_band_for_each_word_and_only_those_that_there_is_room_for() -> None:
    assert len(drawn(KNOWN, 20)) == 2 * KNOWN.lines_a_band == KNOWN.lines(20)
    short = Gloss(KNOWN.words, KNOWN.rows, mark=1, bands=1)
    lines = drawn(short, 23)
    assert "biblioteca" in lines[0] and "words 2 to 2 of 2" in lines[-1] and len(lines) == short.lines(23)


def test_more_weight_is_another_colour() -> None:
    console = Console(width=40, color_system="truecolor", force_terminal=True, highlight=False)
    backgrounds = {
        segment.style.bgcolor.name
        for segment in console.render(KNOWN)
        if segment.style is not None and segment.style.bgcolor is not None
    }
    assert len(backgrounds) == 2


@settings(max_examples=25)
@given(words=st.lists(st.text("abcdéñ漢", min_size=1, max_size=9), min_size=1, max_size=9), width=st.integers(18, 60))
def test_every_word_is_found_where_it_is_drawn(words: list[str], width: int) -> None:
    gloss = Gloss(words, [Said("reads", words, [0.5] * len(words))])
    found = [
        gloss.at(x, y, width) for y in range(gloss.lines(width)) if y % gloss.lines_a_band == 0 for x in range(width)
    ]
    seen = [place for place in dict.fromkeys(found) if place is not None]
    assert seen == list(range(len(words)))
    assert gloss.at(0, gloss.lines(width), width) is None

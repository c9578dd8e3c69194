"""ABC notation, against pitches and lengths worked out by hand from the standard; MIDI, against its bytes."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine import abc, abc_corpus, abc_spelling
from tutor.engine.abc import AbcError, Note, read
from tutor.engine.midi import midi, quantity

HEADER = "R:jig\nM:6/8\nL:1/8\nK:{key}\n"
BAR = "ABc def|"


def tune(body: str, key: str = "G") -> abc.Tune:
    return read(HEADER.format(key=key) + body)


def pitches(body: str, key: str = "G") -> list[int | None]:
    return [note.pitch for bar in tune(body, key).bars for note in bar.notes]


def test_the_scale_of_c_begins_at_the_middle_c() -> None:
    assert pitches("CDEFGABc|", "C") == [60, 62, 64, 65, 67, 69, 71, 72]
    assert pitches("C,c'z|", "C") == [48, 84, None]


@pytest.mark.parametrize(
    ("key", "letters"),
    [("G", "F"), ("D", "FC"), ("A", "FCG"), ("Em", "F"), ("Ador", "F"), ("Amix", "FC"), ("C", ""), ("Am", "")],
)
def test_sharp_keys(key: str, letters: str) -> None:
    assert abc.signature(key) == dict.fromkeys(letters, 1)


@pytest.mark.parametrize(("key", "letters"), [("F", "B"), ("Bb", "BE"), ("Gm", "BE"), ("Dm", "B"), ("Cdor", "BE")])
def test_flat_keys(key: str, letters: str) -> None:
    assert abc.signature(key) == dict.fromkeys(letters, -1)


def test_an_accidental_holds_to_the_end_of_its_bar_in_its_octave() -> None:
    assert pitches("F=FFf|F", "G") == [66, 65, 65, 78, 66]


def test_lengths() -> None:
    lengths = [note.length for note in tune("A2A/A/4A3/2(3ABc|").bars[0].notes]
    eighths = [Fraction(2), Fraction(1, 2), Fraction(1, 4), Fraction(3, 2), *[Fraction(2, 3)] * 3]
    assert lengths == [one / 8 for one in eighths]


def test_a_pick_up_and_what_it_leaves_over_are_right() -> None:
    read_tune = tune("|:D|" + BAR * 7 + "ABc d2:|")
    assert [bar.right for bar in read_tune.bars] == [True] * 9
    assert read_tune.sections[0].repeated


def test_a_long_or_short_bar_inside_is_wrong() -> None:
    assert [bar.right for bar in tune(BAR + "ABc de|" + BAR + "ABc defg|" + BAR).bars] == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_a_short_last_bar_without_a_pick_up_is_wrong() -> None:
    assert not tune(BAR * 2 + "ABc d2|]").bars[-1].right


def test_repeats_sound_twice() -> None:
    twice = tune("|:" + BAR + BAR[:-1] + ":|" + BAR)
    assert len(list(twice.played())) == 6 * 5
    assert len(twice.bars) == 3


@pytest.mark.parametrize("body", ["", "hello", "A0|", "(3AB|", "A/0|", "C,,,,,,,,|", "\U0001f3b5|"])
def test_what_is_no_tune_is_refused(body: str) -> None:
    with pytest.raises(AbcError):
        tune(body)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        tune(text, text[:3])
    except AbcError as error:
        assert str(error)


def test_midi_is_what_the_standard_says() -> None:
    """A quarter of the middle C, an eighth's rest, an eighth of E, at 120 beats a minute: worked out by hand."""
    notes = [Note("c", 60, Fraction(1, 4)), Note("z", None, Fraction(1, 8)), Note("e", 64, Fraction(1, 8))]
    track = bytes.fromhex(
        "00ff510307a120" "00c028" "00903c50" "8360803c00" "8170904050" "8170804000" "00ff2f00"
    )  # fmt: skip
    head = bytes.fromhex("4d546864 00000006 0000 0001 01e0 4d54726b") + len(track).to_bytes(4, "big")
    assert midi(notes) == head + track


@pytest.mark.parametrize(
    ("value", "written"), [(0, "00"), (127, "7f"), (128, "8100"), (16383, "ff7f"), (16384, "818000")]
)
def test_quantities_as_in_the_table_of_the_standard(value: int, written: str) -> None:
    assert quantity(value).hex() == written


RAW = """X: 12
T: A Tune of Ours
R: double jig
M: 6/8
K: E Minor
|:"Em"B|(G>AB) {c}.EFG|~A3 [DA]2-A|G2E "D"FED|E3 E2:|
|:e|edB AFA|GAB EFG|Afd ecA|B3 B2:|
"""


def test_one_spelling_for_all() -> None:
    assert abc_spelling.normalised(RAW).split("\n") == [
        "R:jig", "M:6/8", "L:1/8", "K:Em",
        "|:B|G3/2A/2B EFG|A3 A2A|G2E FED|E3 E2:|",
        "|:e|edB AFA|GAB EFG|Afd ecA|B3 B2:|",
    ]  # fmt: skip


def test_a_tune_moved_to_another_key_keeps_its_steps() -> None:
    text = HEADER.format(key="G") + "|:D|G^cd =fed|" + BAR * 6 + "_B2A G2:|"
    original = pitches(text.split("K:G\n")[1])
    moved = list(abc_corpus.transposed(text))
    assert moved
    for other in moved:
        read_again = [note.pitch for bar in read(other).bars for note in bar.notes]
        assert len({a - b for a, b in zip(read_again, original, strict=True) if a and b}) == 1


def test_variants_are_one_group_and_strangers_are_not() -> None:
    body = "|:D|" + "GAB cde|fga bag|" * 4 + "G3 G2:|"
    other = "|:D|" + "gec GEC|AFD BGE|" * 4 + "G3 G2:|"
    texts = [HEADER.format(key=key) + music for key, music in (("G", body), ("G", body + "ABc d3|]"), ("G", other))]
    first, second, third = abc_corpus.groups(texts)
    assert first == second != third


def test_the_longest_copied_run_of_bars() -> None:
    known = abc_corpus.runs([HEADER.format(key="G") + "ABc def|GGG GGG|AAA AAA|"])
    assert abc_corpus.longest_copied(tune("EEE EEE|GGG GGG|AAA AAA|FFF FFF|"), known) == 2
    assert abc_corpus.longest_copied(tune("EEE EEE|"), known) == 0

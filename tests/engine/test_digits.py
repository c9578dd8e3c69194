"""The digits to train on, the words of captions, and pictures as text."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tutor.engine import captions, digits, pictures
from tutor.errors import InputError

PICTURES = arrays(np.int64, (8, 8), elements=st.integers(0, 16))


def test_the_split_is_of_all_pictures_and_no_picture_is_on_both_sides():
    training, held_out = digits.load()
    assert len(training) + len(held_out) == 1797
    assert len(held_out) == 358  # one in five; the hash makes it the same ones for ever
    assert not set(map(digits.key, training.pictures)) & set(map(digits.key, held_out.pictures))
    assert np.bincount(held_out.labels).min() >= 25


@given(PICTURES, st.integers(0, 1000))
def test_a_varied_picture_is_a_picture_with_about_its_ink(picture, seed):
    varied = digits.varied(picture, np.random.default_rng(seed))
    assert varied.shape == (8, 8) and varied.min() >= 0 and varied.max() <= 16
    assert varied.sum() >= 0.9 * 0.85 * picture.sum() - 32  # what falls off, what fades, and rounding


def test_pictures_move_by_a_pixel_at_most():
    picture = np.zeros((8, 8), np.int64)
    picture[4, 4] = 8
    places = {tuple(np.argwhere(digits.varied(picture, np.random.default_rng(seed)))[0]) for seed in range(200)}
    assert places == {(row, column) for row in (3, 4, 5) for column in (3, 4, 5)}


@given(PICTURES)
def test_a_picture_as_text_reads_back(picture):
    assert (pictures.parsed(pictures.as_text(picture), "it") == picture).all()
    assert (pictures.read(json.dumps({"result": {"picture": picture.tolist()}})) == picture).all()


@pytest.mark.parametrize("separator", [",", ";", "\t", " , "])
def test_tables_are_read_and_other_lines_passed_over(separator, tmp_path):
    file = tmp_path / "seven.csv"
    rows = [[row + column for column in range(8)] for row in range(8)]
    lines = ["a seven, seed 7", *(separator.join(map(str, row)) for row in rows), "14 bits"]
    file.write_text("\n".join(lines), encoding="utf-8")
    assert pictures.read(str(file)).tolist() == rows


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "none is named"),
        ("0 0 0\n", "0 lines of 8 numbers"),
        ("0 0 0 0 0 0 0 0\n" * 7, "7 lines"),
        ("0 0 0 0 0 0 0 0\n" * 16, "16 lines"),
        ("0 0 0 0 0 0 0 17\n" * 8, "17 is out of range"),
        ("0 0 0 0 0 0 0 -1\n" * 8, "-1 is out of range"),
        ("0 0 0 0 0 0 0 0.5\n" * 8, "not a whole number"),
        ("{", "JSON without a picture"),
        ('{"result": {"text": "x"}}', "JSON without a picture"),
        ('{"picture": [[1, 2]]}', "not 8 lines"),
        ('{"picture": "🙂"}', "not 8 lines"),
        ("no-such-file.txt", "no such file"),
        ("👩‍👩‍👧", "no such file"),
    ],
)
def test_what_is_no_picture_is_said_in_one_line(text, why):
    with pytest.raises(InputError) as refused:
        pictures.read(text)
    assert why in str(refused.value) and "\n" not in str(refused.value)


def test_the_practice_pictures_are_pictures():
    folder = Path(__file__).parents[2] / "lessons" / "practice"
    for name in ("seven", "four"):
        assert pictures.read(str(folder / f"{name}.txt")).sum() > 100


@pytest.mark.parametrize(
    ("caption", "words"),
    [
        ("a seven", ("a", "seven")),
        ("Draw a 7!", ("a", "7")),
        ("  the digit\tSEVEN. ", ("the", "digit", "seven")),
        ("'eight'", ("eight",)),
    ],
)
def test_captions_are_read_as_words(caption, words):
    assert captions.words_of(caption) == words


@pytest.mark.parametrize(
    "caption", ["", " \n ", "...", "draw", "a cat", "שבע", "a 👩‍👩‍👧", "seven " * 9, "x" * 10**6]
)
def test_captions_that_cannot_be_drawn_are_refused_in_one_line(caption):
    with pytest.raises(InputError) as refused:
        captions.words_of(caption)
    assert len(str(refused.value)) < 250 and "\n" not in str(refused.value)


def test_an_unknown_word_is_named_as_it_was_typed_and_not_by_its_code_points():
    with pytest.raises(InputError) as refused:
        captions.words_of("a 👩‍👩‍👧")
    assert "👩" in str(refused.value) and "\\" not in str(refused.value)


def test_every_wording_is_known_and_names_one_digit():
    tokenizer = captions.word_tokenizer()
    for digit in range(10):
        for wording in captions.wordings(digit):
            words = captions.words_of(wording)
            assert {captions.NAMES[digit], str(digit)} & set(words)
            assert tokenizer.encode(wording).ids == captions.token_ids(tokenizer, wording)
    assert captions.wordings(8)[0] == "an eight" and captions.wordings(1)[0] == "a one"

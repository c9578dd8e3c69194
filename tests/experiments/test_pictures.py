"""draw, caption and match: their records, in words and pictures, and the way from one to the other."""

from __future__ import annotations

import json

import pytest
from rich.console import Console

from tutor import experiments, views
from tutor.engine import pictures
from tutor.experiments.frame import command, record

SEVEN = "lessons/practice/seven.txt"


def ask(line):
    """Inputs and result of a command line."""
    name, inputs = command.parse(line)
    return name, inputs, experiments.result_of(name, inputs)


def drawn(name, result, width=80, **options):
    """The picture as lines of text."""
    console = Console(width=width, color_system=None, legacy_windows=False, **options)
    with console.capture() as captured:
        console.print(views.picture(name, result))
    return captured.get().splitlines()


def test_the_same_seed_draws_the_same_picture_and_another_one_another():
    first, again, other = (ask(f'tutor draw "a seven" --seed {seed}')[2] for seed in (1, 1, 2))
    assert (first.picture == again.picture).all() and (first.picture != other.picture).any()
    assert first.words == ("a", "seven") and first.tokens == 4 + 72


def test_what_is_drawn_can_be_read_back_from_json_and_from_text():
    name, inputs, result = ask('tutor draw "the digit 3" --seed 2')
    assert (pictures.read(record.to_json(name, inputs, result)) == result.picture).all()
    assert (pictures.read("\n".join(drawn(name, result))) == result.picture).all()
    assert ask("tutor caption " + json.dumps(record.to_json(name, inputs, result)))[2].caption == result.read_as


def test_a_caption_comes_with_ten_probabilities():
    name, _, result = ask(f"tutor caption {SEVEN}")
    assert result.caption == result.labels[0].label == "a seven"
    assert sum(one.probability for one in result.labels) == pytest.approx(1) and len(result.labels) == 10
    assert views.words(name, result)[0] == "painter writes 'a seven'."
    assert any(f"{100 * result.labels[1].probability:.1f} %" in line for line in drawn(name, result))


def test_matching_ranks_captions_by_cosine():
    name, _, result = ask(f'tutor match {SEVEN} "a one" "the digit 7" four')
    assert result.captions[0].caption == "the digit 7"
    assert sum(one.probability for one in result.captions) == pytest.approx(1)
    similarities = [one.similarity for one in result.captions]
    assert similarities == sorted(similarities, reverse=True)
    assert views.words(name, result)[0].startswith("'the digit 7' fits best: ")


def test_without_captions_the_ten_digits_are_tried():
    name, _, result = ask(f"tutor match {SEVEN}")
    assert len(result.captions) == 10 and result.captions[0].caption == "a seven"
    assert len(views.words(name, ask(f"tutor match {SEVEN} seven")[2])) == 2


@pytest.mark.parametrize("line", ['tutor draw "a seven"', f"tutor caption {SEVEN}", f"tutor match {SEVEN}"])
@pytest.mark.parametrize("width", [10, 40, 80, 120])
def test_pictures_fit_their_width_and_ascii_is_ascii(line, width):
    from tutor.views.ascii import Ascii

    name, _, result = ask(line)
    assert all(len(row) <= width for row in drawn(name, result, width))
    console = Console(width=width, color_system=None, legacy_windows=False)
    with console.capture() as captured:
        console.print(Ascii(views.picture(name, result)))
    assert captured.get().isascii()


@pytest.mark.parametrize(
    "line",
    ['tutor draw "a cat"', 'tutor draw ""', 'tutor draw "a seven" --model storyteller', "tutor caption nowhere.txt",
     "tutor match nowhere.txt one", f'tutor match {SEVEN} "a cat"', f"tutor match {SEVEN} --model painter"],
)  # fmt: skip
def test_what_cannot_be_done_is_said(line):
    from tutor.errors import InputError

    with pytest.raises(InputError):
        ask(line)

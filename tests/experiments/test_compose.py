"""Composing, with a scripted writer for what is thrown away, and with the bundled model for what it writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

import fakes
from tutor import views
from tutor.engine import composing, loading
from tutor.engine.abc import read
from tutor.errors import InputError, UsageError
from tutor.experiments import compose as experiment
from tutor.views.export import export

REST = "M:6/8\nL:1/8\nK:D\n"
GOOD = REST + "|:" + "DFA dfa|" * 7 + "d3 d3:|"
WRONG = REST + "|:" + "DFA dfa|" * 6 + "DFA df|d3 d3:|"
NO_TUNE = REST + "|:D what"

Script = Callable[..., None]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    """Sets what the model writes in each attempt, a character a step."""
    loaded = fakes.known(tmp_path, torch.zeros(281, 281))
    monkeypatch.setattr(loading, "decoder", lambda *asked: loaded)

    def script(*texts: str, finished: str = "end") -> None:
        left = iter(texts)

        def generate(*args: object, **options: object) -> Iterator[SimpleNamespace]:
            for letter in next(left):
                yield SimpleNamespace(text=letter, finished="")
            yield SimpleNamespace(text="", finished=finished)

        monkeypatch.setattr(composing, "generate", generate)

    return script


def test_the_first_tune_that_adds_up_is_kept(written: Script) -> None:
    written(WRONG, NO_TUNE, GOOD, GOOD)
    result = experiment.run(experiment.Inputs("jig"))
    assert (result.attempts, result.wrong_bars, result.problem) == (3, 0, "")
    assert (result.key, result.metre, result.full_bars, len(result.bars)) == ("D", "6/8", 8, 8)
    assert result.succeeded
    assert [note.pitch for note in result.notes[:6]] == [62, 66, 69, 74, 78, 81]
    assert [(note.start, note.beats, note.bar) for note in result.notes[5:8]] == [
        (2.5, 0.5, 0),
        (3, 0.5, 1),
        (3.5, 0.5, 1),
    ]


def test_where_none_adds_up_the_nearest_is_given_with_its_fault(written: Script) -> None:
    written(NO_TUNE, WRONG)
    result = experiment.run(experiment.Inputs("jig", attempts=2))
    assert not result.succeeded
    assert [index for index, bar in enumerate(result.bars) if not bar.right] == [6]
    assert result.problem == "1 of 8 bars are of a wrong length"
    assert "7 !" in export(views.picture("compose", result), ".txt", "")
    assert "not accepted" in views.words("compose", result)[0]


def test_what_is_no_tune_is_shown_as_text(written: Script) -> None:
    written(NO_TUNE)
    result = experiment.run(experiment.Inputs("jig", attempts=1))
    assert result.notes == ()
    assert "not a tune" in export(views.picture("compose", result), ".txt", "")
    assert "cannot" not in views.words("compose", result)[0]


@pytest.mark.parametrize("finished", ["budget", "context"])
def test_a_tune_without_an_end_is_not_accepted(written: Script, finished: str) -> None:
    written(GOOD, finished=finished)
    assert experiment.run(experiment.Inputs("jig", attempts=1)).problem == "it does not come to an end"


def test_bars_end_a_tune_and_close_its_repeat(written: Script) -> None:
    written(GOOD)
    result = experiment.run(experiment.Inputs("jig", bars=4))
    assert result.full_bars == 4
    assert result.abc.rstrip().endswith("DFA dfa:|")


def test_the_roll_has_a_row_for_each_pitch_and_a_mark_for_each_note(written: Script) -> None:
    written(GOOD)
    drawn = export(views.picture("compose", experiment.run(experiment.Inputs("jig"))), ".txt", "", ascii_only=True)
    rows = [line for line in drawn.splitlines() if line[4:6] == " |"]
    assert [row.split()[0] for row in rows] == ["A5", "F#5", "D5", "A4", "F#4", "D4"]
    assert [row.count("*") for row in rows] == [7, 7, 9, 7, 7, 7]
    assert rows[2].endswith("|*--*--|")


def test_files_are_written_once_and_never_over_another(written: Script, tmp_path: Path) -> None:
    abc, midi = tmp_path / "tune.abc", tmp_path / "tune.mid"
    written(GOOD)
    result = experiment.run(experiment.Inputs("jig", abc=str(abc), midi=str(midi)))
    assert abc.read_text(encoding="utf-8") == result.abc
    assert abc.read_text(encoding="utf-8").startswith("X:1\nT:")
    assert midi.read_bytes()[:4] == b"MThd"
    assert midi.read_bytes().count(b"\x90") >= 2 * len(result.notes)  # the one section sounds twice
    with pytest.raises(InputError, match="the file exists"):
        experiment.run(experiment.Inputs("jig", abc=str(abc)))


@pytest.mark.parametrize(("typed", "meant"), [("Reels", "reel"), ("slip-jig", "slip jig"), ("MARCHES", "march")])
def test_styles_as_people_write_them(written: Script, typed: str, meant: str) -> None:
    written(GOOD)
    assert experiment.run(experiment.Inputs(typed)).style == meant


@pytest.mark.parametrize("style", ["", "tango", "\U0001f469‍\U0001f52c", "j" * 1000])
def test_other_styles_are_refused_in_one_line(style: str) -> None:
    with pytest.raises(UsageError, match="has not read"):
        experiment.run(experiment.Inputs(style))


@pytest.mark.parametrize("style", ["jig", "reel"])
def test_the_bundled_model_writes_tunes_that_add_up(style: str) -> None:
    inputs = experiment.Inputs(style, seed=3, device="cpu")
    result = experiment.run(inputs)
    assert result.succeeded
    assert all(bar.right for bar in read(result.abc).bars)
    assert result.metre == {"jig": "6/8"}.get(style, result.metre)
    assert experiment.run(inputs).abc == result.abc

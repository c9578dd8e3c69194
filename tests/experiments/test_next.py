"""The next-token distribution, against tables whose answers are known."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

import fakes
from tutor import views
from tutor.engine import loading
from tutor.experiments import next as experiment

SIZE = 281


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> loading.Loaded:
    """After the token 10: 11 with 1/2, 12 with 1/4, 13 and 14 with 1/8; after any other, all alike."""
    table = torch.zeros(SIZE, SIZE)
    table[10] = -math.inf
    table[10, 11:15] = torch.tensor([0.5, 0.25, 0.125, 0.125]).log()
    loaded = fakes.known(tmp_path, table)
    monkeypatch.setattr(loading, "decoder", lambda name, device: loaded)
    return loaded


def ask(loaded: loading.Loaded, **options: float) -> experiment.Result:
    """What comes after the token 10."""
    return experiment.run(experiment.Inputs(loaded.splitter.text_of(10), **options))  # type: ignore[arg-type]


def test_the_distribution_and_its_entropy(known: loading.Loaded) -> None:
    result = ask(known)
    assert [one.id for one in result.candidates[:2]] == [11, 12]
    assert [one.probability for one in result.candidates] == pytest.approx([0.5, 0.25, 0.125, 0.125])
    assert result.entropy_bits == pytest.approx(1.75)  # ½·1 + ¼·2 + 2·⅛·3
    assert result.kept == 4
    assert result.filtered == result.candidates


def test_top_k_leaves_k(known: loading.Loaded) -> None:
    result = ask(known, top_k=2)
    assert [one.probability for one in result.filtered] == pytest.approx([2 / 3, 1 / 3])
    assert result.kept == 2
    assert result.candidates[0].probability == pytest.approx(0.5)


def test_top_p_leaves_the_fewest_that_reach_it(known: loading.Loaded) -> None:
    assert ask(known, top_p=0.7).kept == 2


def test_min_p_leaves_what_is_near_the_best(known: loading.Loaded) -> None:
    assert ask(known, min_p=0.3).kept == 2


def test_temperature_zero_leaves_the_best_alone(known: loading.Loaded) -> None:
    result = ask(known, temperature=0)
    assert [(one.id, one.probability) for one in result.filtered] == [(11, 1)]
    assert result.filtered_entropy_bits == 0


def test_temperature_one_half_squares_the_odds(known: loading.Loaded) -> None:
    first, second = ask(known, temperature=0.5).filtered[:2]
    assert first.probability / second.probability == pytest.approx(4)


def test_a_flat_distribution_has_the_entropy_of_the_vocabulary(known: loading.Loaded) -> None:
    assert experiment.run(experiment.Inputs("")).entropy_bits == pytest.approx(math.log2(SIZE))


def test_k_candidates_are_shown(known: loading.Loaded) -> None:
    assert len(experiment.run(experiment.Inputs("", k=7)).candidates) == 7


def test_the_sentence_names_the_best(known: loading.Loaded) -> None:
    result = ask(known)
    text = known.splitter.text_of(11)
    assert f"expects '{text}' most: 50.0 %" in views.words("next", result)[0]


def test_the_prompt_is_the_part_that_was_read(known: loading.Loaded) -> None:
    result = experiment.run(experiment.Inputs("The" + " cat" * 70))
    assert result.prompt == " cat" * 64
    assert result.truncated == 7


@pytest.mark.parametrize(("window", "read"), [(0, "The cat cat cat"), (2, " cat cat"), (100, "The cat cat cat")])
def test_a_window_leaves_the_last_tokens(known: loading.Loaded, window: int, read: str) -> None:
    result = experiment.run(experiment.Inputs("The cat cat cat", window=window))
    assert result.prompt == read
    assert result.truncated == max(4 - window, 0) * (window > 0)

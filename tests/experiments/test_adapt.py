"""One base against none, on a random decoder: what is drawn, what is counted, when it stops."""

from __future__ import annotations

import dataclasses
import statistics
from collections import Counter
from pathlib import Path

import pytest
import torch

from tests import fakes
from tutor import views
from tutor.engine import adapting, loading
from tutor.errors import InputError, UsageError
from tutor.experiments import adapt


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fakes.checkpoint(tmp_path_factory.mktemp("base"))


def run(base: Path, cancelled_after: int = 10_000, **options: object) -> tuple[list[adapt.Trial], adapt.Result]:
    inputs = adapt.Inputs(model=str(base), device="cpu", **options)  # type: ignore[arg-type]
    trials: list[adapt.Trial] = []
    for record in adapt.stream(inputs, lambda: len(trials) >= cancelled_after):
        if isinstance(record, adapt.Result):
            return trials, record
        trials.append(record)
    raise AssertionError("no result")


def test_rows_are_mean_and_spread_over_the_seeds(base: Path) -> None:
    trials, result = run(base, task="spam", examples=("4", "8"), seeds=2)
    assert result.finished == "done" and len(trials) == 3 * 2 * 2 == trials[-1].of
    assert [(row.way, row.examples) for row in result.rows] == [
        (way, size) for way in ("probe", "untrained", "scratch") for size in (4, 8)
    ]
    row = result.rows[1]
    alike = [trial.macro_f1 for trial in trials if (trial.way, trial.examples) == (row.way, row.examples)]
    assert row.macro_f1 == pytest.approx(statistics.mean(alike))
    assert row.macro_f1_spread == pytest.approx(statistics.stdev(alike))
    assert "With 4 examples" in views.words("adapt", result)[0]
    assert views.view("adapt").progress(trials[0]).startswith("1/12  probe, 4 examples")


def test_only_the_head_is_trained_on_a_frozen_base(base: Path) -> None:
    _, result = run(base, task="topic", examples=("5",), seeds=1)
    loaded = loading.decoder(str(base), "cpu")
    head = 5 * (2 * 16 * 3 + 1)
    body = sum(parameter.numel() for parameter in loaded.model.model.parameters())
    assert [row.trained_parameters for row in result.rows] == [head, head, body + head]


def test_the_same_seed_gives_the_same_figures(base: Path) -> None:
    first, second = (run(base, task="spam", examples=("6",), seeds=1, seed=4)[1] for _ in range(2))
    assert [row.macro_f1 for row in first.rows] == [row.macro_f1 for row in second.rows]


def test_it_stops_when_asked_and_shows_what_it_has(base: Path) -> None:
    trials, result = run(base, cancelled_after=1, task="spam", examples=("4",), seeds=5)
    assert result.finished == "cancelled" and len(trials) <= 2
    assert views.words("adapt", result)


def test_every_label_is_among_the_first_drawn() -> None:
    labels = [*"abcde" * 3, *"a" * 50]
    rows = adapting.drawn(range(len(labels)), labels, 10, seed=1)
    assert Counter(labels[row] for row in rows) == dict.fromkeys("abcde", 2)
    assert len(set(rows)) == 10 and rows != adapting.drawn(range(len(labels)), labels, 10, seed=2)


@pytest.mark.parametrize("wrong", ["", "1", "many", "-3", "²"])
def test_a_number_that_is_none_is_one_line(base: Path, wrong: str) -> None:
    with pytest.raises(UsageError, match="no number of examples"):
        run(base, examples=(wrong,))


def test_a_guest_of_another_architecture_is_one_line(base: Path) -> None:
    guest = dataclasses.replace(loading.decoder(str(base), "cpu"), model=torch.nn.Identity())
    with pytest.raises(InputError, match="no fresh model of its architecture"):
        adapting.never_trained(guest, 0)

"""Reading at once and one by one: counted by a clock that ticks with every pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import fakes
from tutor import views
from tutor.engine import loading, pace
from tutor.experiments import parallel

SIZE = 281


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> loading.Loaded:
    """A decoder for which every pass takes one second, however many tokens it reads."""
    torch.manual_seed(0)
    loaded = fakes.known(tmp_path, torch.randn(SIZE, SIZE))
    passes: list[int] = []
    forward = loaded.model.forward

    def counted(ids: torch.Tensor, **options: Any) -> torch.Tensor:
        passes.append(ids.shape[1])
        return forward(ids, **options)

    monkeypatch.setattr(loaded.model, "forward", counted)
    monkeypatch.setattr(loading, "decoder", lambda name, device: loaded)
    monkeypatch.setattr(pace.time, "perf_counter", lambda: float(len(passes)))
    return loaded


def test_one_pass_for_all_and_one_for_each(known: loading.Loaded) -> None:
    result = parallel.run(parallel.Inputs("The cat sat on the cat"))
    assert [(one.tokens, one.at_once_seconds, one.one_by_one_seconds) for one in result.timings] == [
        (1, 1, 1),
        (2, 1, 2),
        (4, 1, 4),
        (6, 1, 6),
    ]
    assert result.parameters == SIZE * SIZE
    assert views.words("parallel", result)[0].endswith("they take 6,000 ms, 6.0 times as long.")


def test_one_token_is_no_comparison(known: loading.Loaded) -> None:
    result = parallel.run(parallel.Inputs("The"))
    assert len(result.timings) == 1
    assert "One token takes known 1,000 ms either way" in views.words("parallel", result)[0]


def test_a_long_text_is_cut_at_the_context(known: loading.Loaded) -> None:
    result = parallel.run(parallel.Inputs("The" + " cat" * 69))
    assert (result.timings[-1].tokens, result.truncated) == (64, 6)
    assert "the last 6 tokens were left out" in views.words("parallel", result)[-1]


def test_a_real_model_gives_the_same_both_ways(tmp_path: Path) -> None:
    model = str(fakes.checkpoint(tmp_path / "tiny"))
    result = parallel.run(parallel.Inputs("The cat sat on the cat it was", model=model, device="cpu"))
    assert result.largest_difference < 1e-5
    assert all(one.at_once_seconds > 0 and one.one_by_one_seconds > 0 for one in result.timings)
    assert "Both ways give the same probabilities" in views.words("parallel", result)[1]


def test_a_model_that_forgets_is_found_out(known: loading.Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a cache it says that 3 comes next, without one that 4 does."""

    def forgetful(ids: torch.Tensor, cache: Any = None) -> torch.Tensor:
        wanted = 4 if cache is None else 3
        return torch.nn.functional.one_hot(torch.full_like(ids, wanted), SIZE) * 100.0

    monkeypatch.setattr(known.model, "forward", forgetful)
    assert pace.largest_difference(known, [1, 2]) == pytest.approx(1)

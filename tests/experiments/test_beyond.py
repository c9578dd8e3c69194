"""Loss by position beyond the trained length: against the model's own logits, and what has no such positions."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from rich.console import Console

from tests import fakes
from tutor import views
from tutor.engine import loading, positions
from tutor.engine.evaluation import token_losses
from tutor.errors import InputError
from tutor.experiments import beyond

TEXT = "the cat sat on the mat. it was hungry, and the dog saw it. " * 12


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A random decoder with 32 trained positions, and a text that is long enough."""
    folder = fakes.checkpoint(tmp_path_factory.mktemp("model"), context=32)
    (folder / "text.txt").write_text(TEXT, encoding="utf-8")
    return folder


def test_the_losses_are_those_of_the_logits(folder):
    result = beyond.run(beyond.Inputs(str(folder / "text.txt"), model=str(folder)))
    loaded = loading.decoder(str(folder))
    ids = loaded.tokenizer.encode(TEXT).ids
    stretches = [[loaded.start(), *ids[first : first + 64]] for first in range(0, len(ids) - 63, 64)][:8]
    with torch.no_grad():
        expected = token_losses(loaded.model, torch.tensor(stretches)).mean(0).numpy()  # (64,)
    assert (result.trained_length, result.windows, len(result.groups)) == (32, len(stretches), 16)
    for group in result.groups:
        assert group.loss == pytest.approx(expected[group.start : group.end].mean(), abs=1e-4)
    assert result.loss_beyond == pytest.approx(expected[32:].mean(), abs=1e-4)
    assert result.loss_trained == pytest.approx(expected[16:32].mean(), abs=1e-4)


def test_within_the_trained_length_both_ways_are_one(folder):
    result = beyond.run(beyond.Inputs(str(folder / "text.txt"), model=str(folder)))
    within = [group for group in result.groups if group.end <= 32]
    np.testing.assert_allclose([g.loss for g in within], [g.loss_within for g in within], atol=1e-5)
    beyond_it = [group for group in result.groups if group.start >= 32]
    assert any(abs(g.loss - g.loss_within) > 1e-4 for g in beyond_it)


def test_picture_and_words_name_the_trained_length(folder):
    result = beyond.run(beyond.Inputs(str(folder / "text.txt"), model=str(folder)))
    console = Console(file=io.StringIO(), width=80, color_system=None)
    console.print(views.picture("beyond", result))
    assert "trained on up to 32 tokens" in console.file.getvalue()
    told = views.words("beyond", result)
    assert f"is {result.loss_beyond:.2f} nats a token" in told[0]
    assert len(told) == 2 + len(result.groups)


def test_a_text_that_ends_before_is_refused(folder, tmp_path):
    short = tmp_path / "short.txt"
    short.write_text("the cat sat.", encoding="utf-8")
    with pytest.raises(InputError, match="do not reach beyond the trained length of 32"):
        beyond.run(beyond.Inputs(str(short), model=str(folder)))


def test_learned_positions_end(folder, monkeypatch):
    monkeypatch.setattr(positions, "learned", lambda directory: np.ones((32, 4)))
    with pytest.raises(InputError, match="its 32 positions are learned one by one"):
        beyond.run(beyond.Inputs(str(folder / "text.txt"), model=str(folder)))

"""Bits per token, against tables whose answers are known."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

import fakes
from tutor import views
from tutor.engine import loading
from tutor.engine.surprise import score
from tutor.errors import InputError
from tutor.experiments import surprise

SIZE = 281


def use(loaded: loading.Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "decoder", lambda name, device: loaded)


def test_a_model_that_knows_nothing_needs_log2_of_the_vocabulary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(fakes.known(tmp_path, torch.zeros(SIZE, SIZE)), monkeypatch)
    result = surprise.run(surprise.Inputs("The cat sat"))
    assert [token.bits for token in result.tokens] == pytest.approx([math.log2(SIZE)] * 3)
    assert result.perplexity == pytest.approx(SIZE)
    assert result.loss == pytest.approx(math.log(SIZE))
    assert result.bits_per_byte == pytest.approx(3 * math.log2(SIZE) / 11)


def test_the_bits_are_those_of_the_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = torch.zeros(SIZE, SIZE)
    loaded = fakes.known(tmp_path, table)
    the, cat = loading.encode(loaded, "The cat").ids
    with torch.no_grad():
        loaded.model.table[the] = -math.inf
        loaded.model.table[the, cat], loaded.model.table[the, 9] = math.log(0.25), math.log(0.75)
    use(loaded, monkeypatch)
    token = surprise.run(surprise.Inputs("The cat")).tokens[1]
    assert (token.text, token.expected) == (" cat", loaded.splitter.text_of(9))
    assert (token.probability, token.bits, token.expected_probability) == pytest.approx((0.25, 2, 0.75))


def test_bytes_are_counted_in_utf8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(fakes.known(tmp_path, torch.zeros(SIZE, SIZE)), monkeypatch)
    result = surprise.run(surprise.Inputs("é"))  # two bytes, two tokens
    assert result.bits_per_byte == pytest.approx(math.log2(SIZE))


@pytest.mark.parametrize("length", [1, 2, 7, 8, 9, 12, 13, 40])
def test_a_text_longer_than_the_context_is_scored_once_everywhere(tmp_path: Path, length: int) -> None:
    """The table looks at the last token only, so windows must give what one pass would."""
    torch.manual_seed(0)
    table = torch.randn(SIZE, SIZE)
    loaded = fakes.known(tmp_path, table, context=8)
    ids = torch.randint(1, SIZE, (length,)).tolist()
    expected = table.log_softmax(-1)[[0, *ids[:-1]], ids]
    assert [one.log_probability for one in score(loaded, ids)] == pytest.approx(expected.tolist(), abs=1e-5)


def test_windows_never_read_more_than_the_context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = fakes.known(tmp_path, torch.zeros(SIZE, SIZE), context=8)
    lengths: list[int] = []
    forward = loaded.model.forward
    monkeypatch.setattr(loaded.model, "forward", lambda ids: lengths.append(ids.shape[1]) or forward(ids))
    score(loaded, [1] * 30)
    assert max(lengths) == 8


def test_a_real_model_is_scored_as_one_pass_scores_it(tmp_path: Path) -> None:
    loaded = loading.decoder(str(fakes.checkpoint(tmp_path / "tiny")), "cpu")
    ids = loading.encode(loaded, "The cat sat on it").ids
    log_probabilities = loaded.model(torch.tensor([[0, *ids]]))[0].log_softmax(-1)
    expected = [float(log_probabilities[place, id]) for place, id in enumerate(ids)]
    assert [one.log_probability for one in score(loaded, ids)] == pytest.approx(expected, abs=1e-4)


def test_a_very_long_text_is_cut_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(fakes.known(tmp_path, torch.zeros(SIZE, SIZE)), monkeypatch)
    monkeypatch.setattr(surprise, "LIMIT", 20)
    result = surprise.run(surprise.Inputs("The" + " cat" * 29))
    assert (len(result.tokens), result.truncated) == (20, 10)
    assert "its last 10 tokens were left out" in views.words("surprise", result)[-1]


def test_an_empty_text_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(fakes.known(tmp_path, torch.zeros(SIZE, SIZE)), monkeypatch)
    with pytest.raises(InputError, match="empty"):
        surprise.run(surprise.Inputs(""))

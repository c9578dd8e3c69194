"""The addition of word and place: against the engine's own forward pass, whose stages are traced."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tokenizers
import torch
from rich.console import Console

from tests import fakes
from tutor import views
from tutor.engine import checkpoint_kinds
from tutor.engine.encoder import Encoder, EncoderConfig
from tutor.engine.initialisation import initialise
from tutor.engine.seq2seq import Seq2Seq
from tutor.engine.seq2seq_config import Seq2SeqConfig
from tutor.engine.trace import Trace
from tutor.errors import InputError, UsageError
from tutor.experiments import addition

VOCABULARY = tokenizers.Tokenizer.from_str(fakes.tokenizer_json()).get_vocab_size()


@pytest.fixture(scope="module", params=["seq2seq", "encoder"])
def saved(request, tmp_path_factory):
    """A random model of a kind that adds positions, and its folder."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "seq2seq":
        config = Seq2SeqConfig(VOCABULARY, 32, 1, 1, 4, 4, 48, 48, max_position_embeddings=16, scale_embedding=True)
        model = Seq2Seq(config)
    else:
        model = Encoder(EncoderConfig(VOCABULARY, 32, 1, 4, 48, max_position_embeddings=16))
    initialise(model, 3, table=0.3)
    checkpoint_kinds.save(model.eval(), folder)
    (folder / "tokenizer.json").write_text(fakes.tokenizer_json(), encoding="utf-8")
    return model, folder


def test_it_is_what_the_model_adds(saved):
    model, folder = saved
    result = addition.run(addition.Inputs("the cat sat", channels=12, model=str(folder)))
    ids, trace = torch.tensor([[row.token.id for row in result.rows]]), Trace(("embed", "pos_embed"))
    with torch.no_grad():
        model.encode(ids, trace=trace) if isinstance(model, Seq2Seq) else model(ids, trace=trace)
    embedding, encoding = trace["embed"][0].numpy(), trace["pos_embed"].reshape(-1, 32)[: ids.shape[1]].numpy()
    for row, word, place in zip(result.rows, embedding, encoding, strict=True):
        np.testing.assert_allclose(row.embedding, word[:12], atol=1e-5)
        np.testing.assert_allclose(row.encoding, place[:12], atol=1e-5)
        np.testing.assert_allclose(row.sum, (word + place)[:12], atol=1e-5)
        assert row.similarity == pytest.approx(
            word @ (word + place) / np.linalg.norm(word) / np.linalg.norm(word + place), abs=1e-5
        )


@pytest.mark.parametrize("width", [40, 60, 120])
def test_a_narrow_picture_shows_whole_sums_of_fewer_channels(saved, width):
    result = addition.run(addition.Inputs("the cat sat", channels=6, model=str(saved[1])))
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(views.picture("addition", result))
    lines = console.file.getvalue().splitlines()
    assert all(len(line.rstrip()) <= width and "…" not in line for line in lines)
    assert ("more on a wider screen" in lines[-1]) == (lines[0].count("channel") < 6)


def test_picture_and_words_tell_the_same_sum(saved):
    result = addition.run(addition.Inputs("the cat", channels=1, model=str(saved[1])))
    console = Console(file=io.StringIO(), width=80, color_system=None)
    console.print(views.picture("addition", result))
    row = result.rows[1]
    sum_ = f"{row.embedding[0]:.2f} {row.encoding[0]:+.2f} = {row.sum[0]:.2f}"
    assert sum_ in console.file.getvalue()
    told = views.words("addition", result)
    assert f"{row.embedding[0]:.3f} plus {row.encoding[0]:.3f} is {row.sum[0]:.3f}" in told[3]


def test_what_does_not_fit_is_counted(saved):
    result = addition.run(addition.Inputs("the cat sat " * 10, model=str(saved[1])))
    assert len(result.rows) == 16
    assert result.truncated > 0
    assert f"{result.truncated} tokens did not fit" in views.words("addition", result)[0]


def test_what_adds_nothing_says_so(tmp_path):
    folder = fakes.checkpoint(tmp_path)
    with pytest.raises(InputError, match="adds nothing to its embeddings"):
        addition.run(addition.Inputs("the cat", model=str(folder)))


def test_more_channels_than_there_are(tmp_path):
    config = Seq2SeqConfig(VOCABULARY, 4, 1, 1, 2, 2, 8, 8, max_position_embeddings=16)
    checkpoint_kinds.save(Seq2Seq(config), tmp_path)
    (tmp_path / "tokenizer.json").write_text(fakes.tokenizer_json(), encoding="utf-8")
    with pytest.raises(UsageError, match="have 4"):
        addition.run(addition.Inputs("the cat", channels=5, model=str(tmp_path)))
    with pytest.raises(InputError, match="it is empty"):
        addition.run(addition.Inputs("", model=str(tmp_path)))

"""Losses on held-out text against what a known model must give."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from tests.fakes import KnownDecoder, tiny_config
from tutor.engine.corpus import TokenFile
from tutor.engine.decoder import Decoder
from tutor.engine.evaluation import bits_per_byte, held_out_loss, losses_by_position, token_losses


def token_file(folder, tokens, text_bytes: int) -> TokenFile:
    np.asarray(tokens, dtype=np.uint16).tofile(folder / "text.bin")
    (folder / "text.json").write_text(json.dumps({"tokens": len(tokens), "bytes": text_bytes, "documents": 1}))
    return TokenFile.open(folder / "text.bin")


def test_a_model_that_knows_nothing_loses_the_logarithm_of_the_vocabulary(tmp_path):
    """32 equally likely tokens are 5 bits each; at 4 bytes a token that is 1.25 bits per byte."""
    source = token_file(tmp_path, np.arange(1000) % 32, 4000)
    loss = held_out_loss(KnownDecoder(torch.zeros(32, 32)), source, window=50)
    assert loss == pytest.approx(math.log(32), rel=1e-6)
    assert bits_per_byte(loss, source) == pytest.approx(1.25, rel=1e-6)


def test_a_model_that_knows_what_comes_next_loses_nothing(tmp_path):
    table = torch.full((32, 32), -99.0)
    table[torch.arange(32), (torch.arange(32) + 1) % 32] = 0.0
    assert held_out_loss(KnownDecoder(table), token_file(tmp_path, np.arange(1000) % 32, 4000)) < 1e-6


def test_losses_stand_where_their_tokens_stand(tmp_path):
    """Token 7 surprises this model, the others do not: each window of 8 has one 7, always in the same place."""
    table = torch.full((8, 8), -99.0)
    table[torch.arange(8), (torch.arange(8) + 1) % 8] = 0.0
    table[6] = 0.0  # after 6 it has no idea
    source = token_file(tmp_path, np.arange(8 * 20 + 1) % 8, 640)
    losses = losses_by_position(KnownDecoder(table), source, window=8, most=2)
    expected = np.zeros(8)
    expected[6] = math.log(8)
    np.testing.assert_allclose(losses, expected, atol=1e-5)


def test_a_model_is_left_in_the_mode_it_was_in(tmp_path):
    torch.manual_seed(0)
    model = Decoder(tiny_config()).train()
    source = token_file(tmp_path, np.arange(300) % 100, 300)
    first = held_out_loss(model, source, window=16)
    assert model.training
    assert first == held_out_loss(model, source, window=16)  # always the same windows


def test_a_token_is_scored_by_its_probability_given_those_before():
    torch.manual_seed(0)
    model = Decoder(tiny_config()).eval()
    ids = torch.tensor([[3, 1, 4, 1, 5]])
    with torch.no_grad():
        losses = token_losses(model, ids)[0]
        for place in range(4):
            share = model(ids[:, : place + 1])[0, -1].softmax(-1)[ids[0, place + 1]]
            assert losses[place].exp() * share == pytest.approx(1, rel=1e-4)


def test_a_text_shorter_than_a_window_is_refused(tmp_path):
    with pytest.raises(ValueError, match="10 tokens are fewer than one window of 256"):
        held_out_loss(KnownDecoder(torch.zeros(32, 32)), token_file(tmp_path, range(10), 10))

"""Splitting a text, the interval of a fall, the steps that fit, and that the best weights are kept."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import tiny_config
from tutor.engine import finetuning
from tutor.engine.decoder import Decoder
from tutor.errors import InputError

paragraphs = st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=700), min_size=1, max_size=40)


@given(paragraphs)
def test_a_split_loses_no_token_and_keeps_the_order_inside_each_side(ids):
    numbered = iter(range(10**6))
    text = [[next(numbered) for _ in part] for part in ids]
    total = sum(map(len, text))
    try:
        sides = finetuning.split(text, "text")
    except InputError:
        assert total < 5 * finetuning.WINDOW
        return
    blocks = [*sides.training, *sides.held_out]
    assert sorted(torch.cat(blocks).tolist()) == list(range(total))
    for side in (sides.training, sides.held_out):
        joined = torch.cat(side).tolist()
        assert joined == sorted(joined)
    assert sides.training and sides.held_out
    assert min(map(len, sides.held_out)) > 1


def test_about_an_eighth_is_held_out():
    sides = finetuning.split([[1] * 50 for _ in range(400)], "text")
    share = sum(map(len, sides.held_out)) / 20_000
    assert 0.08 < share < 0.17


def test_a_text_that_is_too_short_says_how_much_is_needed():
    with pytest.raises(InputError, match=r"short\.txt: 30 tokens are too few .* give at least 384 tokens"):
        finetuning.split([[1] * 30], "short.txt")


def test_the_interval_of_a_constant_fall_is_that_fall():
    before = [np.full(n, 2.0) for n in (5, 50, 7)]
    after = [np.full(n, 1.5) for n in (5, 50, 7)]
    assert finetuning.interval(before, after) == pytest.approx((0.5, 0.5))


def test_the_interval_covers_the_true_fall_about_as_often_as_it_says():
    """100 made-up runs with a true fall of 0.3: a 95 % interval from 30 blocks should miss few of them."""
    random = np.random.default_rng(1)
    hits = 0
    for _ in range(100):
        before = [random.normal(3, 1, 40) for _ in range(30)]
        after = [losses - 0.3 + random.normal(0, 0.5, 40) for losses in before]
        low, high = finetuning.interval(before, after, draws=400)
        hits += low <= 0.3 <= high
    assert 85 <= hits <= 100


def test_steps_fit_into_the_time_with_some_to_spare():
    assert finetuning.steps_for(1.0, a_step=0.1, a_look=0.0) * 0.1 * 1.15 <= 60
    assert finetuning.steps_for(1.0, a_step=0.1, a_look=0.0) > 400
    assert finetuning.steps_for(0.05, a_step=100.0, a_look=9.0) == 2


def test_batches_depend_on_the_step_alone():
    draw = finetuning.batches((torch.arange(1000),), seed=3)
    assert torch.equal(draw(5), draw(5)) and not torch.equal(draw(5), draw(6))
    assert draw(0).shape == (finetuning.ROWS, finetuning.WINDOW + 1)
    assert (draw(0).diff(dim=1) == 1).all()


@pytest.fixture
def toy():
    """A small decoder and a text that repeats one line, split."""
    torch.manual_seed(0)
    return Decoder(tiny_config(512)), finetuning.split([[5, 6, 7, 8, 9, 10, 11, 12] * 20 for _ in range(12)], "toy")


def test_training_lowers_the_held_out_loss(toy):
    model, sides = toy
    before = finetuning.mean_loss(finetuning.block_losses(model, sides.held_out))
    list(finetuning.tune(model, sides, steps=30, learning_rate=1e-2, seed=0))
    after = finetuning.mean_loss(finetuning.block_losses(model, sides.held_out))
    assert after < before / 2


def test_the_weights_that_did_best_are_kept(toy):
    """A learning rate far too high makes it worse and worse: it stops, and what is kept is the best it measured."""
    model, sides = toy
    records = list(finetuning.tune(model, sides, steps=60, learning_rate=3.0, seed=0))
    measured = [record.held_out_loss for record in records if record.held_out_loss is not None]
    kept = finetuning.mean_loss(finetuning.block_losses(model, sides.held_out))
    assert kept == pytest.approx(min(measured), rel=1e-5)
    assert not model.training


def test_measuring_speed_changes_nothing(toy):
    model, sides = toy
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    assert finetuning.seconds_a_step(model, finetuning.batches(sides.training, 0)) > 0
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())

"""The two sides of a text, the loop, what it keeps, and the interval of a fall."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import tiny_config
from tutor.engine import estimate, finetuning, material, plan, significance, two_sides
from tutor.engine.decoder import Decoder
from tutor.engine.finetuning import mean_loss
from tutor.engine.plan import Budget, Course
from tutor.engine.run_folder import Row, RunFolder, step_of
from tutor.engine.trained import Trained, only_output_layer
from tutor.errors import InputError

paragraphs = st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=700), min_size=1, max_size=40)


@given(paragraphs)
def test_a_split_loses_no_token_and_keeps_the_order_inside_each_side(tmp_path_factory, ids):
    numbered = iter(range(10**6))
    text = [[next(numbered) for _ in part] for part in ids]
    total = sum(map(len, text))
    folder = tmp_path_factory.mktemp("sides")
    try:
        two_sides.write(iter(text), folder, "text")
    except InputError:
        assert total < 5 * two_sides.WINDOW and not list(folder.iterdir())
        return
    sides = two_sides.read(folder)
    held_out = np.concatenate(sides.held_out).tolist()
    assert sorted([*sides.training.tolist(), *held_out]) == list(range(total))
    for side in (sides.training.tolist(), held_out):
        assert side and side == sorted(side)
    assert min(map(len, sides.held_out)) > 1


def test_about_an_eighth_is_held_out_and_of_a_long_text_only_a_part_is_measured(tmp_path):
    two_sides.write(([1] * 50 for _ in range(40_000)), tmp_path, "text")
    sides = two_sides.read(tmp_path)
    assert 0.86 < len(sides.training) / 2_000_000 < 0.89
    assert len(sides.held_out) == two_sides.MEASURED


def test_a_text_that_is_too_short_says_how_much_is_needed(tmp_path):
    with pytest.raises(InputError, match=r"short\.txt: 30 tokens are too few .* give at least 384 tokens"):
        two_sides.write([[1] * 30], tmp_path, "short.txt")


def test_the_interval_of_a_constant_fall_is_that_fall():
    before = [np.full(n, 2.0) for n in (5, 50, 7)]
    after = [np.full(n, 1.5) for n in (5, 50, 7)]
    assert significance.interval(before, after) == pytest.approx((0.5, 0.5))


def test_the_interval_covers_the_true_fall_about_as_often_as_it_says():
    """100 made-up runs with a true fall of 0.3: a 95 % interval from 30 blocks should miss few of them."""
    random = np.random.default_rng(1)
    hits = 0
    for _ in range(100):
        before = [random.normal(3, 1, 40) for _ in range(30)]
        after = [losses - 0.3 + random.normal(0, 0.5, 40) for losses in before]
        low, high = significance.interval(before, after, draws=300)
        hits += low <= 0.3 <= high
    assert 85 <= hits <= 100


def test_batches_depend_on_the_step_alone():
    draw = material.windows(np.arange(1000), 128, seed=3)
    assert torch.equal(draw(5), draw(5)) and not torch.equal(draw(5), draw(6))
    assert draw(0).shape == (material.ROWS, 129)
    assert (draw(0).diff(dim=1) == 1).all()


PACE = estimate.Pace(steps=(0.1, 0.11, 0.1), look=0.5)


def test_steps_fit_into_the_time_with_some_to_spare():
    course = estimate.course_of(PACE, Budget(steps=None, minutes=1.0, learning_rate=1e-3, seed=0))
    looks = course.steps // course.look_every
    assert course.steps > 300 and course.steps * 0.1 + looks * 0.5 <= 60
    assert course.steps % course.look_every == 0 and course.seconds == 60
    short = estimate.course_of(estimate.Pace((100.0,), 9.0), Budget(None, 0.05, 1e-3, 0))
    assert short.steps == 2
    asked = estimate.course_of(PACE, Budget(77, 1.0, 1e-3, 0))
    assert asked.steps == 77 and math.isinf(asked.seconds)


def test_a_plan_is_read_as_it_was_kept():
    course = Course(10, 2, 1e-3, 0)
    expected = plan.Estimate(10, 10_240, 2.0, 1.0, 2.0, None, 5, 50, ("Slow.",))
    assert plan.read(plan.kept(course, expected)) == (course, expected)


def test_a_warning_for_each_thing_that_may_go_wrong():
    fine = {"passes": 2, "held_out": 5000, "unit": "tokens", "repeated": 0.0, "seconds": 60, "bytes": 10**8}
    assert estimate.warnings(**fine, method="full") == ()
    wrong = {
        "300 tokens": {"held_out": 300},
        "20 texts": {"held_out": 20, "unit": "texts"},
        "50%": {"repeated": 0.5},
        "90 times": {"passes": 90},
        "2.5 hours": {"seconds": 9000},
        "memory": {"bytes": 10**15},
    }
    for words, change in wrong.items():
        (warning,) = estimate.warnings(**fine | change, method="full")
        assert words in warning


def test_repetition_is_found_where_it_is():
    random = np.random.default_rng(0).integers(0, 5000, 2000)
    assert estimate.repeated_share(random) == 0
    assert estimate.repeated_share(np.tile(random[:200], 10)) == pytest.approx(0.9, abs=0.01)
    assert estimate.repeated_share(random[:8]) == 0


@pytest.fixture
def toy(tmp_path):
    """A small decoder, and a text that repeats one line, on two sides."""
    torch.manual_seed(0)
    two_sides.write([[5, 6, 7, 8, 9, 10, 11, 12] * 20 for _ in range(12)], tmp_path, "toy")
    model = Decoder(tiny_config(512))
    return model, material.language(model, two_sides.read(tmp_path), seed=0)


def tuned(model, learned, folder: Path, steps: int, learning_rate: float) -> tuple[list[Row], RunFolder]:
    run = RunFolder(folder)
    folder.mkdir(parents=True)
    run.append(Row(0, mean_loss(learned.losses()), 0, 0.0, 0.0))
    course = Course(steps, max(steps // 12, 1), learning_rate, 0)
    return list(finetuning.tune(Trained(model), learned, course, run)), run


def test_training_lowers_the_held_out_loss(toy, tmp_path):
    model, learned = toy
    before = mean_loss(learned.losses())
    _, run = tuned(model, learned, tmp_path / "run", 30, 1e-2)
    assert mean_loss(finetuning.settle(Trained(model), learned, run)) < before / 2
    assert [step_of(file) for file in run.checkpoints()][-1] == 30 and len(run.checkpoints()) <= 8
    assert len(list(run.path.glob("best-*"))) == 1


def test_the_weights_that_did_best_are_kept(toy, tmp_path):
    """A learning rate far too high makes it worse and worse: it stops, and what is kept is the best it measured."""
    model, learned = toy
    rows, run = tuned(model, learned, tmp_path / "run", 60, 3.0)
    kept = mean_loss(finetuning.settle(Trained(model), learned, run))
    assert kept == pytest.approx(min(row.held_out_loss for row in rows if row.held_out_loss), rel=1e-5)
    assert finetuning.has_peaked(run.rows) and rows[-1].step < 60 and not model.training


def test_measuring_speed_changes_nothing(toy):
    model, learned = toy
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    pace = estimate.measure(Trained(model), learned, look=0.1, seconds=0.1)
    assert min(pace.steps) > 0 and pace.least <= pace.usual <= pace.most and pace.look >= 0.1
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_an_output_layer_that_shares_its_table_gets_its_own():
    model = Decoder(tiny_config(tie_word_embeddings=True))
    model.lm_head.weight = model.model.embed_tokens.weight
    only_output_layer(model)
    assert list(Trained(model).tensors()) == ["lm_head.weight"] and not model.config.tie_word_embeddings
    assert model.lm_head.weight.equal(model.model.embed_tokens.weight)
    with torch.no_grad():
        model.lm_head.weight.zero_()
    assert model.model.embed_tokens.weight.any()


def test_a_curve_that_was_cut_short_is_read_up_to_there(tmp_path):
    run = RunFolder(tmp_path)
    rows = [Row(step, 1.0, 10 * step, 0.0, 1.0) for step in range(3)]
    for row in rows:
        run.append(row)
    file = tmp_path / "metrics.jsonl"
    file.write_bytes(file.read_bytes()[:-9])
    again = RunFolder(tmp_path)
    assert again.rows == rows[:2]
    again.go_back(0)
    assert RunFolder(tmp_path).rows == rows[:1]

"""Each filter against its definition, written out by brute force over Python lists."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.engine import sampling
from tutor.engine.sampling import SamplingOptions, draw, filtered, probabilities
from tutor.errors import UsageError

untimed = settings(deadline=None)  # the first call of a torch function may take long on a busy machine
logit_lists = st.lists(st.integers(-20, 20).map(lambda i: i / 4), min_size=1, max_size=12, unique=True)


def kept(logits: torch.Tensor) -> set[int]:
    return {i for i, value in enumerate(logits.tolist()) if value != -math.inf}


def softmax(values: list[float]) -> list[float]:
    total = sum(math.exp(value) for value in values)
    return [math.exp(value) / total for value in values]


@untimed
@given(logit_lists, st.integers(0, 14))
def test_top_k_keeps_the_k_likeliest(values, k):
    order = sorted(range(len(values)), key=lambda i: -values[i])
    assert kept(sampling.top_k(torch.tensor(values), k)) == set(order[:k] if k else order)


def test_top_k_keeps_ties():
    assert kept(sampling.top_k(torch.tensor([1.0, 2.0, 1.0, 0.0]), 2)) == {0, 1, 2}


@untimed
@given(logit_lists, st.floats(0, 1))
def test_top_p_keeps_the_smallest_set_that_holds_p(values, p):
    share = softmax(values)
    order = sorted(range(len(values)), key=lambda i: -values[i])
    sizes = [n for n in range(1, len(values) + 1) if sum(share[i] for i in order[:n]) >= p - 1e-6]
    slack = [n for n in range(1, len(values) + 1) if sum(share[i] for i in order[:n]) >= p + 1e-6]
    found = kept(sampling.top_p(torch.tensor(values), p))
    assert found == set(order[: len(found)])
    assert (min(sizes) if sizes else len(values)) <= len(found) <= (min(slack) if slack else len(values))


def test_top_p_known_answer():
    """Shares 0.5, 0.3, 0.2: 0.5 needs one token, 0.51 two, 0.81 three."""
    logits = torch.tensor([0.3, 0.5, 0.2]).log()
    assert [kept(sampling.top_p(logits, p)) for p in (0.0, 0.49, 0.51, 0.81)] == [{1}, {1}, {0, 1}, {0, 1, 2}]


@untimed
@given(logit_lists, st.sampled_from([0.0, 0.05, 0.3, 0.9, 1.0]))
def test_min_p_keeps_what_is_likely_beside_the_likeliest(values, share):
    shares = softmax(values)
    # Quarters of a logit never come within rounding of these shares, but for the likeliest itself.
    wanted = {i for i, p in enumerate(shares) if p >= share * max(shares) * (1 - 1e-6)}
    assert kept(sampling.min_p(torch.tensor(values), share)) == wanted


@untimed
@given(logit_lists, st.lists(st.integers(0, 11), max_size=5), st.sampled_from([0.5, 1.0, 1.3, 2.0]))
def test_repetition_penalty_pushes_earlier_tokens_down(values, previous, penalty):
    previous = [i for i in previous if i < len(values)]
    expected = [(v / penalty if v > 0 else v * penalty) if i in previous else v for i, v in enumerate(values)]
    logits = torch.tensor(values)
    torch.testing.assert_close(sampling.penalised(logits, previous, penalty), torch.tensor(expected))
    assert logits.tolist() == values  # what was given is left as it was


@untimed
@given(logit_lists, st.sampled_from([0.1, 0.7, 1.0, 2.0]))
def test_temperature_is_a_power_of_the_probabilities(values, temperature):
    powered = [p ** (1 / temperature) for p in softmax(values)]
    expected = torch.tensor([p / sum(powered) for p in powered])
    found = sampling.tempered(torch.tensor(values), temperature).softmax(-1)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


@untimed
@given(logit_lists)
def test_temperature_zero_is_certain_of_the_likeliest(values):
    found = probabilities(torch.tensor(values), SamplingOptions(temperature=0))
    assert found.tolist() == [1.0 if v == max(values) else 0.0 for v in values]


def test_temperature_zero_takes_one_of_equals():
    assert probabilities(torch.zeros(4), SamplingOptions(temperature=0)).tolist() == [1, 0, 0, 0]


@untimed
@given(logit_lists, st.floats(0.1, 2), st.integers(0, 5), st.floats(0, 1), st.floats(0, 1))
def test_something_is_always_left_and_sums_to_one(values, temperature, k, p, share):
    options = SamplingOptions(temperature=temperature, top_k=k, top_p=p, min_p=share)
    found = probabilities(torch.tensor(values), options)
    assert found.sum().item() == pytest.approx(1, abs=1e-5)
    assert found[values.index(max(values))] == found.max() > 0


def test_rows_of_a_batch_are_filtered_apart():
    rows = torch.tensor([[3.0, 1.0, 2.0], [0.0, 5.0, 4.0]])
    options = SamplingOptions(top_k=2, top_p=0.9, min_p=0.1)
    assert torch.equal(filtered(rows, options), torch.stack([filtered(row, options) for row in rows]))


def test_defaults_leave_all_but_the_temperature_alone():
    logits = torch.randn(50, generator=torch.Generator().manual_seed(0))
    assert torch.equal(filtered(logits, SamplingOptions(temperature=1), [1, 2]), logits)


def test_draw_follows_the_distribution_and_the_seed():
    share = torch.tensor([0.1, 0.0, 0.6, 0.3])
    generator = torch.Generator().manual_seed(1)
    drawn = [draw(share, generator) for _ in range(4000)]
    for token, probability in enumerate(share.tolist()):
        assert drawn.count(token) / 4000 == pytest.approx(probability, abs=0.03)
    assert 1 not in drawn
    again = torch.Generator().manual_seed(1)
    assert drawn[:20] == [draw(share, again) for _ in range(20)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": -1}, {"temperature": math.nan}, {"top_k": -1}, {"top_p": 1.1}, {"min_p": -0.1},
        {"repetition_penalty": 0}, {"repetition_penalty": math.nan},
    ],
)  # fmt: skip
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(UsageError, match=next(iter(wrong))):
        SamplingOptions(**wrong)

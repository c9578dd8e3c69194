"""Attention patterns and what is read from them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import fakes
from tutor import views
from tutor.engine import loading, patterns
from tutor.engine.tokenization import Token
from tutor.engine.trace import Trace
from tutor.errors import InputError, UsageError
from tutor.experiments import attention, result_of

TEXT = "The cat sat on the cat it was"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(fakes.checkpoint(tmp_path_factory.mktemp("model") / "tiny"))


@pytest.fixture(scope="module")
def result(model: str) -> attention.Result:
    return result_of("attention", attention.Inputs(TEXT, layer=1, head=2, word="it", model=model, device="cpu"))


def test_every_row_is_a_distribution_over_what_came_before(result: attention.Result) -> None:
    assert result.patterns.shape == (2, 4, 8, 8)
    np.testing.assert_allclose(result.patterns.sum(-1), 1, rtol=1e-5)
    assert not np.triu(result.patterns, 1).any()


def test_the_steps_follow_the_equation(result: attention.Result) -> None:
    steps, row = result.steps, result.row
    assert steps is not None and row is not None and row.index == 6
    np.testing.assert_allclose(steps.scaled, steps.scores / math.sqrt(steps.head_width), rtol=1e-5)
    np.testing.assert_allclose(steps.masked[:7], steps.scaled[:7], rtol=1e-4)
    assert np.isneginf(steps.masked[7:]).all()
    raised = np.exp(steps.masked.astype(float))
    np.testing.assert_allclose(steps.pattern, raised / raised.sum(), rtol=1e-4)
    np.testing.assert_allclose(row.weights, result.patterns[1, 2, 6])


def test_the_numbers_of_a_head_worked_by_hand() -> None:
    """Two tokens, D = 4: q·k = 4 and 0; halved 2 and 0; e² ≈ 7.389 gives 0.881 and 0.119."""
    trace = Trace(("q", "k", "v", "attn_scores", "pattern", "z"))
    q = torch.tensor([[0.0, 0, 0, 0], [2, 0, 0, 0]])
    k = torch.tensor([[2.0, 0, 0, 0], [0, 3, 0, 0]])
    v = torch.tensor([[3.0, 4, 0, 0], [0, 0, 1, 0]])
    pattern = torch.tensor([[1.0, 0], [0.8808, 0.1192]])
    scores = torch.tensor([[0.0, -math.inf], [2.0, 0.0]])
    for name, tensor in (
        ("q", q),
        ("k", k),
        ("v", v),
        ("attn_scores", scores),
        ("pattern", pattern),
        ("z", pattern @ v),
    ):
        trace.keep(name, 0, tensor[None, None])
    numbers = patterns.numbers(trace, 0, 0, 1)
    assert numbers.scores.tolist() == [4, 0]
    assert numbers.scaled.tolist() == [2, 0]
    assert numbers.value_lengths.tolist() == [5, 1]
    assert numbers.mixed_length == pytest.approx(math.sqrt((0.8808 * 5) ** 2 + 0.1192**2))


def test_habits_of_heads_that_do_one_thing() -> None:
    T = 6
    rows = np.arange(T)
    first, itself, before = np.zeros((3, T, T), np.float32)
    first[:, 0] = 1
    itself[rows, rows] = 1
    before[rows, np.maximum(rows - 1, 0)] = 1
    habits = patterns.habits(np.stack([first, itself, before])[None])
    np.testing.assert_array_equal(np.stack(habits)[:, 0], np.eye(3))


def test_two_tokens_have_no_habits() -> None:
    assert not any(share.any() for share in patterns.habits(np.ones((1, 1, 2, 2), np.float32)))


@given(st.integers(4, 9), st.data())
def test_the_strongest_link_is_found_wherever_it_is(T: int, data: st.DataObject) -> None:
    source = data.draw(st.integers(3, T - 1))
    target = data.draw(st.integers(1, source - 2))
    layer, head = data.draw(st.integers(0, 1)), data.draw(st.integers(0, 2))
    weights = np.full((2, 3, T, T), 0.1, np.float32)
    weights[:, :, :, 0] = 0.9  # rests on the first token are no links
    weights[:, :, np.arange(T), np.arange(T)] = 0.9
    weights[layer, head, source, target] = 0.5
    assert patterns.strongest_link(weights) == (layer, head, source, target)


def test_layer_and_head_choose_which_heads_are_described(model: str) -> None:
    one_layer = attention.run(attention.Inputs(TEXT, layer=1, model=model, device="cpu"))
    assert [(head.layer, head.head) for head in one_layer.heads] == [(1, 0), (1, 1), (1, 2), (1, 3)]
    assert one_layer.strongest is not None and one_layer.strongest.layer == 1
    one_head = attention.run(attention.Inputs(TEXT, head=3, model=model, device="cpu"))
    assert [(head.layer, head.head) for head in one_head.heads] == [(0, 3), (1, 3)]


def test_a_word_without_a_head_is_averaged(model: str) -> None:
    averaged = attention.run(attention.Inputs(TEXT, word="it", model=model, device="cpu"))
    assert averaged.row is not None and averaged.steps is None
    np.testing.assert_allclose(averaged.row.weights, averaged.patterns[:, :, 6].mean((0, 1)), rtol=1e-5)
    assert len(averaged.row.links) == 8


@pytest.mark.parametrize("option, least", [({"layer": 2}, "0 to 1"), ({"head": 4}, "0 to 3")])
def test_a_layer_or_head_that_is_not_there(model: str, option: dict[str, int], least: str) -> None:
    with pytest.raises(UsageError, match=least):
        attention.run(attention.Inputs(TEXT, model=model, device="cpu", **option))


def spans(*pieces: str) -> tuple[Token, ...]:
    """Tokens that lie one after the other."""
    ends = np.cumsum([len(piece) for piece in pieces]).tolist()
    return tuple(Token(piece, 0, end - len(piece), end) for piece, end in zip(pieces, ends, strict=True))


@pytest.mark.parametrize(
    "pieces, word, index",
    [
        (("She", " ate", " as", " she", " could"), "she", 3),
        (("She", " ate", " as", " she", " could"), "She", 0),
        (("she", " ate", " as", " she", " could"), "she:2", 3),
        (("She", " ate", " as", " she", " could"), "she:2", 3),
        (("an", " un", "believ", "able", " tale"), "unbelievable", 3),
        (("is", " this", " it"), "it", 2),
        (("his", " story"), "is", 0),
        (("it", " is", " 10", ":", "2"), "10:2", 4),
        (("it", "'s", " ."), ".", 2),
    ],
)
def test_the_token_of_a_word(pieces: tuple[str, ...], word: str, index: int) -> None:
    assert attention.token_of("".join(pieces), spans(*pieces), word) == index


@pytest.mark.parametrize("word", ["dog", "she:3", ":", "she:0"])
def test_a_word_that_is_not_there(word: str) -> None:
    with pytest.raises(InputError, match="not in the text"):
        attention.token_of("she saw she", spans("she", " saw", " she"), word)


def test_a_word_in_the_part_that_was_cut_off_is_not_there(model: str) -> None:
    with pytest.raises(InputError, match="not in the text"):
        attention.run(attention.Inputs("hungry" + " cat" * 70, word="hungry", model=model, device="cpu"))


def test_a_long_text_says_what_was_left_out(model: str) -> None:
    result = attention.run(attention.Inputs("The" + " cat" * 69, model=model, device="cpu"))
    assert (len(result.tokens), result.truncated) == (64, 6)
    assert "its first 6 tokens were left out" in views.words("attention", result)[-1]


def test_the_sentences_say_what_a_known_head_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pattern = np.array([[1, 0, 0], [0.7, 0.3, 0], [0.1, 0.62, 0.28]], np.float32)
    known = fakes.known(tmp_path, torch.zeros(300, 300), pattern[None, None])
    monkeypatch.setattr(loading, "decoder", lambda name, device: known)
    monkeypatch.setattr(patterns, "numbers", lambda *at: None)
    result = attention.run(attention.Inputs("The cat sat", word="sat"))
    assert (
        views.words("attention", result)[0]
        == "In layer 0, head 0, 'sat' looks 62 % at 'cat', 28 % at itself, 10 % at 'The'."
    )

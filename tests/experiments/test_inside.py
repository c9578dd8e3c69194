"""Looking inside a decoder: walk, lens, shuffle, heads, ablate."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import fakes
from tutor import views
from tutor.engine import loading, repetition
from tutor.engine.trace import NAMES
from tutor.errors import InputError, UsageError
from tutor.experiments import ablate, heads, lens, shuffle, walk

TEXT = "The cat sat on it"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(fakes.checkpoint(tmp_path_factory.mktemp("model") / "tiny"))


def test_the_walk_meets_every_stage_in_order(model: str) -> None:
    stages = walk.run(walk.Inputs(TEXT, model=model, device="cpu")).stages
    assert Counter(stage.name for stage in stages if stage.layer == 1) == Counter(NAMES[2:-2])
    assert {stage.name for stage in stages if stage.layer is None} == {"embed", "pos_embed", "final_norm", "logits"}
    assert stages[-1].name == "logits"
    shapes = {stage.name: stage.shape for stage in stages}
    assert shapes["embed"] == (5, 16) and shapes["pattern"] == (4, 5, 5) and shapes["logits"] == (5, 281)


def test_the_walk_ends_with_the_model_s_own_guess(model: str) -> None:
    result = walk.run(walk.Inputs(TEXT, model=model, device="cpu"))
    loaded = loading.decoder(model, "cpu")
    logits = loading.next_logits(loaded, loading.encode(loaded, TEXT).ids)
    last = result.stages[-1].guess
    assert last is not None and last.id == int(logits.argmax())
    assert last.probability == pytest.approx(float(logits.softmax(-1).max()), rel=1e-4)


def test_the_length_of_the_embedding_is_that_of_its_row(model: str) -> None:
    result = walk.run(walk.Inputs(TEXT, model=model, device="cpu"))
    row = loading.decoder(model, "cpu").model.model.embed_tokens.weight[result.tokens[-1].id]
    (embed,) = (stage for stage in result.stages if stage.name == "embed")
    assert embed.length == pytest.approx(float(row.norm()), rel=1e-5)


def test_the_numbers_of_a_stage_are_a_corner_of_it(model: str) -> None:
    """The last row of the embedding's corner begins the last token's row; a pattern's rows sum to 1 over 5 tokens."""
    result = walk.run(walk.Inputs(TEXT, model=model, device="cpu"))
    row = loading.decoder(model, "cpu").model.model.embed_tokens.weight[result.tokens[-1].id]
    first, *_ = result.stages
    assert first.name == "embed" and np.allclose(first.numbers[-1], row[: walk.CORNER].detach().numpy())
    for stage in result.stages:
        assert stage.numbers.ndim == 2 and max(stage.numbers.shape) <= walk.CORNER
        if stage.name == "pattern":
            assert np.allclose(stage.numbers.sum(-1), 1, atol=1e-5)


def test_a_layer_that_is_not_there(model: str) -> None:
    with pytest.raises(UsageError, match="0 to 1"):
        walk.run(walk.Inputs(TEXT, layer=2, model=model))


def test_the_last_row_of_the_lens_is_the_model_itself(model: str) -> None:
    result = lens.run(lens.Inputs(TEXT, model=model, device="cpu"))
    loaded = loading.decoder(model, "cpu")
    expected = loaded.model(torch.tensor([[token.id for token in result.tokens]]))[0].argmax(-1)
    assert [one.id for one in result.layers[-1].candidates] == expected.tolist()
    assert [layer.layer for layer in result.layers] == [None, 0, 1]


@given(st.lists(st.integers(0, 2), min_size=1, max_size=8))
def test_settled_is_the_first_place_from_which_nothing_changes(guesses: list[int]) -> None:
    place = lens._settled(guesses)
    assert set(guesses[place:]) == {guesses[-1]}
    assert place == 0 or guesses[place - 1] != guesses[-1]


def test_without_positions_and_mask_order_is_lost_and_with_them_it_is_not(model: str) -> None:
    result = shuffle.run(shuffle.Inputs("the cat sat on it", "on it sat the cat", model=model, device="cpu"))
    trained, unplaced, bag = result.conditions
    assert result.same_tokens
    assert bag.distance < 1e-5 and bag.similarity == pytest.approx(1)
    assert trained.distance > 0.01 and unplaced.distance > 0.01
    assert "bag of words" in views.words("shuffle", result)[1]


def test_the_first_word_is_the_token_it_is_inside_a_sentence(model: str) -> None:
    result = shuffle.run(shuffle.Inputs("cat the", "the cat ", model=model, device="cpu"))
    assert result.same_tokens and result.first[0].text == " cat"


def test_other_words_are_said_to_be_others(model: str) -> None:
    result = shuffle.run(shuffle.Inputs("the cat", "it sat", model=model, device="cpu"))
    assert not result.same_tokens
    assert "not made of the same tokens" in views.words("shuffle", result)[1]


@pytest.mark.parametrize("second, why", [(" ", "empty"), (" cat" * 99, "longer than the context")])
def test_a_sentence_that_cannot_be_read_whole(model: str, second: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        shuffle.run(shuffle.Inputs("the cat", second, model=model, device="cpu"))


def test_places_score_perfect_copying_heads() -> None:
    """Two heads over start + 3 tokens + the same 3: one looks at the copy, one at what came after it."""
    T, R = 7, 3
    patterns = np.zeros((1, 2, T, T), np.float32)
    for row in range(R + 1, T):
        patterns[0, 0, row, row - R] = 1
        patterns[0, 1, row, row - R + 1] = 1
    same, induction, chance = repetition.places(patterns)
    assert same.tolist() == [[1, 0]] and induction.tolist() == [[0, 1]]
    assert chance == pytest.approx((1 / 5 + 1 / 6 + 1 / 7) / 3)


def test_an_even_spread_scores_what_chance_scores() -> None:
    T = 9
    even = np.tril(np.ones((T, T), np.float32)) / np.arange(1, T + 1, dtype=np.float32)[:, None]
    same, induction, chance = repetition.places(even[None, None])
    assert same.item() == pytest.approx(chance) and induction.item() == pytest.approx(chance)


def test_repeated_tokens_stand_twice_and_none_is_special(model: str) -> None:
    loaded = loading.decoder(model, "cpu")
    ids = repetition.repeated(loaded, seed=3)
    R = len(ids) // 2
    assert ids[0] == loaded.start() and ids[1 : R + 1] == ids[R + 1 :]
    assert len(set(ids[1 : R + 1])) == R and loaded.start() not in ids[1:]
    assert len(ids) <= loaded.context


def test_heads_are_ranked_and_counted(model: str) -> None:
    result = heads.run(heads.Inputs(TEXT, model=model, device="cpu"))
    assert [job.name for job in result.jobs] == list(heads.TESTS)
    for job in result.jobs:
        scores = [head.score for head in job.heads]
        assert len(scores) == 8 and scores == sorted(scores, reverse=True)
        assert job.doing == sum(score >= heads.ENOUGH for score in scores)
    assert result.jobs[0].chance == pytest.approx((1 / 3 + 1 / 4 + 1 / 5) / 3)


def test_two_tokens_are_too_few_for_heads(model: str) -> None:
    with pytest.raises(InputError, match="too few"):
        heads.run(heads.Inputs("The cat", model=model, device="cpu"))


def test_ablating_all_heads_is_a_model_without_attention(model: str) -> None:
    every = tuple(f"{layer}.{head}" for layer in range(2) for head in range(4))
    first, second = (
        ablate.run(ablate.Inputs(text, heads=every, model=model, device="cpu")) for text in (TEXT, "The cat on it")
    )
    # Without attention only the last token, which is the same, can matter.
    after = {one.id: one.probability_without for one in second.candidates}
    shared = [one for one in first.candidates if one.id in after]
    assert shared and all(one.probability_without == pytest.approx(after[one.id], rel=1e-4) for one in shared)


def test_the_divergence_and_the_losses_are_those_of_the_definition(model: str) -> None:
    result = ablate.run(ablate.Inputs(TEXT, heads=("1.2",), k=281, model=model, device="cpu"))
    p = np.array([one.probability for one in result.candidates])
    q = np.array([one.probability_without for one in result.candidates])
    assert p.sum() == pytest.approx(1) and q.sum() == pytest.approx(1)
    assert result.divergence_bits == pytest.approx(float((p * np.log2(p / q)).sum()), rel=1e-6)
    loaded = loading.decoder(model, "cpu")
    ids = torch.tensor([[token.id for token in result.tokens]])
    loss = torch.nn.functional.cross_entropy(loaded.model(ids)[0, :-1], ids[0, 1:])
    assert result.loss == pytest.approx(float(loss), rel=1e-4)
    assert result.loss_without != pytest.approx(result.loss)


@pytest.mark.parametrize("word", ["2.0", "0.4", "x", "1", "1.1.1", "-1.0", "١.١"])
def test_a_head_that_is_not_there(model: str, word: str) -> None:
    with pytest.raises(UsageError, match=r"give LAYER\.HEAD from 0\.0 to 1\.3"):
        ablate.run(ablate.Inputs(TEXT, heads=(word,), model=model, device="cpu"))


def test_heads_that_are_off_are_named_as_a_list(model: str) -> None:
    two = ablate.run(ablate.Inputs(TEXT, heads=("0.0", "1.2"), k=3, model=model, device="cpu"))
    assert views.words("ablate", two)[0].startswith("Without heads 0.0 and 1.2 ")

"""Hidden words: how many, what becomes of them, whole words, sentences as passages, and the counting baselines."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tutor.engine.corpus import TokenFile, write_tokens
from tutor.engine.encoder import Encoder, EncoderConfig
from tutor.engine.encoder_task import learn
from tutor.engine.gap_accuracy import accuracy, bigram_guesses, gaps, guesses, measure, unigram_guesses
from tutor.engine.losses import IGNORED
from tutor.engine.masking import END, MaskedBatches, Passages, Vocabulary, masked, train_tokenizer

STORIES = [
    f"The {a} cat sat on the {b} mat. It saw a wonderful {a} bird! Was it {b}?\nThe bird flew away."
    for a in ("red", "big", "old", "wet")
    for b in ("red", "big", "new", "dry")
]


@pytest.fixture(scope="module")
def tokenizer():
    trained = train_tokenizer(STORIES, 120)
    trained.post_processor = None
    return trained


@pytest.fixture(scope="module")
def vocabulary(tokenizer):
    return Vocabulary(tokenizer)


@pytest.fixture(scope="module")
def source(tokenizer, tmp_path_factory) -> TokenFile:
    return write_tokens(STORIES, tokenizer, tmp_path_factory.mktemp("gaps") / "train.bin", END)


@pytest.fixture(scope="module")
def passages(source, vocabulary):
    return Passages(source, vocabulary)


def small(vocabulary):
    torch.manual_seed(0)
    config = EncoderConfig(vocabulary.size, 16, 1, 2, 24, max_position_embeddings=64, hidden_dropout_prob=0.0)
    return Encoder(config)


def test_the_same_text_gives_the_same_vocabulary(tokenizer):
    """Words are counted in a table whose order changes; here there are many ties."""
    for _ in range(5):
        assert train_tokenizer(STORIES, 120).get_vocab() == tokenizer.get_vocab()


def test_the_special_tokens_come_first_and_text_is_lower_case(tokenizer, vocabulary):
    assert [tokenizer.id_to_token(id) for id in range(5)] == ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    assert tokenizer.encode("THE Cat").tokens == tokenizer.encode("the cat").tokens
    assert vocabulary.continues.any() and not vocabulary.is_word[:5].any()


def test_passages_begin_with_a_sentence_and_end_with_one_where_there_is_room(passages, tokenizer, vocabulary):
    for number in range(len(passages)):
        passage = passages.passage(number, 32)
        tokens = [tokenizer.id_to_token(int(id)) for id in passage]
        assert tokens[0] == "[CLS]" and tokens[-1] == "[SEP]" and tokens[-2] in (".", "!", "?")
        assert tokens[1] in ("the", "it", "was", "w", "wa")  # how the sentences above begin
        assert len(passage) <= 32
    assert all(len(passages.passage(number, 6)) <= 6 for number in range(len(passages)))


def test_shares_of_what_is_chosen_hidden_replaced_and_kept_are_those_of_the_paper(passages, vocabulary):
    rows = [passages.passage(number % len(passages), 64) for number in range(6000)]
    batch = masked(rows, vocabulary, np.random.default_rng(0))
    plain = np.zeros(batch.ids.shape, np.int64)
    for number, row in enumerate(rows):
        plain[number, : len(row)] = row
    real, chosen = torch.from_numpy(plain > 4), batch.targets != IGNORED
    assert (batch.ids == torch.from_numpy(plain))[~chosen].all()
    assert torch.equal(batch.targets[chosen], torch.from_numpy(plain)[chosen]) and not chosen[~real].any()
    assert float(chosen.sum() / real.sum()) == pytest.approx(0.15, abs=0.01)
    now, was = batch.ids[chosen], batch.targets[chosen]
    assert float((now == vocabulary.mask).float().mean()) == pytest.approx(0.8, abs=0.01)
    assert float((now == was).float().mean()) == pytest.approx(0.1 + 0.1 / 115, abs=0.01)


def test_a_word_of_several_tokens_is_chosen_as_a_whole(passages, vocabulary):
    rows = [passages.passage(number, 64) for number in range(len(passages))]
    batch = masked(rows, vocabulary, np.random.default_rng(1))
    plain = torch.where(batch.targets != IGNORED, batch.targets, batch.ids)
    chosen, goes_on = batch.targets != IGNORED, torch.from_numpy(vocabulary.continues)[plain]
    assert goes_on.any()
    assert torch.equal(chosen[:, 1:][goes_on[:, 1:]], chosen[:, :-1][goes_on[:, 1:]])


def test_a_batch_depends_on_its_number_only_and_lengths_change(passages):
    batches, others = (MaskedBatches([passages], [1.0], rows=4, window=32, seed=2) for _ in range(2))
    first = [batches(step) for step in range(12)]
    again = [others(step) for step in reversed(range(12))][::-1]
    assert all(
        torch.equal(a.ids, b.ids) and torch.equal(a.targets, b.targets) for a, b in zip(first, again, strict=True)
    )
    assert {len(batch.ids) for batch in first} == {4, 8, 16}
    assert all(batch.ids.shape[1] <= 32 * 4 // len(batch.ids) for batch in first)


def test_the_loss_is_the_cross_entropy_of_the_chosen_words(passages, vocabulary):
    model = small(vocabulary)
    batch = masked([passages.passage(n, 40) for n in range(8)], vocabulary, np.random.default_rng(3))
    logits = model(batch.ids, batch.padding).flatten(0, 1)
    expected = F.cross_entropy(logits, batch.targets.flatten(), ignore_index=IGNORED)
    expected.backward()
    other = small(vocabulary)
    loss, tokens = learn(other, batch)
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    assert tokens == int(batch.padding.sum())
    for (name, mine), theirs in zip(other.named_parameters(), model.parameters(), strict=True):
        if theirs.grad is not None:
            torch.testing.assert_close(mine.grad, theirs.grad, atol=1e-6, rtol=1e-4, msg=name)


def test_baselines_are_the_counts_of_the_training_text(source, vocabulary, tokenizer):
    ids = {word: tokenizer.token_to_id(word) for word in ("the", "bird", "cat", "on", "sat")}
    assert unigram_guesses([source], vocabulary, 2)[:, 0].tolist() == [ids["the"]] * 2
    found = bigram_guesses([source], vocabulary, np.array([ids["cat"], ids["on"], ids["sat"]]))
    assert found[:, 0].tolist() == [ids["sat"], ids["the"], ids["on"]]
    assert all(len(set(row)) == 5 for row in found.tolist())


def test_gaps_are_whole_words_and_the_model_is_asked_at_their_places(passages, source, vocabulary):
    asked = gaps(passages, passages=40, window=40)
    assert vocabulary.is_letters[asked.words].all() and len(asked.words) > 20
    model = small(vocabulary)
    found = guesses(model, asked, vocabulary)
    position = 0
    for row, at in zip(asked.rows, asked.places, strict=True):
        hidden = row.copy()
        hidden[at] = vocabulary.mask
        with torch.no_grad():
            logits = model(torch.from_numpy(hidden)[None])[0]
        for place in at:
            assert int(logits[place].argmax()) == found[position, 0]
            position += 1
    scores = measure(model, asked, [source], vocabulary)
    assert scores.words == position and scores.bigram.top_5 >= scores.bigram.top_1 > scores.unigram.top_1 > 0


def test_accuracy_counts_first_and_first_five():
    found = np.array([[1, 2, 3, 4, 5], [2, 1, 3, 4, 5], [9, 8, 7, 6, 5]])
    assert accuracy(found, np.array([1, 1, 1])).top_1 == pytest.approx(1 / 3)
    assert accuracy(found, np.array([1, 1, 1])).top_5 == pytest.approx(2 / 3)

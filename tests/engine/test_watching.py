"""Pairs of sentences watched, against transformers' Marian on the same weights; and words aligned by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import fakes
from tutor.engine import loading_seq2seq, watching
from tutor.engine.loading_seq2seq import LoadedSeq2Seq
from tutor.engine.tokenization import Token
from tutor.engine.word_alignment import between_words, support, words_of

transformers = pytest.importorskip("transformers", reason="the oracle of these tests; it is in the dev extra")

OUTPUT = "El gato duerme"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fakes.translator(tmp_path_factory.mktemp("model") / "translator")


@pytest.fixture(scope="module")
def loaded(folder: Path) -> LoadedSeq2Seq:
    return loading_seq2seq.seq2seq(str(folder), "cpu")


@pytest.fixture(scope="module")
def marian(folder: Path):
    return transformers.MarianMTModel.from_pretrained(folder, attn_implementation="eager").eval()


@pytest.fixture(scope="module")
def ids(loaded: LoadedSeq2Seq) -> tuple[list[int], list[int]]:
    source = loading_seq2seq.source(loaded, "The cat sleeps.", "es").ids
    return source, loading_seq2seq.target(loaded, OUTPUT).ids


def asked(marian, source, output, **options):
    """Marian's answer to the same pair, the output shifted by its own start token."""
    before = torch.tensor([[marian.config.decoder_start_token_id, *output[:-1]]])
    with torch.no_grad():
        return marian(input_ids=torch.tensor([source]), decoder_input_ids=before, output_attentions=True, **options)


def chosen(logits, output):
    """The log-probability of each output token."""
    return logits[0].log_softmax(-1)[torch.arange(len(output)), output].numpy()


def test_patterns_and_probabilities_are_those_of_transformers(loaded, marian, ids) -> None:
    expected, watched = asked(marian, *ids), watching.watch(loaded, *ids)
    crossing = torch.cat(expected.cross_attentions).numpy()
    looking_back = torch.cat(expected.decoder_attentions).numpy()
    np.testing.assert_allclose(watched.cross_attention, crossing, atol=1e-5)
    np.testing.assert_allclose(watched.self_attention, looking_back, atol=1e-5)
    reading = torch.cat(expected.encoder_attentions).numpy()
    np.testing.assert_allclose(watched.encoder_attention, reading, atol=1e-5)
    np.testing.assert_allclose(watched.log_probabilities, chosen(expected.logits, ids[1]), atol=1e-4)
    assert watched.memory_shape == tuple(expected.encoder_last_hidden_state.shape[1:])


def test_hidden_words_are_those_that_transformers_masks(loaded, marian, ids) -> None:
    source, output = ids
    hidden = [(place,) for place in range(1, len(source) - 1)] + [(1, 2), ()]
    found = watching.without_each(loaded, source, output, hidden)
    for places, row in zip(hidden, found, strict=True):
        mask = torch.ones(1, len(source))
        mask[0, list(places)] = 0
        expected = asked(marian, source, output, attention_mask=mask)
        np.testing.assert_allclose(row, chosen(expected.logits, output), atol=1e-4)
    np.testing.assert_allclose(found[-1], watching.watch(loaded, source, output).log_probabilities, atol=1e-4)
    assert watching.without_each(loaded, source, output, []).shape == (0, len(output))


def test_one_vector_is_the_mean_of_all(loaded, marian, ids) -> None:
    memory = asked(marian, *ids).encoder_last_hidden_state.mean(1, keepdim=True)
    expected = asked(marian, *ids, encoder_outputs=(memory,))
    found = watching.with_one_vector(loaded, *ids)
    assert found == pytest.approx(chosen(expected.logits, ids[1]).sum(), abs=1e-3)


def test_a_beam_has_the_probability_that_its_tokens_have_one_by_one(loaded, ids) -> None:
    found = watching.translations(loaded, ids[0], 3)
    assert len(found) == 3 and [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    for one in found:
        watched = watching.watch(loaded, ids[0], one.ids)
        assert watched.log_probabilities.sum() == pytest.approx(one.log_probability, abs=1e-3)
        assert one.score == pytest.approx(one.log_probability / len(one.tokens), abs=1e-5)
        assert one.ended == (one.ids[-1] == loaded.model.config.eos_token_id)


def tokens(*pieces: str) -> tuple[Token, ...]:
    """Tokens that lie one after the other."""
    ends = np.cumsum([len(piece) for piece in pieces]).tolist()
    return tuple(Token(piece, 0, end - len(piece), end) for piece, end in zip(pieces, ends, strict=True))


def test_words_are_runs_of_letters_with_their_tokens() -> None:
    pieces = ("¿", "Don", "'t", " re", "-", "open", " 2", "?")
    found = words_of("".join(pieces), tokens(*pieces))
    assert [(word.text, word.tokens) for word in found] == [("Don't", (1, 2)), ("re-open", (3, 4, 5)), ("2", (6,))]
    assert [(word.start, word.end) for word in found] == [(1, 6), (7, 14), (15, 16)]
    assert words_of("?!", tokens("?", "!")) == ()


def test_a_token_of_two_words_counts_for_the_first() -> None:
    found = words_of("a.b c", tokens("a.b", " c"))
    assert [(word.text, word.tokens) for word in found] == [("a", (0,)), ("c", (1,))]


def test_weights_between_words_worked_by_hand() -> None:
    """Input <es> the li brary ?; output la bi blio: "bi" chooses the second word, and "library" gets 0.3 + 0.5."""
    source = words_of("the library?", (Token("<es>", 2, 0, 0), *tokens("the", " li", "brary", "?")))
    target = words_of("la biblio", tokens("la", " bi", "blio"))
    weights = np.array([[0, 0.6, 0.1, 0.2, 0.1], [0.1, 0.1, 0.3, 0.5, 0], [1, 0, 0, 0, 0]], np.float32)
    found = between_words(weights[None, None], target, source)
    np.testing.assert_allclose(found, [[[[0.6, 0.3], [0.1, 0.8]]]], rtol=1e-6)
    np.testing.assert_allclose(support(found, [0, 1]), [[0.7]], rtol=1e-6)
    np.testing.assert_allclose(support(found, [1, 0]), [[0.2]], rtol=1e-6)

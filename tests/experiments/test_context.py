"""One word in several sentences: its vectors against numpy, the model's own output and what a mask hides."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from rich.console import Console

import fakes
from tutor import views
from tutor.engine import contextual, loading
from tutor.errors import InputError, UsageError
from tutor.experiments import context, result_of


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(fakes.checkpoint(tmp_path_factory.mktemp("model") / "tiny"))


def compare(model: str, word: str, *sentences: str) -> context.Result:
    return result_of("context", context.Inputs(word, sentences, model, "cpu"))


def test_the_stream_begins_with_the_embedding_and_ends_in_the_logits(model: str) -> None:
    loaded = loading.decoder(model, "cpu")
    ids = loading.encode(loaded, "The cat sat on it").ids
    stream = torch.from_numpy(contextual.stream(loaded, ids))
    assert stream.shape == (3, 5, 16)
    with torch.inference_mode():
        torch.testing.assert_close(stream[0], loaded.model.model.embed_tokens.weight[ids])
        logits = loaded.model.lm_head(loaded.model.model.norm(stream[-1]))
        torch.testing.assert_close(logits, loaded.model(torch.tensor([ids]))[0], rtol=1e-4, atol=1e-4)


@given(arrays.arrays(np.float32, (3, 4), elements=st.floats(-8, 8, width=16)))
def test_cosines_are_those_of_the_definition(vectors: np.ndarray) -> None:
    for i, row in enumerate(contextual.cosines(vectors, vectors)):
        for j, found in enumerate(row):
            a, b = vectors[i].astype(float), vectors[j].astype(float)
            length = math.hypot(*a) * math.hypot(*b)
            assert found == pytest.approx(float(a @ b) / length if length else 0, abs=1e-5)


def test_the_usual_cosine_leaves_out_first_tokens_and_equal_ones() -> None:
    """Of texts 1 2 3 and 4 2 5, the pairs 2-5, 3-2 and 3-5 count: cosines 0, 0 and 1."""
    right, up = [1.0, 0.0], [0.0, 1.0]
    texts = [np.array([up, up, right], np.float32), np.array([right, up, right], np.float32)]
    assert contextual.usual_cosine(texts, [[1, 2, 3], [4, 2, 5]]) == pytest.approx(1 / 3)
    assert contextual.usual_cosine([texts[0][:1], texts[1][:1]], [[1], [2]]) is None


def test_the_same_sentence_gives_the_same_vectors(model: str) -> None:
    for layer in compare(model, "cat", "The cat sat", "The cat sat").layers:
        np.testing.assert_allclose(layer.similarity, 1, rtol=1e-5)


def test_only_what_stands_before_moves_a_vector(model: str) -> None:
    after = compare(model, "cat", "The cat sat on it", "The cat was hungry")
    before = compare(model, "cat", "The cat", "it was the cat")
    assert all(layer.similarity[0, 1] == pytest.approx(1, abs=1e-5) for layer in after.layers)
    assert before.layers[0].similarity[0, 1] == pytest.approx(1, abs=1e-5)
    assert before.layers[-1].similarity[0, 1] < 0.99


def test_the_word_is_found_in_each_sentence_by_its_last_token(model: str) -> None:
    result = compare(model, "unfed", "The unfed cat", "it was unfed")
    assert [one.tokens[one.index].text for one in result.occurrences] == ["d", "d"]
    assert [layer.layer for layer in result.layers] == [None, 0, 1]


def test_the_words_name_the_pairs_that_are_most_and_least_alike(model: str) -> None:
    result = compare(model, "cat", "The cat sat", "it was the cat", "The cat was")
    last = result.layers[-1]
    reading, beginning, *_ = views.words("context", result)
    assert "most alike in sentences 1 and 3 (1.00)" in reading
    # 1 and 3 begin alike, so that 2 is as far from both: rounding decides which pair is named.
    assert any(f"least in {a} and {b} ({last.similarity[a - 1, b - 1]:.2f})" in reading for a, b in ((1, 2), (2, 3)))
    assert f"different words there have {last.usual:.2f}" in reading
    assert beginning.startswith("At the embedding it is one and the same vector")


def test_a_word_that_begins_its_sentence_has_no_context(model: str) -> None:
    sentences = views.words("context", compare(model, "the", "The cat", "on the cat"))
    assert sentences[1].startswith("It is not the same token everywhere ('The' and '·the')")
    assert sentences[2].startswith("In sentence 1 nothing stands before the word")
    assert not any("In sentence 2 nothing" in sentence for sentence in sentences)


def test_the_picture_puts_the_whole_word_in_brackets(model: str) -> None:
    result = compare(model, "unfed:2", "unfed is unfed, or is it?", "unfed unfed")
    console = Console(width=80, file=io.StringIO())
    console.print(views.picture("context", result))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().startswith("1  unfed is [unfed], or is it?\n2  unfed [unfed]\n")


@pytest.mark.parametrize("sentences", [(), ("The cat",), ("The cat",) * 9])
def test_two_to_eight_sentences_are_compared(model: str, sentences: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match=f"{len(sentences)} given"):
        compare(model, "cat", *sentences)


@pytest.mark.parametrize("word", ["", "  "])
def test_no_word(model: str, word: str) -> None:
    with pytest.raises(InputError, match="empty"):
        compare(model, word, "The cat", "the cat")


@pytest.mark.parametrize("sentence, says", [("The hungry", "not in 'The hungry'"), ("", "empty"), ("  ", "not in")])
def test_a_sentence_without_the_word(model: str, sentence: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        compare(model, "cat", "The cat", sentence)


def test_a_sentence_longer_than_the_context_says_so(model: str) -> None:
    result = compare(model, "hungry", "The" + " cat" * 70 + " hungry", "it was hungry")
    assert "Sentence 1 is longer than the context: its first 8 tokens were left out." in views.words(
        "context", result
    )

"""cross-attention: its alignment on weights that are known, its patterns on a small model, and its sentences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import fakes
from tutor import views
from tutor.engine import registry
from tutor.engine.word_alignment import Word
from tutor.errors import InputError, UsageError
from tutor.experiments import cross_attention, result_of, translate
from tutor.experiments.frame.records import Token

TEXT = "Where is the library?"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(fakes.translator(tmp_path_factory.mktemp("model") / "translator"))


def ask(text: str, model: str, **options) -> cross_attention.Result:
    return result_of("cross-attention", cross_attention.Inputs(text, model=model, device="cpu", **options))


def words(*texts: str) -> tuple[Word, ...]:
    """Words of one token each, after a first token that is no word."""
    return tuple(Word(text, 0, 0, (place,)) for place, text in enumerate(texts, 1))


def test_the_head_that_looks_where_words_are_needed_is_the_best() -> None:
    """Three heads over <es> a b: one looks where hiding hurts, one at the other word, one at everything alike."""
    patterns = np.full((1, 3, 3, 3), 1 / 3, np.float32)
    patterns[0, 0] = [[1, 0, 0], [0.2, 0.8, 0], [0, 0.3, 0.7]]
    patterns[0, 1] = [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    hiding = np.array([[3.0, 0.5], [-0.1, 0.2]], np.float32)
    chosen = [(0, 0), (0, 1), (0, 2)]
    heads, even, pairs = cross_attention.aligned(patterns, hiding, (words("a", "b"), words("x", "y")), chosen)
    assert [(head.head, pytest.approx(head.score, abs=1e-6)) for head in heads] == [(0, 0.75), (2, 1 / 3), (1, 0.0)]
    assert even == pytest.approx(1 / 3)
    assert [(pair.word, pair.read, pair.needed) for pair in pairs] == [(0, 0, 0), (1, 1, 1)]
    assert [pair.weight for pair in pairs] == pytest.approx([0.8, 0.7])
    assert [pair.loss for pair in pairs] == pytest.approx([3.0, 0.2])
    only, _, pairs = cross_attention.aligned(patterns, hiding, (words("a", "b"), words("x", "y")), [(0, 1)])
    assert len(only) == 1 and [pair.read for pair in pairs] == [1, 0]


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 999))
def test_a_head_that_looks_everywhere_alike_scores_the_baseline(source: int, target: int, seed: int) -> None:
    hiding = np.random.default_rng(seed).normal(size=(target, source)).astype(np.float32)
    patterns = np.full((1, 1, target + 1, source + 1), 1 / (source + 1), np.float32)
    names = words(*"abcdef"[:source]), words(*"uvwxyz"[:target])
    heads, even, _ = cross_attention.aligned(patterns, hiding, names, [(0, 0)])
    assert heads[0].score == pytest.approx(even, rel=1e-5)


def test_patterns_and_words_of_the_models_own_translation(model: str) -> None:
    result = ask(TEXT, model)
    own = result_of("translate", translate.Inputs(TEXT, model=model, device="cpu")).sentences[0]
    assert (result.target, result.forced) == (own.translation, False)
    np.testing.assert_allclose(result.patterns, own.cross_attention, atol=1e-5)
    assert result.log_probability == pytest.approx(own.beams[0].log_probability, abs=1e-3)
    assert [word.text for word in result.source_words] == ["Where", "is", "the", "library"]
    assert [TEXT[word.start : word.end] for word in result.source_words] == ["Where", "is", "the", "library"]


def test_a_given_output_is_scored_not_written(model: str) -> None:
    result = ask(TEXT, model, target="  ¿Dónde  está la biblioteca? ")
    assert (result.target, result.forced) == ("¿Dónde está la biblioteca?", True)
    assert [word.text for word in result.target_words] == ["Dónde", "está", "la", "biblioteca"]
    assert result.hiding.shape == (4, 4) and len(result.heads) == 8
    assert [head.score for head in result.heads] == sorted((head.score for head in result.heads), reverse=True)
    assert result.outputs[-1].text == "</s>" and [pair.word for pair in result.pairs] == [0, 1, 2, 3]
    assert "'¿Dónde está la biblioteca?' was given" in " ".join(views.words("cross-attention", result))


def test_layer_and_head_choose_among_which_the_best_is_sought(model: str) -> None:
    given = {"target": "¿Dónde está la biblioteca?"}
    everything = ask(TEXT, model, **given)
    layer = ask(TEXT, model, layer=1, **given)
    assert {head.layer for head in layer.heads} == {1} and len(layer.heads) == 4
    one = ask(TEXT, model, layer=1, head=2, **given)
    assert [(head.layer, head.head) for head in one.heads] == [(1, 2)]
    assert one.heads[0] in everything.heads and one.heads[0] in layer.heads


def test_a_word_is_pointed_at_in_the_matrix_and_told_first(model: str) -> None:
    result = ask(TEXT, model, target="¿Dónde está la biblioteca?", word="LA", layer=1, head=2)
    assert result.word == 2 and result.target_words[2].text == "la"
    assert views.words("cross-attention", result)[0].startswith("In layer 1, head 2, ")
    (row,) = (line for line in drawn("cross-attention", result) if line.startswith("▸"))
    assert row.split()[0].strip("▸") in ("", "la")
    with pytest.raises(InputError, match="--word perro: it is not in the translation"):
        cross_attention.looked_at(result, cross_attention.Inputs(TEXT, word="perro"))


@pytest.mark.parametrize(("option", "least"), [({"layer": 2}, "0 to 1"), ({"head": 4}, "0 to 3")])
def test_a_layer_or_head_that_is_not_there(model: str, option: dict[str, int], least: str) -> None:
    with pytest.raises(UsageError, match=least):
        ask(TEXT, model, **option)


def test_what_has_no_words_has_no_alignment(model: str) -> None:
    for source, target in (("👍 !", "El gato"), ("The cat", "¡!"), ("?", "👍")):
        result = ask(source, model, target=target)
        assert result.pairs == result.heads == () and result.baseline is None
        assert "nothing to align" in views.words("cross-attention", result)[0]


def test_what_cannot_be_done_is_said(model: str) -> None:
    with pytest.raises(InputError, match="the text: it is empty"):
        ask("  ", model)
    with pytest.raises(InputError, match="--target: it is empty"):
        ask("Cat", model, target=" ")


def test_long_texts_are_cut_and_said(model: str) -> None:
    result = ask("cat " * 250_000, model, target="gato " * 250_000)
    assert len(result.tokens) == len(result.outputs) == 48
    said = " ".join(views.words("cross-attention", result))
    assert f"its last {result.left_out:,} characters" in said and f"{result.target_left_out:,} characters" in said


def known(**changes) -> cross_attention.Result:
    """`the library` and `la biblioteca`: the article reads the noun, as it needs its gender."""
    fields = {
        "model": "known", "device": "cpu", "language": "es", "source": "the library", "target": "la biblioteca",
        "forced": False, "log_probability": -1.5, "left_out": 0, "target_left_out": 0, "layer": None, "head": None,
        "tokens": (Token("<es>", 2, 0, 0), Token("the", 5, 0, 3), Token(" library", 6, 3, 11)),
        "outputs": (Token("la", 7, 0, 2), Token(" biblioteca", 8, 2, 13), Token("</s>", 1, 13, 13)),
        "source_words": words("the", "library"), "target_words": words("la", "biblioteca"),
        "patterns": np.full((1, 2, 3, 3), 1 / 3, np.float32), "hiding": np.zeros((2, 2), np.float32),
        "heads": (cross_attention.Head(0, 1, 0.85), cross_attention.Head(0, 0, 0.33)), "baseline": 0.33,
        "pairs": (
            cross_attention.Pair(0, 0, 0.6, 1, math.log(2.5)), cross_attention.Pair(1, 1, 0.98, 1, math.log(57)),
        ),
        "word": None,
    }  # fmt: skip
    return cross_attention.Result(**(fields | changes))


def test_the_sentences_of_a_known_record() -> None:
    assert views.words("cross-attention", known()) == [
        "In layer 0, head 1, the best of 2 heads, 'la' reads 'the' (60 %), 'biblioteca' reads 'library' (98 %).",
        "It gives on average 85 % of an output word's weight to the input word without which that word is least "
        "likely; an even spread would give 33 %.",
        "'la biblioteca' is the best that known found; its log-probability is −1.50.",
        "'la' reads 'the', but what it needs most is 'library': without that it is 2.5 times less likely.",
        "'biblioteca' reads 'library', and without it is 57 times less likely.",
        "The next best heads are layer 0, head 0 (33 %).",
    ]
    pairs = (cross_attention.Pair(0, 0, 0.2, 0, 0.5), cross_attention.Pair(1, 1, 0.1, 0, 0.5))
    said = views.words("cross-attention", known(pairs=pairs))
    assert said[0] == "In layer 0, head 1, the best of 2 heads, no output word reads any word of the input."
    needs = "but what it needs most is 'the': without that it is 1.6 times less likely."
    assert f"'la' reads none of the words, {needs}" in said
    assert f"'biblioteca' reads none of the words, {needs}" in said
    pairs = (cross_attention.Pair(0, 0, 0.6, 0, -0.1), cross_attention.Pair(1, 1, 0.9, 1, 12.0))
    said = views.words("cross-attention", known(pairs=pairs))
    assert "No hidden input word makes 'la' less likely." in said
    assert "'biblioteca' reads 'library', and without it is over 1,000 times less likely." in said


def drawn(name: str, result: object, width: int = 80) -> list[str]:
    """The picture as lines of text without colour."""
    console = Console(width=width, color_system=None, highlight=False)
    with console.capture() as captured:
        console.print(views.picture(name, result))
    return [line.rstrip() for line in captured.get().splitlines()]


def test_the_picture_of_a_known_record() -> None:
    lines = drawn("cross-attention", known())
    assert lines[:2] == ["the library", "la biblioteca"]
    small = lines.index("all heads")
    assert lines[small + 1].split() == ["head", "0", "head", "1"] and lines[small + 2].startswith("layer 0")
    at = lines.index("layer 0, head 1, which aligns best (85 %): from output tokens to input tokens")
    matrix = [line.split() for line in lines[at + 1 : at + 5]]
    assert matrix == [
        ["<es>", "the", "library"],
        ["la", "0.33", "0.33", "0.33"],
        ["biblioteca", "0.33", "0.33", "0.33"],
        ["</s>", "0.33", "0.33", "0.33"],
    ]
    la, biblioteca = lines[small - 3 : small - 1]
    assert la.startswith("la → the") and la.endswith("60.0 %  without library 2.5 times less likely")
    assert biblioteca.startswith("biblioteca → library") and biblioteca.endswith("without it 57 times less likely")
    single = drawn("cross-attention", known(layer=0, head=1, heads=(cross_attention.Head(0, 1, 0.85),)))
    assert len(single) < len(lines) and not any("head 0" in line for line in single)


BUNDLED = any(entry.name == "translator" for entry in registry.entries())


@pytest.mark.skipif(not BUNDLED, reason="the translator is not bundled")
def test_the_bundled_translator_aligns_the_notes_example() -> None:
    """Given the notes' own translation, some head reads `library` for `biblioteca`, which needs it most."""
    result = ask(TEXT, "translator", target="¿Dónde está la biblioteca?")
    (pair,) = [one for one in result.pairs if result.target_words[one.word].text == "biblioteca"]
    assert result.source_words[pair.needed].text == "library"
    library = next(word.tokens for word in result.source_words if word.text == "library")
    row = result.target_words[pair.word].tokens[0]
    assert result.patterns[:, :, row][..., list(library)].sum(-1).max() > 0.5

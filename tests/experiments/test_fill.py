"""fill: its candidates against transformers' BERT, odd and long texts, and the sentences of a known record."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import fakes
from tutor import views
from tutor.engine import registry
from tutor.errors import InputError
from tutor.experiments import fill, result_of
from tutor.experiments.frame.records import Candidate, Token

TEXT = "The [MASK] sat on the [MASK]."


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(fakes.gapfiller(tmp_path_factory.mktemp("model") / "gapfiller"))


def ask(text: str, model: str, **options) -> fill.Result:
    return result_of("fill", fill.Inputs(text, model=model, device="cpu", **options))


def test_candidates_and_weights_are_those_of_transformers(model: str) -> None:
    transformers = pytest.importorskip("transformers", reason="the oracle of this test; it is in the dev extra")
    result = ask(TEXT, model, k=5)
    bert = transformers.BertForMaskedLM.from_pretrained(model, attn_implementation="eager").eval()
    with torch.no_grad():
        expected = bert(torch.tensor([[token.id for token in result.tokens]]), output_attentions=True)
    assert [gap.index for gap in result.gaps] == [2, 6]
    for gap in result.gaps:
        shares, ids = expected.logits[0, gap.index].softmax(-1).topk(5)
        assert [one.id for one in gap.candidates] == ids.tolist()
        np.testing.assert_allclose([one.probability for one in gap.candidates], shares, rtol=1e-4)
        rows = torch.cat(expected.attentions)[:, :, gap.index].numpy()
        np.testing.assert_allclose(gap.weights, rows.mean((0, 1)), atol=1e-5)
        for look in gap.looks:
            row = rows[look.layer, look.head].copy()
            assert look.weight == pytest.approx(row[look.target], abs=1e-5)
            row[[0, gap.index, -1]] = 0
            assert look.target == row.argmax()


def test_gaps_know_their_place_and_what_would_fill_them(model: str) -> None:
    result = ask(TEXT, model)
    first, second = (gap.candidates[0].text for gap in result.gaps)
    assert [gap.around for gap in result.gaps] == [TEXT, TEXT]
    assert len(result.gaps[0].looks) == 8 and result.vocabulary == 150
    joined = [word if word.startswith("##") else f" {word}" for word in (first, second)]
    assert result.filled == f"The{joined[0]} sat on the{joined[1]}.".replace("##", "")


def test_what_it_cannot_read_is_said_first(model: str) -> None:
    result = ask("The 👍 [mask] שלום 👍.", model)
    assert result.unknowns == ("👍", "שלום")
    assert "does not know '👍' and 'שלום'" in views.words("fill", result)[0]


def test_a_gap_alone_looks_at_nothing(model: str) -> None:
    result = ask("[MASK]", model)
    assert result.gaps[0].looks == () and len(result.tokens) == 3
    assert len(views.words("fill", result)) == 2 + 8 + 1


def test_a_long_text_is_cut_around_its_first_gap_and_said(model: str) -> None:
    result = ask("the cat " * 60_000 + "[MASK]" + " the cat" * 60_000, model)
    assert len(result.tokens) == 24 and result.left_out == 960_006 - (11 * 4 + 6 + 10 * 4)
    assert result.gaps[0].around.startswith("… ") and result.gaps[0].around.endswith(" …")
    assert f"{result.left_out:,} characters far from the first gap were left out" in views.words("fill", result)[-1]


def test_many_gaps_are_all_told_and_some_drawn(model: str) -> None:
    result = ask("[MASK] " * 10, model, k=2)
    assert len(result.gaps) == 10
    assert sum("expects" in sentence for sentence in views.words("fill", result)) == 10


@pytest.mark.parametrize("text", ["", "\n", "The cat sat on the ___."])
def test_a_text_without_a_gap_says_what_to_do(model: str, text: str) -> None:
    with pytest.raises(InputError, match=r"put \[MASK\] where a word is to be guessed"):
        ask(text, model)


def test_the_sentences_of_a_known_record() -> None:
    gap = fill.Gap(
        index=2,
        around="The [MASK] sat",
        candidates=(Candidate(7, "cat", 0.75, 3.0), Candidate(8, "dog", 0.125, 1.2)),
        entropy_bits=1.0,
        weights=np.array([0.1, 0.2, 0.1, 0.5, 0.1], np.float32),
        looks=(fill.Look(0, 0, 1, 0.3), fill.Look(0, 1, 3, 0.9)),
    )
    pieces = ("[CLS]", "the", "[MASK]", "sat", "[SEP]")
    tokens = tuple(Token(piece, place, 0, 0) for place, piece in enumerate(pieces))
    result = fill.Result("known", "cpu", tokens, 0, 5500, "The cat sat", (gap,), ())
    assert views.words("fill", result) == [
        "In 'The [MASK] sat' known expects 'cat' most: 75.0 %; then 'dog' 12.5 %.",
        "The choice has 1.00 bits, like 2.0 equally likely ones, of 5,500 tokens.",
        "Of 2 heads the clearest look from the gap is that of layer 0, head 1: 90.0 % at 'sat'.",
        "'cat': 75.0 %, logit 3.00.",
        "'dog': 12.5 %, logit 1.20.",
        "With the best guess in each gap: 'The cat sat'.",
    ]


BUNDLED = any(entry.name == "gapfiller" for entry in registry.entries())


@pytest.mark.skipif(not BUNDLED, reason="the gapfiller is not bundled")
def test_the_bundled_gapfiller_reads_what_comes_after_the_gap() -> None:
    """An encoder sees both sides: another ending changes the guess, which no decoder could know."""
    barked, meowed = (
        result_of("fill", fill.Inputs(f"The [MASK] {verb} at the moon.", k=50, device="cpu")).gaps[0]
        for verb in ("barked", "ate")
    )
    assert [one.id for one in barked.candidates] != [one.id for one in meowed.candidates]

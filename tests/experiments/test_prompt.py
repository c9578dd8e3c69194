"""Few-shot prompts on a decoder whose every output is known."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from tests import fakes
from tutor import views
from tutor.engine import loading, prompting
from tutor.errors import InputError, UsageError
from tutor.experiments import prompt

SIZE = 281


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> loading.Loaded:
    """After the colon of "Label:" a space; after a space `a` with 3/4 and `b` with 1/4; then a line end."""
    loaded = fakes.known(tmp_path, torch.zeros(SIZE, SIZE), context=512)
    ids = {sign: loaded.tokenizer.encode(sign).ids[0] for sign in (":", " ", "a", "b", "\n")}
    table = torch.full((SIZE, SIZE), -30.0)
    table[ids[":"], ids[" "]] = 0.0
    table[ids[" "], ids["a"]], table[ids[" "], ids["b"]] = math.log(0.75), math.log(0.25)
    table[ids["a"], ids["\n"]] = table[ids["b"], ids["\n"]] = 0.0
    loaded.model.table.data = table  # type: ignore[union-attr]
    monkeypatch.setattr(loading, "decoder", lambda name, device: loaded)
    return loaded


def ask(text: str = "x", examples: tuple[str, ...] = ("p => a", "q => b", "r => a")) -> prompt.Result:
    return prompt.run(prompt.Inputs(text, examples, device="cpu"))


def test_labels_have_the_probability_of_their_tokens(known: loading.Loaded) -> None:
    result = ask()
    assert [one.examples for one in result.rounds] == [0, 1, 2, 3]
    for one in result.rounds:
        assert [label.label for label in one.labels] == ["a", "b"] and one.label == "a"
        assert [label.probability for label in one.labels] == pytest.approx([0.75, 0.25], abs=1e-4)
        assert one.labels[0].log_probability == pytest.approx(math.log(0.75), abs=1e-4)
        assert one.probability_of_a_label == pytest.approx(1, abs=1e-4)
        assert one.written == "a"


def test_the_prompt_holds_the_examples_and_ends_where_the_label_is_to_stand(known: loading.Loaded) -> None:
    result = ask("my text")
    assert result.prompt == "Text: p\nLabel: a\n\nText: q\nLabel: b\n\nText: r\nLabel: a\n\nText: my text\nLabel:"
    assert result.rounds[0].tokens == len(known.tokenizer.encode(prompting.written([], "my text")).ids)
    sentences = views.words("prompt", result)
    assert "With 3 examples known scores a highest: 75.0 %" in sentences[0]
    assert "do not teach even the form" in sentences[1]


@pytest.mark.parametrize("example", ["", "no arrow", "=> a", "text =>", " => "])
def test_an_example_without_text_or_label_is_one_line(known: loading.Loaded, example: str) -> None:
    with pytest.raises(UsageError, match="no text with a label"):
        ask(examples=("p => a", example))


def test_one_label_is_no_choice(known: loading.Loaded) -> None:
    with pytest.raises(UsageError, match="fewer than two labels"):
        ask(examples=("p => a", "q => a"))


def test_a_prompt_that_does_not_fit_is_one_line(known: loading.Loaded) -> None:
    with pytest.raises(InputError, match="more tokens than the 512"):
        ask("word " * 200_000)


def test_nothing_to_label_is_one_line(known: loading.Loaded) -> None:
    with pytest.raises(InputError, match="it is empty"):
        ask("  ")

"""Completing a line: the beam search against every line there is, and the bundled model on lines of its trade."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import torch

import fakes
from tutor import views
from tutor.engine import completion, loading
from tutor.errors import InputError
from tutor.experiments import complete as experiment
from tutor.views.export import export

SIZE = 281


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> loading.Loaded:
    """Knows three letters and the line end; how likely each is depends on the one before."""
    torch.manual_seed(0)
    table = torch.full((SIZE, SIZE), -torch.inf)
    loaded = fakes.known(tmp_path, table)
    ids = [loaded.tokenizer.token_to_id(letter) for letter in ("a", "b", "c", "Ċ")]
    table[:, ids] = torch.randn(SIZE, 4)
    with torch.no_grad():
        loaded.model.table.copy_(table)
    monkeypatch.setattr(loading, "decoder", lambda *asked: loaded)
    return loaded


def best_by_trying_all(loaded: loading.Loaded, before: str, length: int) -> str:
    """The likeliest line of at most `length` letters, its end counted."""
    scores = loaded.model.table.detach().log_softmax(-1)
    number = {letter: loaded.tokenizer.token_to_id(letter) for letter in "abcĊ"}

    def total(line: str) -> float:
        ids = [number[letter] for letter in f"{before}{line}Ċ"]
        return sum(float(scores[a, b]) for a, b in itertools.pairwise(ids))

    lines = ("".join(line) for size in range(length + 1) for line in itertools.product("abc", repeat=size))
    return max(lines, key=total)


@pytest.mark.parametrize("before", ["a", "b", "c"])
def test_a_wide_search_finds_the_best_line(known: loading.Loaded, before: str) -> None:
    ids = [known.tokenizer.token_to_id(letter) for letter in ("Ċ", before)]
    found = completion._search(known, ids, "", beams=300, tokens=4)
    text = completion._line(known, found[0].ids)
    assert text == best_by_trying_all(known, before, 3)


def test_one_beam_takes_the_best_token_always(known: loading.Loaded) -> None:
    ids = known.tokenizer.encode("\na").ids
    greedy = completion._search(known, ids, "", beams=1, tokens=5)[0]
    assert list(greedy.ids) == [int(known.model.table[last].argmax()) for last in (ids[-1], *greedy.ids[:-1])]


def test_all_that_ends_a_line_counts_as_its_end() -> None:
    before = torch.randn(3, 6).log_softmax(-1)
    ends = torch.tensor([False, True, False, True, True, False])
    after = before.clone()
    completion._one_end(after, ends)
    assert torch.allclose(after.exp().sum(1), torch.ones(3)) and torch.equal(after[:, ~ends], before[:, ~ends])
    assert ((after[:, ends] > -torch.inf).sum(1) == 1).all()


def test_a_broken_word_is_healed(known: loading.Loaded) -> None:
    with torch.no_grad():
        known.model.table[:, known.tokenizer.token_to_id("Ġthe")] = 5.0
    lines = completion.complete_line(known, known.tokenizer.encode("a t").ids, beams=4, tokens=3)
    assert lines[0].text.startswith("he")


@pytest.mark.parametrize(
    ("code", "readable"),
    [("x = 1", True), ("def f(x):", True), ("    if x:\n", False), ("x = (", False), ("'\\d'", True), ("\0", False)],
)
def test_whether_python_can_read_it(code: str, readable: bool) -> None:
    assert (completion.problem_of(code) == "") == readable


def test_nothing_to_complete_is_said(known: loading.Loaded) -> None:
    with pytest.raises(InputError, match="empty"):
        experiment.run(experiment.Inputs(" \n"))


@pytest.mark.parametrize("code", ["for index in ra", "\U0001f469‍\U0001f52c = ", "x = 1\n" * 2000 + "y =", "שלום = "])
def test_the_bundled_model_completes_a_line(code: str) -> None:
    result = experiment.run(experiment.Inputs(code, device="cpu"))
    assert result.line == (code + result.text).split("\n")[-1]
    assert "\n" not in result.text
    assert result.compiles == (completion.problem_of(code + result.text) == "")
    assert sum(one.probability for one in result.candidates) <= 1 + 1e-6
    assert (result.truncated > 0) == (len(code) > 5000)
    assert export(views.picture("complete", result), ".txt", "")
    assert ("can read" in views.words("complete", result)[0]) == result.compiles


def test_the_bundled_model_knows_range() -> None:
    assert experiment.run(experiment.Inputs("for index in ra", device="cpu")).line.startswith("for index in range")

"""Text as it is made."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

import fakes
from tutor import views
from tutor.experiments import execute, generate
from tutor.views.records.generate import piece


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(fakes.checkpoint(tmp_path_factory.mktemp("model") / "tiny"))


def run(model: str, text: str, **options: object) -> tuple[list[object], generate.Result]:
    """The records before the result, and the result."""
    inputs = generate.Inputs(text, model=model, device="cpu", **options)  # type: ignore[arg-type]
    *records, result = execute("generate", inputs)
    assert isinstance(result, generate.Result)
    return records, result


def test_the_same_seed_gives_the_same_text(model: str) -> None:
    first, second, other = (run(model, "The cat", tokens=30, seed=seed)[1] for seed in (5, 5, 6))
    assert first.text == second.text
    assert first.steps == second.steps
    assert first.text != other.text


@pytest.mark.parametrize("text", ["The cat", " The cat ", "", "  ", "שלום", "👩‍👩‍👧", "é\n\n"])
def test_the_pieces_are_the_prompt_and_the_text(model: str, text: str) -> None:
    records, result = run(model, text, tokens=12)
    assert isinstance(records[0], generate.Prompt)
    assert records[0].text == text
    assert "".join(step.text for step in result.steps) == result.text
    assert tuple(records[1:]) == result.steps
    assert result.prompt == text


def test_temperature_zero_takes_the_best_each_time(model: str) -> None:
    _, result = run(model, "The cat", tokens=10, temperature=0)
    assert all(step.id == step.candidates_before[0].id for step in result.steps)
    assert views.words("generate", result)[0] == "Every token was the most probable one in its place."


def test_a_long_prompt_leaves_room_for_new_tokens(model: str) -> None:
    _, result = run(model, "The" + " cat" * 99, tokens=10, temperature=0)
    assert result.truncated == 100 - (64 - 10)
    assert len(result.steps) == 10 or result.finished == "end"


def test_more_tokens_than_the_context_holds_stop_when_it_is_full(model: str) -> None:
    _, result = run(model, "The cat", tokens=1000, seed=3)
    assert result.finished in ("context", "end")
    assert len(result.steps) <= 62


def test_cancelling_ends_it_soon_with_what_there_is(model: str) -> None:
    answers = itertools.chain([False] * 4, itertools.repeat(True))
    inputs = generate.Inputs("The cat", tokens=50, model=model, device="cpu")
    *_, result = execute("generate", inputs, lambda: next(answers))
    assert result.finished == "cancelled"
    assert 1 <= len(result.steps) <= 5


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert piece(generate.Prompt("a\x1b[2J\x9bb\tc\n", 1)) == "a\ufffd[2J\ufffdb\tc\n"


def test_the_result_says_how_fast_it_was(model: str) -> None:
    _, result = run(model, "The cat", tokens=5)
    assert result.tokens_per_second == pytest.approx(len(result.steps) / result.seconds)
    assert f"{len(result.steps)} tokens" in " ".join(views.words("generate", result))


def test_the_folder_is_only_read(model: str) -> None:
    before = sorted(Path(model).iterdir())
    run(model, "The cat", tokens=2)
    assert sorted(Path(model).iterdir()) == before


def test_candidates_that_are_a_part_of_a_character_can_be_read(model: str) -> None:
    _, result = run(model, "שלום", tokens=8, seed=3)
    texts = [one.text for step in result.steps for one in (*step.candidates_before, *step.candidates_after)]
    assert texts and not any("\ufffd" in text for text in texts)

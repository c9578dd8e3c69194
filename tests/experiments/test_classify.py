"""Labels with the words that decided, on a classifier whose words are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import fakes
from tutor import views
from tutor.engine import classifier, loading
from tutor.engine.classifier_training import Examples, fit
from tutor.errors import InputError
from tutor.experiments import classify


@pytest.fixture
def mine(tmp_path: Path, state: Path) -> str:
    """The learner's own classifier, which tells texts with a cat from texts without."""
    base = fakes.checkpoint(tmp_path / "base")
    made = classifier.new(loading.decoder(str(base), "cpu"), ["cat", "no cat"])
    texts = ["the cat sat", "on the cat", "it was the cat", "the hungry sat", "on the hungry", "it was hungry"]
    for _ in fit(made, Examples(texts, ["cat"] * 3 + ["no cat"] * 3)):
        pass
    made.save(state / "models" / "mine")
    return "mine"


def ask(text: str, task: str) -> classify.Result:
    return classify.run(classify.Inputs(text, task, "cpu"))


def test_every_label_has_its_probability_and_the_word_that_decides_is_named(mine: str) -> None:
    result = ask("it sat on the cat", mine)
    assert result.label == "cat" == result.labels[0].label
    assert sum(one.probability for one in result.labels) == pytest.approx(1)
    assert result.log_odds > 0
    strongest = max(result.parts, key=lambda part: part.change)
    assert strongest.text == "cat"
    sentences = views.words("classify", result)
    assert "'cat'" in sentences[1]


def test_the_change_is_the_fall_of_the_log_odds(mine: str) -> None:
    whole = ask("it sat on the cat", mine)
    without = ask("it sat on the ", mine)
    sign = 1 if without.label == whole.label else -1
    assert whole.parts[-1].change == pytest.approx(whole.log_odds - sign * without.log_odds, abs=1e-3)
    assert whole.parts[-1].label_without == without.label


@pytest.mark.parametrize("text", ["hi", "👩‍👩‍👧", "¿Mañana? שלום", "\u202eabc", "日本語の文"])
def test_odd_texts_get_a_label(mine: str, text: str) -> None:
    result = ask(text, mine)
    assert result.characters == result.characters_in_text == len(text)
    assert "".join(part.text for part in result.parts) == "".join(text.split())


@pytest.mark.parametrize("text", ["", " \n\t"])
def test_nothing_to_label_is_one_line(mine: str, text: str) -> None:
    with pytest.raises(InputError, match="it is empty"):
        ask(text, mine)


def test_a_megabyte_is_read_as_far_as_the_context_goes(mine: str) -> None:
    result = ask("the cat sat on it, " * 52_000, mine)
    assert result.tokens == 63 and result.characters < 400
    assert any("first 63 tokens" in sentence for sentence in views.words("classify", result))


def test_an_unknown_task_names_those_there_are(mine: str) -> None:
    with pytest.raises(InputError, match="choose one of: sentiment, spam, topic, mine"):
        ask("hi", "weather")

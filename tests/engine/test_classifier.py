"""Classifiers on a small random decoder: what they read, what training does, and what a folder gives back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from tests import fakes
from tutor.engine import classifier, contextual, deciding_words, loading, text_features
from tutor.engine.classifier import Classifier
from tutor.engine.classifier_training import Examples, fit
from tutor.errors import InputError

CATS = ["The cat sat.", "It was the cat", "the cat", "cat on cat", "On the cat it sat", "A cat, a cat!"]
OTHERS = [
    "The hungry sat.",
    "It was hungry",
    "the hungry",
    "hungry on hungry",
    "On it, hungry",
    "A hungry, a hungry!",
]
EXAMPLES = Examples([*CATS, *OTHERS], ["cat"] * 6 + ["other"] * 6)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fakes.checkpoint(tmp_path_factory.mktemp("base"))


def trained(base: Path, method: str = "head", examples: Examples = EXAMPLES, **options: object) -> Classifier:
    opened = loading.fresh_decoder(str(base), "cpu") if method == "full" else loading.decoder(str(base), "cpu")
    made = classifier.new(opened, ["cat", "other"], whole=method == "full")
    for _ in fit(made, examples, method=method, **options):  # type: ignore[arg-type]
        pass
    return made


def test_features_are_mean_and_maximum_of_every_level_of_the_text_alone(base: Path) -> None:
    loaded = loading.decoder(str(base), "cpu")
    texts = ["The cat sat on it", "hungry", "naïve 👍"]
    found = text_features.of_texts(loaded, texts)
    assert found.shape == (3, text_features.width(loaded.model)) == (3, 2 * 16 * 3)
    for row, text in enumerate(texts):  # each by itself, through the trace: no padding, another path of attention
        stream = contextual.stream(loaded, [loaded.start(), *text_features.tokens_of(loaded, text)])[:, 1:]
        pooled = np.concatenate([np.concatenate([level.mean(0), level.max(0)]) for level in stream])
        np.testing.assert_allclose(found[row], pooled, rtol=1e-4, atol=1e-5)


def test_the_head_learns_and_leaves_the_decoder_alone(base: Path) -> None:
    before = {name: tensor.clone() for name, tensor in loading.decoder(str(base)).model.state_dict().items()}
    made = trained(base)
    assert made.predict(EXAMPLES.texts).argmax(1).tolist() == [0] * 6 + [1] * 6
    np.testing.assert_allclose(made.predict(EXAMPLES.texts).sum(1), 1, rtol=1e-5)
    assert made.predict(["The cat was hungry? the cat"]).shape == (1, 2)
    after = made.loaded.model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_all_weights_move_and_the_watched_texts_are_looked_at(base: Path) -> None:
    before = loading.decoder(str(base), "cpu").model.state_dict()
    opened = loading.fresh_decoder(str(base), "cpu")
    made = classifier.new(opened, ["cat", "other"], whole=True)
    watch = Examples(["a cat", "so hungry"], ["cat", "other"])
    progress = list(fit(made, EXAMPLES, method="full", watch=watch, epochs=3))
    phases = [one.phase for one in progress]
    assert list(dict.fromkeys(phases)) == ["reading", "head", "all weights"]
    looks = [one for one in progress if one.phase == "all weights" and one.held_out_loss is not None]
    assert len(looks) == 3 and all(0 <= one.held_out_macro_f1 <= 1 for one in looks)  # type: ignore[operator]
    moved = [name for name, tensor in opened.model.state_dict().items() if not torch.equal(tensor, before[name])]
    assert any("q_proj" in name for name in moved) and "model.embed_tokens.weight" in moved


def test_the_same_training_gives_the_same_weights(base: Path) -> None:
    first, second = (trained(base, "full", epochs=2, seed=3) for _ in range(2))
    assert (first.predict(CATS) == second.predict(CATS)).all()


def test_when_it_is_stopped_it_keeps_what_it_has(base: Path) -> None:
    made = trained(base, cancelled=lambda: True)
    np.testing.assert_allclose(made.predict(["cat"]), 0.5)


@pytest.mark.parametrize("method", ["head", "full"])
def test_a_folder_gives_back_the_same_classifier(base: Path, tmp_path: Path, method: str) -> None:
    made = trained(base, method)
    made.save(tmp_path / "mine")
    again = classifier.load(tmp_path / "mine", "cpu")
    assert again.labels == ("cat", "other")
    np.testing.assert_array_equal(again.predict(CATS), made.predict(CATS))
    kept = {file.name for file in (tmp_path / "mine").iterdir()}
    whole = {"config.json", "model.safetensors", "tokenizer.json"} if method == "full" else set()
    assert kept == {"head.json", "head.safetensors"} | whole


def test_a_head_does_not_open_on_other_weights(tmp_path: Path) -> None:
    base = fakes.checkpoint(tmp_path / "base")
    trained(base).save(tmp_path / "head")
    fakes.checkpoint(base, seed=1)
    with pytest.raises(InputError, match="made for other weights"):
        classifier.load(tmp_path / "head", "cpu")


@pytest.mark.parametrize(
    "damage",
    [
        {"labels": ["cat"]},
        {"labels": ["cat", "cat"]},
        {"labels": "cat"},
        {"format": 2},
        {"base": "storyteller"},
        {"base": {"sha256": "0"}},
    ],
)
def test_a_damaged_description_is_one_line(base: Path, tmp_path: Path, damage: dict[str, object]) -> None:
    trained(base).save(tmp_path)
    about = json.loads((tmp_path / "head.json").read_text())
    (tmp_path / "head.json").write_text(json.dumps(about | damage))
    with pytest.raises(InputError, match="not the description of a classifier"):
        classifier.load(tmp_path, "cpu")


def test_a_head_of_another_size_is_one_line(base: Path, tmp_path: Path) -> None:
    trained(base).save(tmp_path)
    about = json.loads((tmp_path / "head.json").read_text())
    (tmp_path / "head.json").write_text(json.dumps(about | {"labels": ["a", "b", "c"]}))
    with pytest.raises(InputError, match="has shape"):
        classifier.load(tmp_path, "cpu")


def test_what_cannot_be_learned_is_one_line(base: Path) -> None:
    loaded = loading.decoder(str(base), "cpu")
    with pytest.raises(InputError, match="1 different"):
        classifier.new(loaded, ["cat", "cat"])
    made = classifier.new(loaded, ["cat", "other"])
    with pytest.raises(InputError, match="no such label"):
        next(fit(made, Examples(["a cat"], ["dog"])))
    with pytest.raises(InputError, match="empty"):
        next(fit(made, Examples(["a cat", " \n"], ["cat", "other"])))
    with pytest.raises(InputError, match="no such classifier; choose one of: sentiment, spam, topic"):
        classifier.find("no-such")


def test_the_learners_own_are_found_by_name(base: Path, state: Path) -> None:
    trained(base).save(state / "models" / "mine")
    assert classifier.find("mine") == state / "models" / "mine"


def test_log_odds_are_those_of_the_probabilities() -> None:
    logits = np.array([[1.0, -2.0, 0.5], [40.0, -40.0, 0.0]], np.float32)
    probability = classifier.probabilities(logits)[:, 2].astype(np.float64)
    np.testing.assert_allclose(deciding_words.log_odds(logits, 2), np.log(probability / (1 - probability)), rtol=1e-5)


def test_each_word_is_left_out_of_the_whole_text(base: Path) -> None:
    made, text = trained(base), "The cat  was hungry"
    tokens, end = deciding_words.read_until(made, text)
    assert end == len(text)
    parts = deciding_words.without_each(made, text, tokens, 0)
    assert [text[one.start : one.end] for one in parts] == ["The", "cat", "was", "hungry"]
    rest = ["Cat  was hungry", "The was hungry", "The cat  hungry", "The cat  was "]  # a capital begins what is left
    probability = made.predict(rest).astype(np.float64)[:, 0]
    np.testing.assert_allclose([one.log_odds for one in parts], np.log(probability / (1 - probability)), rtol=1e-3)


def test_without_its_only_word_a_text_counts_as_an_average_one(base: Path) -> None:
    made = trained(base)
    (only,) = deciding_words.without_each(made, "cat", 1, 0)
    bias = made.head.linear.bias.detach()
    assert only.log_odds == pytest.approx(float(bias[0] - bias[1]), abs=1e-5)


def test_a_long_text_is_cut_where_reading_ends_and_left_out_in_runs(base: Path) -> None:
    made = trained(base)
    text = "cat… " * 100_000  # three dots are three characters in plain typography
    tokens, end = deciding_words.read_until(made, text)
    assert tokens == made.loaded.context - 1
    read = made.loaded.tokenizer.encode(text[: end + 40].replace("…", "..."), add_special_tokens=False)
    assert (
        len(text[:end].replace("…", "...")) >= read.offsets[tokens - 1][1] > len(text[: end - 1].replace("…", "..."))
    )
    parts = deciding_words.without_each(made, " ".join(["cat"] * 50), deciding_words.BUDGET // 10, 0)
    assert [one.words for one in parts] == [6] * 8 + [2]
    assert made.predict([text]).shape == (1, 2)

"""The bundled classifiers on texts that they never learned from, and their card."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tests import fakes
from tutor import paths
from tutor.engine import bundled_heads, classifier, heads_card, loading, registry
from tutor.engine.classification_metrics import Scores, majority, scores
from tutor.engine.holding_out import split

FOLDER = paths.bundled_models() / "heads"
RECIPE = bundled_heads.recipe(FOLDER)
HEADS = {head["name"]: head["files"] for head in RECIPE["head"]}


def held_out(name: str) -> tuple[Scores, Scores]:
    """How the bundled head does on its held-out texts, and how always giving the commonest label does."""
    texts, given = bundled_heads.examples(HEADS[name])
    rows = split(texts, given, RECIPE["held_out"], RECIPE["seed"]).held_out
    made = classifier.load(FOLDER / name, "cpu")
    guesses = [made.labels[place] for place in made.predict([texts[row] for row in rows]).argmax(1)]
    true = [given[row] for row in rows]
    return scores(true, guesses, made.labels), majority(true, made.labels)


@pytest.mark.parametrize("name", HEADS)
def test_held_out_macro_f1_is_far_above_the_commonest_label_and_as_the_card_says(name: str) -> None:
    ours, commonest = held_out(name)
    assert ours.macro_f1 > commonest.macro_f1 + 0.2
    assert ours.accuracy > commonest.accuracy + 0.1
    part = (FOLDER / "README.md").read_text(encoding="utf-8").split(f"### {name}\n")[1].split("\n### ")[0]
    assert f"| head on {RECIPE['base']} | {ours.accuracy:.2f} | {ours.macro_f1:.2f} |" in part


def test_every_head_of_the_recipe_is_there_and_the_folder_is_one_entry() -> None:
    entry = registry.find("heads")
    assert (entry.kind, entry.source) == ("classifiers", "bundled")
    assert registry.check(entry) == []
    assert {name for name, folder in registry.classifiers().items() if folder.parent == FOLDER} == set(HEADS)
    assert (registry.parameters(FOLDER) or 0) > 1000


def test_making_them_again_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fakes.checkpoint(tmp_path / "models" / "tiny")
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path / "models")
    monkeypatch.setattr(bundled_heads, "SPLITS", 2)
    bag = bundled_heads.word_features.Tfidf.of(["win a prize now", "see you at home"])
    monkeypatch.setattr(bundled_heads.word_features, "mean_vectors", bag.features)
    folder = tmp_path / "models" / "heads"
    folder.mkdir()
    (folder / "recipe.toml").write_text(
        'base = "tiny"\nheld_out = 0.25\nseed = 0\n[[head]]\nname = "spam"\nfiles = ["messages.csv"]\n'
    )
    (made,) = bundled_heads.make(folder)
    weights = (folder / "spam" / "head.safetensors").read_bytes()
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert registry.check(registry.find("heads")) == []
    (again,) = bundled_heads.make(folder)
    assert weights == (folder / "spam" / "head.safetensors").read_bytes()
    assert dataclasses.replace(again, seconds=0) == dataclasses.replace(made, seconds=0)
    confusion = made.ways[0].held_out.confusion
    assert f"| {' | '.join(map(str, confusion[0]))} |" in card and heads_card.card("tiny", "0" * 64, [made])
    assert loading.decoder("tiny").entry.source == "bundled"

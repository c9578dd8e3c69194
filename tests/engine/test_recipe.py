"""Recipes: those of the bundled models, entries changed for a run, what is refused, and sources that are no files."""

from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Tokenizer

from tutor.engine import abc_corpus, preparation, python_corpus
from tutor.engine import recipe as recipes
from tutor.engine.corpus import TokenFile
from tutor.errors import InputError, TutorError, UsageError

MODELS = Path(__file__).parents[2] / "models"
RECIPES = sorted(path for path in MODELS.glob("*/recipe.toml") if path.parent.name != "heads")
"""The heads of classifiers are made by a program of their own."""


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.parent.name)
def test_a_bundled_recipe_says_what_it_learns_from_and_under_which_licence(path):
    recipe = recipes.read(path)
    assert recipe.name == path.parent.name
    assert all(source.licence and (source.maker or source.sha256) for source in recipe.sources)
    assert recipe.stages[-1].until == 1 and [s.until for s in recipe.stages] == sorted(s.until for s in recipe.stages)
    assert path.as_posix().endswith(f"models/{recipe.name}/recipe.toml")
    assert f"tutor pretrain models/{recipe.name}/recipe.toml" in path.read_text(encoding="utf-8")


def test_entries_are_changed_by_their_place():
    changes = ["architecture.hidden_size=64", "source.simulator.documents=7", "stage.0.rows = 3", 'prompt="Go"']
    recipe = recipes.read(MODELS / "storyteller" / "recipe.toml", changes)
    documents = {source.name: source.documents for source in recipe.sources}
    assert (recipe.config.hidden_size, documents["simulator"], recipe.stages[0].rows, recipe.prompt) == (
        64,
        7,
        3,
        "Go",
    )


@pytest.mark.parametrize(
    "change", ["nonsense", "=3", "a.b=1", "stage.9.rows=1", "source.nobody.seed=1", "name.first=1", "name=un quoted"]
)
def test_a_change_that_fits_nowhere_is_named(change):
    with pytest.raises(UsageError, match="--change") as refused:
        recipes.read(MODELS / "coder" / "recipe.toml", [change])
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        'tokenizer.pieces="runes"',
        'source.library.maker="elves"',
        'source.library.maker="digits"',
        'tokenizer.sources=["repeats"]',
        "stage=[]",
        "stage.0.beginnings=1.5",
        "architecture.hidden_size=129",
        "training={}",
        'kind="matcher"',
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused_in_one_line(change):
    with pytest.raises(TutorError) as refused:
        recipes.read(MODELS / "coder" / "recipe.toml", [change])
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", [None, "name = 1\n", "name = ["])
def test_a_file_that_is_no_recipe_is_refused(text, tmp_path):
    if text is not None:
        (tmp_path / "recipe.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        recipes.read(tmp_path / "recipe.toml")


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A small library in place of Python's own."""
    folder = tmp_path / "lib"
    for number in range(12):
        (folder / "test").mkdir(parents=True, exist_ok=True)
        code = f"def area_{number}(width, height):\n    return width * height + {number}\n"
        (folder / f"module{number}.py").write_text(code, encoding="utf-8")
    (folder / "test" / "test_it.py").write_text("left = out\n", encoding="utf-8")
    (folder / "broken.py").write_text("def (:\n", encoding="utf-8")
    monkeypatch.setattr(python_corpus.sysconfig, "get_path", lambda name: str(folder))
    python_corpus.works.cache_clear()
    yield folder
    python_corpus.works.cache_clear()


def read(file, tokenizer):
    """The documents of a token file."""
    text = tokenizer.decode(TokenFile.open(file).tokens.tolist(), skip_special_tokens=False)
    return text.split("<|endoftext|>")[:-1]


def test_the_coders_recipe_reads_the_library_by_module(library, tmp_path):
    changes = ["tokenizer.vocabulary=300", "source.library.held_out_percent=30", "source.repeats.documents=40"]
    preparation.prepare(recipes.read(MODELS / "coder" / "recipe.toml", changes), tmp_path, tmp_path)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    sides = [read(tmp_path / f"library.{side}.bin", tokenizer) for side in ("train", "held-out")]
    modules = [file.read_text(encoding="utf-8") for file in library.glob("module*.py")]
    assert sorted(sides[0] + sides[1]) == sorted(modules) and all(sides)
    assert "\n    " in [tokenizer.decode([token]) for token in range(300)]  # a line end with indentation


TUNE = "X:{0}\nT:Tune {0}\nR:jig\nM:6/8\nK:D\n|:{1}:|\n"


@pytest.fixture
def music21(tmp_path, monkeypatch):
    """A package of that name with a collection of twelve tunes, no two alike."""
    folder = tmp_path / "site" / "music21" / "corpus" / "airdsAirs"
    folder.mkdir(parents=True)
    (tmp_path / "site" / "music21" / "__init__.py").touch()
    bars = ["DEF GAB", "ABc def", "dcB AGF", "GAB cde", "fed cBA", "Bcd efg", "agf edc"]
    tunes = [TUNE.format(n, "|".join(bars[(n * k + k * k) % 7] for k in range(1, 9))) for n in range(12)]
    (folder / "airs.abc").write_text("\n".join(tunes), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path / "site")
    abc_corpus.works.cache_clear()
    yield folder
    abc_corpus.works.cache_clear()


def test_the_composers_recipe_reads_music21_and_learns_other_keys(music21, tmp_path):
    changes = ["tokenizer.vocabulary=300", "source.tunes.held_out_percent=40"]
    preparation.prepare(recipes.read(MODELS / "composer" / "recipe.toml", changes), tmp_path, tmp_path)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    learned, held_out = (read(tmp_path / f"tunes.{side}.bin", tokenizer) for side in ("train", "held-out"))
    assert held_out and all("K:D\n" in tune for tune in held_out)
    own = [tune for tune in learned if "K:D\n" in tune]
    assert own and len(own) + len(held_out) <= 12 and {"K:G", "K:A"} <= {tune.split("\n")[3] for tune in learned}
    assert not set(own) & set(held_out)


def test_without_music21_one_line_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(abc_corpus.importlib.util, "find_spec", lambda name: None)
    abc_corpus.works.cache_clear()
    with pytest.raises(InputError, match="install music21"):
        preparation.prepare(recipes.read(MODELS / "composer" / "recipe.toml"), tmp_path, tmp_path)

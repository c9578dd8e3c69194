"""Measuring a model of any kind that has a recipe."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tutor.engine import bundled_heads, pretraining
from tutor.engine import recipe as recipes
from tutor.engine.figures import Figure, Sample, decoders, digit_models, gap_fillers, translators, tunes
from tutor.engine.recipe import Recipe
from tutor.errors import InputError


@dataclass(frozen=True)
class Subject:
    """A model that is measured."""

    folder: Path
    """Where it lies, with `recipe.toml`."""
    recipe: Recipe
    scratch: Path
    """A folder for what is only needed now."""
    samples: tuple[Sample, ...] = ()
    """What it wrote for its card."""


@dataclass(frozen=True)
class _Measures:
    samples: Callable[[Subject], Iterator[Sample]]
    quick: Callable[[Subject], Iterator[Figure]]
    """From what is installed, in seconds."""
    full: Callable[[Subject, Path], Iterator[Figure]]
    """From the files in a folder that `pretraining.prepare` wrote."""


_OF = {
    "text": _Measures(decoders.samples, decoders.quick, decoders.full),
    "python": _Measures(decoders.samples, decoders.quick, decoders.full),
    "abc": _Measures(tunes.samples, decoders.quick, tunes.full),
    "seq2seq": _Measures(translators.samples, translators.quick, translators.full),
    "encoder": _Measures(gap_fillers.samples, gap_fillers.quick, gap_fillers.full),
    "painter": _Measures(digit_models.samples, digit_models.painter, digit_models.drawings),
    "matcher": _Measures(digit_models.samples, digit_models.matcher, digit_models.nothing),
}
"""For each kind of model, and decoders by what they write."""


def samples(folder: Path) -> tuple[Sample, ...]:
    """What the model in the folder makes of the beginnings that its kind is given, the first thing that comes."""
    recipe = recipes.read(folder / "recipe.toml")
    return tuple(_measures(recipe).samples(Subject(folder, recipe, folder)))


def measure(
    folder: Path, samples: tuple[Sample, ...], *, data: Path | None = None, work: Path | None = None
) -> Iterator[Figure]:
    """The figures of the model in the folder, which has a `recipe.toml`.

    The quick ones always; the others with `data`, the folder with the recipe's text, or with `work`, the folder of a
    run in which that text has been prepared already with the model's own tokenizer. Raises InputError for data that
    is missing, and where a package is missing that only figures need.
    """
    if bundled_heads.is_of_heads(folder):
        yield from bundled_heads.figures(folder)
        return
    recipe = recipes.read(folder / "recipe.toml")
    with tempfile.TemporaryDirectory() as scratch:
        subject = Subject(folder, recipe, Path(scratch), samples)
        measures = _measures(recipe)
        yield from measures.quick(subject)
        if data is None and work is None:
            return
        if work is None or not _is_prepared(recipe, work):
            if data is None:
                raise InputError(str(work), "the recipe's text is not prepared there", "give its folder with --data")
            work = subject.scratch / "run"
            work.mkdir()
            shutil.copyfile(folder / "tokenizer.json", work / "tokenizer.json")
            pretraining.prepare(recipe, data, work)
        elif (work / "tokenizer.json").read_bytes() != (folder / "tokenizer.json").read_bytes():
            raise InputError(str(work), "its tokenizer is not the model's", "name the folder of the model's own run")
        yield from measures.full(subject, work)


def _measures(recipe: Recipe) -> _Measures:
    return _OF[recipe.pieces if recipe.kind == "decoder" else recipe.kind]


def _is_prepared(recipe: Recipe, work: Path) -> bool:
    """Whether everything held out is there; training text is wanted for baselines only."""
    if recipe.kind in ("painter", "matcher"):
        return (work / "tokenizer.json").exists()
    return all((work / f"{source.name}.held-out.json").exists() for source in recipe.sources)

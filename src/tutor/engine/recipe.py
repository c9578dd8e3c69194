"""A recipe: everything that makes a model what it is, in one TOML file beside it."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from tutor.engine.byte_pairs import PIECES, Pieces
from tutor.engine.config import DecoderConfig
from tutor.engine.encoder import EncoderConfig
from tutor.engine.matcher import MODEL_TYPE, MatcherConfig
from tutor.engine.seq2seq_config import Seq2SeqConfig
from tutor.errors import InputError, UsageError
from tutor.storage import read_learner_text

Kind = Literal["decoder", "seq2seq", "encoder", "painter", "matcher"]
Config = DecoderConfig | Seq2SeqConfig | EncoderConfig | MatcherConfig

_ARCHITECTURES: dict[Kind, tuple[type[Config], str]] = {
    "decoder": (DecoderConfig, "llama"),
    "seq2seq": (Seq2SeqConfig, "marian"),
    "encoder": (EncoderConfig, "bert"),
    "painter": (DecoderConfig, "llama"),
    "matcher": (MatcherConfig, MODEL_TYPE),
}
"""The configuration of each kind of model, and what its `config.json` calls it."""

Maker = Literal["", "stories", "repeats", "library", "tunes", "digits"]
"""What a source without a file is made by: the simulator (engine/stories), lists that come again (repeats.py there),
the library of the Python that runs (python_corpus.py), music21's tunes (abc_corpus.py), scikit-learn's digits."""

MAKERS = get_args(Maker)

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Source:
    """One body of text."""

    name: str
    file: str
    """Where it is inside the data folder or beside the recipe; empty for what has a maker."""
    licence: str
    sha256: str = ""
    """Of the file; checked before training."""
    held_out_percent: int = 2
    """Of its works; more where there are few."""
    maker: Maker = ""
    """For what is no file; stories if none is named."""
    seed: int = 0
    documents: int = 0
    """For text that is made on the spot: which and how many."""
    language: str = ""
    """For sentence pairs: what English is translated into, such as `es`."""
    folder: Path = Path()
    """Where the recipe lies."""

    def __post_init__(self) -> None:
        if self.maker not in MAKERS:
            raise ValueError(f"nothing is made by {self.maker!r}")
        if not self.file and not self.maker:
            object.__setattr__(self, "maker", "stories")

    def located(self, data: Path) -> Path:
        """The source's file: in the data folder, or else beside the recipe."""
        return data / self.file if (data / self.file).is_file() else self.folder / self.file


@dataclass(frozen=True)
class Stage:
    """A part of the run with its own mixture and window."""

    until: float
    """The share of the run at which it ends."""
    weights: dict[str, float]
    """How often a window comes from each source."""
    window: int
    rows: int
    beginnings: float = 0.0
    """The share of a decoder's windows that start where a document does, with no token before it: as prompts do."""
    unlikelihood: str = ""
    """The source that a decoder goes on from the beginnings of, to unlearn to repeat itself: see `unlikelihood`."""

    def __post_init__(self) -> None:
        if not 0 <= self.beginnings <= 1:
            raise ValueError(f"beginnings is {self.beginnings}, not a share from 0 to 1")


@dataclass(frozen=True)
class Recipe:
    """A parsed recipe file."""

    name: str
    kind: Kind
    vocabulary: int
    sources: tuple[Source, ...]
    tokenizer_sources: tuple[str, ...]
    """What the tokenizer is trained on."""
    pieces: Pieces
    """What a byte-level tokenizer is for, which decides what one token may hold."""
    stages: tuple[Stage, ...]
    config: Config
    """Of the class that belongs to the kind."""
    training: dict[str, Any]
    """`tokens`, the length of the run, and fields of `TrainingOptions`."""
    prompt: str = "Once upon a time"
    """How the samples begin that a decoder writes while it is trained."""

    def stage_at(self, share: float) -> Stage:
        """The stage that covers this share of the run."""
        return next((stage for stage in self.stages if share < stage.until), self.stages[-1])


def read(path: Path, changes: Sequence[str] = ()) -> Recipe:
    """Parse a recipe, with some of its entries changed (see `changed`).

    Raises InputError, naming the entry, for one that is missing or makes no sense.
    """
    try:
        raw = changed(tomllib.loads(read_learner_text(path)), changes)
        sources = tuple(Source(folder=path.parent, **source) for source in raw["source"])
        kind = raw.get("kind", "decoder")
        config_class, model_type = _ARCHITECTURES[kind]
        tokenizer = raw.get("tokenizer", {"vocabulary": 0, "sources": []})
        recipe = Recipe(
            name=raw["name"],
            kind=kind,
            vocabulary=tokenizer["vocabulary"],
            tokenizer_sources=tuple(tokenizer["sources"]),
            pieces=tokenizer.get("pieces", "text"),
            sources=sources,
            stages=tuple(Stage(**stage) for stage in raw["stage"]),
            config=config_class.from_dict({"model_type": model_type, **raw["architecture"]}),
            prompt=raw.get("prompt", "Once upon a time"),
            training=raw["training"] | {"tokens": int(raw["training"]["tokens"])},
        )
        _check(recipe)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            str(path), f"not a recipe ({error})", "compare it with models/storyteller/recipe.toml"
        ) from None
    return recipe


def _check(recipe: Recipe) -> None:
    """Raise ValueError for names that mean nothing and for sources that do not fit the kind of model."""
    known = {source.name: source for source in recipe.sources}
    if bad := [name for name in known if not _NAME.fullmatch(name)]:
        raise ValueError(f"{bad[0]!r} is no name for a source: letters, digits, '-' and '_'")
    named = {name for stage in recipe.stages for name in (*stage.weights, stage.unlikelihood) if name}
    named |= set(recipe.tokenizer_sources)
    if unknown := named - known.keys():
        raise ValueError(f"no source is called {sorted(unknown)[0]!r}")
    if recipe.pieces not in PIECES:
        raise ValueError(f"pieces is {recipe.pieces!r}, not one of {', '.join(PIECES)}")
    if not recipe.stages:
        raise ValueError("it has no stage")
    if repeats := [name for name in recipe.tokenizer_sources if known[name].maker == "repeats"]:
        raise ValueError(f"{repeats[0]} is made of tokens, so it cannot come before the tokenizer")
    if recipe.kind != "decoder" and any(stage.unlikelihood for stage in recipe.stages):
        raise ValueError("only a decoder can unlearn to repeat itself")
    of_digits = recipe.kind in ("painter", "matcher")
    if wrong := [source.name for source in recipe.sources if (source.maker == "digits") != of_digits]:
        raise ValueError(f"{wrong[0]} is nothing that a {recipe.kind} learns")


def changed(raw: dict[str, Any], changes: Sequence[str]) -> dict[str, Any]:
    """A parsed recipe with entries replaced, each change `PLACE=VALUE` with the value as in TOML.

    The place is a path with dots; in a list the next part is an entry's name, or its number from 0:
    `architecture.hidden_size=64`, `source.simulator.documents=100`, `stage.0.rows=8`. Raises UsageError.
    """
    for change in changes:
        place, equals, value = change.partition("=")
        *parents, last = place.strip().split(".")
        try:
            parsed = tomllib.loads(f"value = {value}")["value"]
            found: Any = raw
            for part in parents:
                found = _entry(found, part)
            if not equals or not last or not isinstance(found, dict):
                raise ValueError("nothing is named" if not last or not equals else "no table of entries")
            found[last] = parsed
        except (KeyError, IndexError, ValueError) as error:
            example = "write it like architecture.hidden_size=64"
            raise UsageError(f"--change {change[:80]}", f"it fits no entry ({error})", example) from None
    return raw


def _entry(found: Any, part: str) -> Any:
    if isinstance(found, list):
        return found[int(part)] if part.isdigit() else {entry["name"]: entry for entry in found}[part]
    if not isinstance(found, dict):
        raise ValueError(f"{part} is no table")
    return found[part]


def check_hash(source: Source, data: Path) -> None:
    """Raise InputError if the source's file is missing or not the one that the recipe was written for."""
    file = source.located(data)
    if not file.is_file():
        raise InputError(str(data / source.file), "the recipe's data is not there", "give its folder with --data")
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if source.sha256 and found != source.sha256:
        raise InputError(str(file), f"SHA-256 is {found[:12]}…, not {source.sha256[:12]}…", "use the named version")

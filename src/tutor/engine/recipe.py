"""A recipe: everything that makes a model what it is, in one TOML file beside it."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tutor.engine.config import DecoderConfig
from tutor.engine.encoder import EncoderConfig
from tutor.engine.seq2seq_config import Seq2SeqConfig
from tutor.errors import InputError
from tutor.storage import read_learner_text

Kind = Literal["decoder", "seq2seq", "encoder"]

_ARCHITECTURES: dict[Kind, tuple[type[DecoderConfig] | type[Seq2SeqConfig] | type[EncoderConfig], str]] = {
    "decoder": (DecoderConfig, "llama"),
    "seq2seq": (Seq2SeqConfig, "marian"),
    "encoder": (EncoderConfig, "bert"),
}
"""The configuration of each kind of model, and what its `config.json` calls it."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True)
class Source:
    """One body of text."""

    name: str
    file: str
    """Where it is inside the data folder or beside the recipe; empty for text that is made on the spot."""
    licence: str
    sha256: str = ""
    """Of the file; checked before training."""
    held_out_percent: int = 2
    """Of its works; more where there are few."""
    maker: Literal["stories", "repeats"] = "stories"
    """For text that is made on the spot: by the simulator, or lists that come again (`engine/stories/repeats.py`)."""
    seed: int = 0
    documents: int = 0
    """For text that is made on the spot: which and how many."""
    language: str = ""
    """For sentence pairs: what English is translated into, such as `es`."""
    folder: Path = Path()
    """Where the recipe lies."""

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


@dataclass(frozen=True)
class Recipe:
    """A parsed recipe file."""

    name: str
    kind: Kind
    vocabulary: int
    sources: tuple[Source, ...]
    tokenizer_sources: tuple[str, ...]
    """What the tokenizer is trained on."""
    stages: tuple[Stage, ...]
    config: DecoderConfig | Seq2SeqConfig | EncoderConfig
    """Of the class that belongs to the kind."""
    training: dict[str, Any]
    """`tokens`, the length of the run, and fields of `TrainingOptions`."""
    prompt: str = "Once upon a time"
    """How the samples begin that a decoder writes while it is trained."""

    def stage_at(self, share: float) -> Stage:
        """The stage that covers this share of the run."""
        return next((stage for stage in self.stages if share < stage.until), self.stages[-1])


def read(path: Path) -> Recipe:
    """Parse a recipe. Raises InputError, naming the entry, for one that is missing or makes no sense."""
    try:
        raw = tomllib.loads(read_learner_text(path))
        sources = tuple(Source(folder=path.parent, **source) for source in raw["source"])
        stages = tuple(Stage(**stage) for stage in raw["stage"])
        kind = raw.get("kind", "decoder")
        config_class, model_type = _ARCHITECTURES[kind]
        recipe = Recipe(
            name=raw["name"],
            kind=kind,
            vocabulary=raw["tokenizer"]["vocabulary"],
            tokenizer_sources=tuple(raw["tokenizer"]["sources"]),
            sources=sources,
            stages=stages,
            config=config_class.from_dict({"model_type": model_type, **raw["architecture"]}),
            prompt=raw.get("prompt", "Once upon a time"),
            training=raw["training"] | {"tokens": int(raw["training"]["tokens"])},
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            str(path), f"not a recipe ({error})", "compare it with models/storyteller/recipe.toml"
        ) from None
    known = {source.name for source in sources}
    if bad := [name for name in known if not _NAME.fullmatch(name)]:
        raise InputError(str(path), f"{bad[0]!r} is no name for a source", "use letters, digits, '-' and '_'")
    for source in sources:
        if source.maker not in ("stories", "repeats"):
            raise InputError(str(path), f"nothing is made by {source.maker!r}", "choose stories or repeats")
        if source.maker == "repeats" and source.name in recipe.tokenizer_sources:
            why = f"{source.name} is made of the tokenizer's tokens, so it cannot come before the tokenizer"
            raise InputError(str(path), why, "leave it out of the tokenizer's sources")
    named = {name for stage in stages for name in stage.weights} | set(recipe.tokenizer_sources)
    if unknown := named - known:
        raise InputError(str(path), f"no source is called {sorted(unknown)[0]!r}", "add it or correct the name")
    return recipe


def check_hash(source: Source, data: Path) -> None:
    """Raise InputError if the source's file is missing or not the one that the recipe was written for."""
    file = source.located(data)
    if not file.is_file():
        raise InputError(str(data / source.file), "the recipe's data is not there", "give its folder with --data")
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if source.sha256 and found != source.sha256:
        raise InputError(str(file), f"SHA-256 is {found[:12]}…, not {source.sha256[:12]}…", "use the named version")

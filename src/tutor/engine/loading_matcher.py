"""A matcher with its tokenizer, opened once. Torch."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from tutor.engine import captions, matcher
from tutor.engine.loading import entry_of
from tutor.engine.matcher import Matcher
from tutor.errors import InputError


@dataclass(frozen=True, eq=False)
class LoadedMatcher:
    """A matcher that is ready to run."""

    name: str
    model: Matcher
    tokenizer: Tokenizer

    def token_ids(self, caption: str) -> list[int]:
        """A caption as the matcher reads it. Raises InputError for an empty one or a word that it does not know."""
        return captions.token_ids(self.tokenizer, caption)


def load(name_or_path: str) -> LoadedMatcher:
    """The matcher of that name or in that folder. Raises InputError if there is none or its files are damaged."""
    entry = entry_of(name_or_path, "matcher", "digits")
    weights = entry.directory / "model.safetensors"
    return _opened(entry.name, entry.directory, weights.stat().st_mtime_ns if weights.is_file() else 0)


@functools.lru_cache(maxsize=2)
def _opened(name: str, directory: Path, changed: int) -> LoadedMatcher:
    model = matcher.load(directory)
    file = directory / "tokenizer.json"
    if not file.is_file():
        raise InputError(str(file), "no such file", "get the model again")
    tokenizer = Tokenizer.from_file(str(file))
    if tokenizer.get_vocab_size() != model.config.vocab_size:
        raise InputError(str(file), "it does not belong to the model", "get the model again")
    return LoadedMatcher(name, model, tokenizer)

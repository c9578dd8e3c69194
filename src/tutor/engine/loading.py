"""Models with their tokenizers, opened once and kept while they are in use. Torch."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer

from tutor.engine import checkpoint, device, registry, subword
from tutor.engine.registry import Entry
from tutor.engine.subword import SubwordTokenizer
from tutor.engine.tokenization import Token
from tutor.errors import InputError

if TYPE_CHECKING:
    from tutor.engine.decoder import Decoder

_KEPT = 3
"""Models that stay in memory: a lab compares two at most, and its user goes back to the one before."""

_FILES = ("config.json", "tokenizer.json", "*.safetensors")
"""What a model is read from."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """A decoder that is ready to run, with its tokenizer."""

    entry: Entry
    model: Decoder
    tokenizer: Tokenizer
    """The library's own, which turns ids into text."""
    splitter: SubwordTokenizer
    """The same one as it is shown: it turns text into tokens with their places."""
    device: str

    @property
    def context(self) -> int:
        """The most tokens that the model was trained to read at once."""
        return self.model.config.max_position_embeddings

    def start(self) -> int:
        """The token that stands before a text: the begin token, or else the end token of the text before.

        Raises InputError if the model has neither.
        """
        config = self.model.config
        found = config.bos_token_id if config.bos_token_id is not None else min(config.end_ids, default=None)
        if found is None:
            raise InputError(self.entry.name, "it has no token that begins a text", "type a few words to begin with")
        return found


@dataclass(frozen=True)
class Encoded:
    """A text as the model reads it."""

    tokens: tuple[Token, ...]
    truncated: int
    """How many tokens at the beginning were left out because the context is full."""

    @property
    def ids(self) -> list[int]:
        return [token.id for token in self.tokens]


def decoder(name_or_path: str, request: str = "auto") -> Loaded:
    """The decoder of that name or in that folder, on the device that was asked for.

    It is read again when its files have changed since. Raises InputError if there is no such model, if it is of
    another kind, or if its files are damaged.
    """
    entry = registry.find(name_or_path)
    if entry.kind != "decoder":
        others = [other.name for other in registry.entries() if other.kind == "decoder"]
        raise InputError(
            entry.name,
            f"not a decoder but {entry.kind}",
            f"choose one of: {', '.join(others) or 'none is installed'}",
        )
    return _opened(entry, device.choose(request), _stamp(entry))


def fresh_decoder(name_or_path: str, request: str = "auto") -> Loaded:
    """As `decoder`, but a copy that nobody else holds, in float32 and ready to be trained."""
    shared = decoder(name_or_path, request)
    model = checkpoint.load_decoder(shared.entry.directory, shared.device).float().requires_grad_(True)
    return Loaded(shared.entry, model, shared.tokenizer, shared.splitter, shared.device)


def _stamp(entry: Entry) -> tuple[tuple[str, int, int], ...]:
    """Name, time and size of each file that the model is read from."""
    files = sorted(file for pattern in _FILES for file in entry.directory.glob(pattern))
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)


@functools.lru_cache(maxsize=_KEPT)
def _opened(entry: Entry, chosen: str, stamp: tuple[tuple[str, int, int], ...]) -> Loaded:
    model = checkpoint.load_decoder(entry.directory, chosen).eval()
    splitter = _splitter(entry, model.config.vocab_size)
    tokenizer = Tokenizer.from_file(str(entry.directory / "tokenizer.json"))
    return Loaded(entry, model, tokenizer, splitter, chosen)


def _splitter(entry: Entry, vocabulary: int) -> SubwordTokenizer:
    """The model's own tokenizer. Raises InputError if it is missing, damaged, or knows more tokens than the model."""
    path = entry.directory / "tokenizer.json"
    if not path.is_file():
        raise InputError(str(path), "no such file", "a decoder needs its tokenizer beside it")
    splitter = subword.load(entry.name, path)
    if splitter.vocabulary_size > vocabulary:
        why = f"it has {splitter.vocabulary_size:,} tokens, the model {vocabulary:,}"
        raise InputError(str(path), why, "get the tokenizer that belongs to the model")
    return splitter


def encode(loaded: Loaded, text: str, reserve: int = 0) -> Encoded:
    """The text as tokens; where they leave less of the context than `reserve` tokens, the last ones."""
    return _last(loaded.splitter.encode(text), loaded.context - reserve)


def encode_some(loaded: Loaded, text: str) -> Encoded:
    """As `encode`, for what needs at least one token. Raises InputError for an empty text."""
    return _last(some_tokens(loaded, text), loaded.context)


def some_tokens(loaded: Loaded, text: str) -> tuple[Token, ...]:
    """All tokens of the text, even more than the context holds. Raises InputError if there are none."""
    tokens = loaded.splitter.encode(text)
    if not tokens:
        raise InputError("the text", "it is empty", "type a few words")
    return tokens


def _last(tokens: tuple[Token, ...], room: int) -> Encoded:
    return Encoded(tokens[-room:], max(len(tokens) - room, 0))


def next_logits(loaded: Loaded, ids: Sequence[int]) -> torch.Tensor:
    """A score for every token that could follow the ids, shape (V,); nothing at all is read as a start token."""
    with torch.inference_mode():
        hidden, _ = loaded.model.hidden(as_batch(loaded, ids or [loaded.start()]))
        return loaded.model.lm_head(hidden[0, -1]).float()  # type: ignore[no-any-return]


def as_batch(loaded: Loaded, ids: Sequence[int]) -> torch.Tensor:
    """The ids as a batch of one, shape (1, T), on the model's device."""
    return torch.tensor([list(ids)], dtype=torch.long, device=loaded.device)

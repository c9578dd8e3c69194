"""Models with their tokenizers, opened once and kept while they are in use. Torch."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer

from tutor.engine import adapter_folder, checkpoint, device, registry, subword
from tutor.engine.kinds import called
from tutor.engine.registry import Entry, Kind
from tutor.engine.subword import SubwordTokenizer
from tutor.engine.tokenization import Token, require_text
from tutor.errors import InputError

if TYPE_CHECKING:
    from tutor.engine.decoder import Decoder

_KEPT = 3
"""Models that stay in memory: a lab compares two at most, and its user goes back to the one before."""

_FILES = ("config.json", "adapter_config.json", "tokenizer.json", "*.safetensors")
"""What a model is read from."""


@dataclass(frozen=True, eq=False)
class Loaded:
    """A decoder that is ready to run, with its tokenizer."""

    entry: Entry
    model: Decoder
    tokenizer: Tokenizer
    """The library's own, which turns ids into text."""
    splitter: SubwordTokenizer
    """The same one for what is shown: it has a readable text for every token."""
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
    """How many tokens were left out because there are too many."""

    @property
    def ids(self) -> list[int]:
        return [token.id for token in self.tokens]


def decoder(name_or_path: str, request: str = "auto", reading: str = "text") -> Loaded:
    """The decoder of that name or in that folder, on the device that was asked for.

    It is read again when its files have changed since. Raises InputError if there is no such model, if it is of
    another kind, or if its files are damaged; models of what `reading` says are offered then (`registry.reads`).
    """
    entry = entry_of(name_or_path, "decoder", reading)
    return _opened(entry, device.choose(request), stamp(entry))


def fresh_decoder(name_or_path: str, request: str = "auto") -> Loaded:
    """As `decoder`, but a copy that nobody else holds, in float32 and ready to be trained.

    Raises InputError for one that `transformers` runs.
    """
    shared = decoder(name_or_path, request)
    if registry.is_foreign(shared.entry.directory):
        why = "an architecture that tutor opens to look into, but does not train"
        raise InputError(shared.entry.name, why, "choose a model of the Llama family, such as storyteller")
    model = checkpoint.load_decoder(shared.entry.directory, shared.device).float().requires_grad_(True)
    return Loaded(shared.entry, model, shared.tokenizer, shared.splitter, shared.device)


Stamp = tuple[tuple[str, int, int], ...]


def entry_of(name_or_path: str, kind: Kind, reading: str = "text") -> Entry:
    """The model of that name or in that folder. Raises InputError if there is none or it is of another kind."""
    entry = registry.find(name_or_path, [kind], reading)
    if entry.kind == kind:
        return entry
    others = registry.alike([kind], reading)
    wanted, found = called(kind), called(entry.kind)
    raise InputError(
        entry.name,
        f"not {'an' if wanted.startswith('e') else 'a'} {wanted} but {found}",
        f"choose one of: {', '.join(others) or 'none is installed'}",
    )


def stamp(entry: Entry) -> Stamp:
    """Name, time and size of each file that the model is read from."""
    folders = {entry.directory, adapter_folder.model_folder(entry.directory)}
    files = sorted({entry.tokenizer, *(file for at in folders for name in _FILES for file in at.glob(name))})
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files if file.exists())


@functools.lru_cache(maxsize=_KEPT)
def _opened(entry: Entry, chosen: str, stamp: Stamp) -> Loaded:
    if registry.is_foreign(entry.directory):
        from tutor.engine import foreign_files

        model = foreign_files.load(entry.directory, chosen)
    else:
        model = checkpoint.load_decoder(entry.directory, chosen).eval()
    return Loaded(entry, model, *tokenizers_of(entry, model.config.vocab_size), chosen)


def tokenizers_of(entry: Entry, vocabulary: int) -> tuple[Tokenizer, SubwordTokenizer]:
    """The library's tokenizer, which turns ids into text, and the same one for what is shown.

    Raises InputError if it is missing, damaged, or knows more tokens than the model, which has `vocabulary`.
    """
    path = entry.tokenizer
    if not path.is_file():
        raise InputError(str(path), "no such file", "a model needs its tokenizer beside it")
    splitter = subword.load(entry.name, path)
    if splitter.vocabulary_size > vocabulary:
        why = f"it has {splitter.vocabulary_size:,} tokens, the model {vocabulary:,}"
        raise InputError(str(path), why, "get the tokenizer that belongs to the model")
    tokenizer = Tokenizer.from_str(subword.source(path))
    tokenizer.no_truncation()  # what is too long is cut here, and the learner is told
    return tokenizer, splitter


def encode(loaded: Loaded, text: str, reserve: int = 0) -> Encoded:
    """The text as tokens; where they leave less of the context than `reserve` tokens, the last ones."""
    encoding = loaded.tokenizer.encode(require_text(text), add_special_tokens=False)
    room = loaded.context - reserve
    return Encoded(_records(loaded, encoding.ids[-room:], encoding.offsets[-room:]), max(len(encoding) - room, 0))


def encode_some(loaded: Loaded, text: str) -> Encoded:
    """As `encode`, for what needs at least one token. Raises InputError for an empty text."""
    return _some(encode(loaded, text))


def encode_beginning(loaded: Loaded, text: str, limit: int) -> Encoded:
    """The first `limit` tokens of the text, whatever the context holds. Raises InputError for an empty text."""
    encoding = loaded.tokenizer.encode(require_text(text), add_special_tokens=False)
    tokens = _records(loaded, encoding.ids[:limit], encoding.offsets[:limit])
    return _some(Encoded(tokens, max(len(encoding) - limit, 0)))


def _records(loaded: Loaded, ids: list[int], spans: list[tuple[int, int]]) -> tuple[Token, ...]:
    """Records of the tokens that are used only: a megabyte of text has too many to make one for each."""
    text_of = loaded.splitter.text_of
    return tuple(Token(text_of(id), id, *span) for id, span in zip(ids, spans, strict=True))


def _some(encoded: Encoded) -> Encoded:
    if not encoded.tokens:
        raise InputError("the text", "it is empty", "type a few words")
    return encoded


def next_logits(loaded: Loaded, ids: Sequence[int]) -> torch.Tensor:
    """A score for every token that could follow the ids, shape (V,); nothing at all is read as a start token.

    Not to be changed in place: the last ones are kept, so that turning temperature and filters costs no forward pass.
    """
    return _next_logits(loaded, tuple(ids) or (loaded.start(),))


@functools.lru_cache(maxsize=2)  # of two models or texts that are compared
def _next_logits(loaded: Loaded, ids: tuple[int, ...]) -> torch.Tensor:
    with torch.inference_mode():
        hidden, _ = loaded.model.hidden(as_batch(loaded, ids))
        return loaded.model.lm_head(hidden[0, -1]).float()  # type: ignore[no-any-return]


def as_batch(loaded: Loaded, ids: Sequence[int]) -> torch.Tensor:
    """The ids as a batch of one, shape (1, T), on the model's device."""
    return torch.tensor([list(ids)], dtype=torch.long, device=loaded.device)

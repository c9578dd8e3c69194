"""Encoder–decoders with their tokenizers, opened once, and sentences as both of their sides have them. Torch."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from tutor.engine import checkpoint_kinds, device
from tutor.engine.loading import Stamp, entry_of, stamp, tokenizers_of
from tutor.engine.pairs import cleaned, language_id
from tutor.engine.registry import Entry
from tutor.engine.seq2seq import Seq2Seq
from tutor.engine.subword import SubwordTokenizer
from tutor.engine.tokenization import Token, require_text
from tutor.errors import InputError

_LONGEST_TOKEN = 16
"""Characters that no token of a text goes beyond, but for a rare one: what is longer is cut before it is split."""


@dataclass(frozen=True, eq=False)
class LoadedSeq2Seq:
    """An encoder–decoder that is ready to run, with its tokenizer."""

    entry: Entry
    model: Seq2Seq
    tokenizer: Tokenizer
    """The library's own; what looks like a special token in a text is text to it."""
    splitter: SubwordTokenizer
    """The same one for what is shown."""
    device: str

    @property
    def context(self) -> int:
        """The most tokens of either side."""
        return self.model.config.max_position_embeddings


def seq2seq(name_or_path: str, request: str = "auto") -> LoadedSeq2Seq:
    """The encoder–decoder of that name or in that folder. Raises InputError as `loading.decoder` does."""
    entry = entry_of(name_or_path, "seq2seq")
    return _opened(entry, device.choose(request), stamp(entry))


@functools.lru_cache(maxsize=2)
def _opened(entry: Entry, chosen: str, stamp: Stamp) -> LoadedSeq2Seq:
    model = checkpoint_kinds.load_seq2seq(entry.directory, chosen)
    tokenizer, splitter = tokenizers_of(entry, model.config.vocab_size)
    tokenizer.encode_special_tokens = True
    return LoadedSeq2Seq(entry, model, tokenizer, splitter, chosen)


@dataclass(frozen=True)
class Side:
    """One side of a pair of sentences, as the model is given it."""

    text: str
    """As far as the model can read it."""
    tokens: tuple[Token, ...]
    """Their spans count characters of `text`."""
    left_out: int
    """Characters after that."""

    @property
    def ids(self) -> list[int]:
        return [token.id for token in self.tokens]


def source(loaded: LoadedSeq2Seq, text: str, language: str) -> Side:
    """What the encoder reads: the language's token, those of the text, the end.

    Raises InputError for an empty text and a language that the model was not trained on.
    """
    first = language_id(loaded.tokenizer, language)
    side = _side(loaded, text, loaded.context - 2)
    if side is None:
        raise InputError("the text", "it is empty", "type a sentence in English")
    return Side(side.text, (_mark(loaded, first, 0), *side.tokens, _end(loaded, side)), side.left_out)


def target(loaded: LoadedSeq2Seq, text: str) -> Side:
    """A given output: its tokens and the end. Raises InputError for an empty text."""
    side = _side(loaded, text, loaded.context - 1)
    if side is None:
        raise InputError("--target", "it is empty", "give a sentence in the other language")
    return Side(side.text, (*side.tokens, _end(loaded, side)), side.left_out)


def written(loaded: LoadedSeq2Seq, ids: Sequence[int]) -> tuple[str, tuple[Token, ...]]:
    """The text that the model wrote with these ids, and where in it each token stands.

    Tokens that are parts of one character share its span; one that has no text, such as the end, has an empty one.
    """
    ends = [len(_settled(loaded.tokenizer.decode(list(ids[:count])))) for count in range(1, len(ids) + 1)]
    whole: str = loaded.tokenizer.decode(list(ids))
    margin = len(whole) - len(whole.lstrip())
    text, tokens, start = whole.strip(), [], 0
    for place, id in enumerate(ids):
        end = ends[place] if ends[place] > start else next((one for one in ends[place:] if one > start), start)
        span = (min(max(at - margin, 0), len(text)) for at in (start, end))
        tokens.append(Token(loaded.splitter.text_of(id), id, *span))
        start = max(start, ends[place])
    return text, tuple(tokens)


def _side(loaded: LoadedSeq2Seq, text: str, limit: int) -> Side | None:
    """The first `limit` tokens of the text without any around them, or None if it has none."""
    text = cleaned(require_text(text))
    encoding = loaded.tokenizer.encode(text[: limit * _LONGEST_TOKEN], add_special_tokens=False)
    count = min(limit, len(encoding))
    # A character of several tokens is read whole or not at all.
    while 0 < count < len(encoding) and encoding.offsets[count][0] < encoding.offsets[count - 1][1]:
        count -= 1
    pairs = zip(encoding.ids[:count], encoding.offsets[:count], strict=True)
    tokens = tuple(Token(loaded.splitter.text_of(id), id, *span) for id, span in pairs)
    if not tokens:
        return None
    is_whole = len(encoding) <= limit and len(text) <= limit * _LONGEST_TOKEN
    end = len(text) if is_whole else tokens[-1].end
    return Side(text[:end], tokens, len(text) - end)


def _end(loaded: LoadedSeq2Seq, side: Side) -> Token:
    return _mark(loaded, loaded.model.config.eos_token_id, side.tokens[-1].end)


def _mark(loaded: LoadedSeq2Seq, id: int, at: int) -> Token:
    """A token that is no part of the text."""
    return Token(loaded.splitter.text_of(id), id, at, at)


def _settled(text: str) -> str:
    """The text without a last character whose bytes have not all come yet."""
    return text.rstrip("\ufffd")

"""Byte-level BPE (Sennrich et al. 2016; Radford et al. 2019): the tokenizers of the models that are trained here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, get_args

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from tutor.engine.corpus import END

Pieces = Literal["text", "python", "abc"]
"""What is written: prose, Python or tunes. It decides what one token may hold at most."""

PIECES = get_args(Pieces)

_PYTHON = r"\n[ ]*| ?[A-Za-z]+|_+| ?[0-9]| ?[^\sA-Za-z0-9_]+|[ \t]+"
"""A line end with the next line's indentation, a word or a part of a name between underscores, one digit, signs."""

_ABC = r"[A-Z]:[^\n]*\n| ?\(3| ?[_^=]*[A-Ga-gz][,']*[0-9/]*|[|:\]]+\n?|\n| "
"""A field, a triplet's sign, a note with the space before it, a bar line."""


def train_tokenizer(texts: Iterable[str], vocabulary: int, pieces: Pieces = "text") -> Tokenizer:
    """A tokenizer of at most `vocabulary` tokens, the first of which ends a document."""
    tokenizer = Tokenizer(models.BPE())
    learn(tokenizer, texts, vocabulary, [END], pieces)
    return tokenizer


def learn(
    tokenizer: Tokenizer, texts: Iterable[str], vocabulary: int, special: Sequence[str], pieces: Pieces = "text"
) -> None:
    """Teach an empty BPE tokenizer the merges of the texts; the tokens in `special` come first."""
    tokenizer.pre_tokenizer = _splitter(pieces)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)


def _splitter(pieces: Pieces) -> pre_tokenizers.PreTokenizer:
    """Prose is split into words as in GPT-2, but digits one by one."""
    pattern = {"text": r"\d", "python": _PYTHON, "abc": _ABC}[pieces]
    parts = pre_tokenizers.Split(Regex(pattern), behavior="isolated")
    words = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=pieces == "text")
    return pre_tokenizers.Sequence([parts, words])

"""From the standard library's own source to what `coder` learns: the files, the split, the tokenizer."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from tutor.engine.corpus import END, TokenFile, Work, is_held_out, write_tokens
from tutor.storage import replacing

_LEFT_OUT = {"test", "tests", "idle_test", "idlelib", "lib2to3", "site-packages", "__pycache__", "pydoc_data"}
"""Folders of tests and data, and of old code in other dialects."""

LARGEST = 200_000
"""Bytes; what is larger is mostly tables."""

PIECES = r"\n[ ]*| ?[A-Za-z]+|_+| ?[0-9]| ?[^\sA-Za-z0-9_]+|[ \t]+"
"""What one token may hold at most: a line end with the next line's indentation, a word or a part of a name between
underscores, one digit, signs."""


def works(library: Path) -> Iterator[Work]:
    """Every source file of the library that parses and is not left out, by its path; tabs are kept as they are."""
    for file in sorted(library.rglob("*.py")):
        inside = file.relative_to(library)
        if _LEFT_OUT & set(inside.parts) or "encodings" in inside.parts or file.stat().st_size > LARGEST:
            continue
        try:
            text = file.read_text(encoding="utf-8")
            ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        if text.strip():
            yield Work(inside.as_posix(), "\n".join(line.rstrip() for line in text.splitlines()) + "\n")


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """A byte-level BPE that takes a line's indentation as one token, together with the line end before it."""
    tokenizer = Tokenizer(models.BPE())
    pieces = pre_tokenizers.Split(Regex(PIECES), behavior="isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pieces, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def prepare(library: Path, run: Path, *, vocabulary: int, held_out_percent: int) -> tuple[TokenFile, TokenFile]:
    """Write tokenizer and token files of the library into `run`, from where `pretraining` goes on."""
    run.mkdir(parents=True, exist_ok=True)
    sides: dict[bool, list[str]] = {False: [], True: []}
    for work in works(library):
        sides[is_held_out(work.key, held_out_percent)].append(work.text)
    tokenizer = train_tokenizer(sides[False], vocabulary)
    with replacing(run / "tokenizer.json") as part:
        tokenizer.save(str(part), pretty=False)
    training = write_tokens(sides[False], tokenizer, run / "library.train.bin")
    return training, write_tokens(sides[True], tokenizer, run / "library.held-out.bin")

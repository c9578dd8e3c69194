"""Text on its way into a model: works, a split by whole work, and token files that are never loaded whole."""

from __future__ import annotations

import functools
import hashlib
import json
import lzma
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from tutor.errors import InputError
from tutor.storage import replacing, write_json

END = "<|endoftext|>"
"""The token that ends a document."""

_TYPOGRAPHY = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "–": "-", "…": "...", "\u00a0": " "})


@dataclass(frozen=True)
class Work:
    """One story or book. Its key decides on which side of the split all of it goes."""

    key: str
    text: str


def plain_typography(text: str) -> str:
    """Straight quotation marks, hyphens and spaces, so that one spelling has one token."""
    return text.translate(_TYPOGRAPHY)


def read_works(path: Path) -> Iterator[Work]:
    """The works of an xz-compressed JSON-lines file with `text` and perhaps `title`, or of tab-separated pairs.

    Raises InputError with the line's number where a line is neither.
    """
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        if path.name.endswith(".tsv.xz"):
            for line in lines:
                english = line.split("\t")[0].strip()
                yield Work(english, english)
            return
        for number, line in enumerate(lines, 1):
            try:
                record = json.loads(line)
                text = unwrapped(plain_typography(record["text"]))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise InputError(f"{path}:{number}", f"not a work ({error})", "check the file") from None
            yield Work(record.get("title") or text[:120], text)


def unwrapped(text: str) -> str:
    """Paragraphs on one line each: pages of picture books break lines where the picture ends."""
    if "\n\n" not in text:
        return text.strip()
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return "\n".join(part for part in paragraphs if part)


def is_held_out(key: str, percent: int = 2) -> bool:
    """Whether a work is held out: `percent` of all, by the SHA-256 of its key, so for ever the same ones."""
    digest = hashlib.sha256(" ".join(key.lower().split()).encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100 < percent


@dataclass(frozen=True)
class TokenFile:
    """Tokens on disk as 16-bit numbers, mapped into memory: only what is read is loaded."""

    path: Path
    tokens: NDArray[np.uint16]
    """Shape (N,)."""
    text_bytes: int
    """UTF-8 bytes of the text behind the tokens, without the end tokens."""
    documents: int

    @classmethod
    def open(cls, path: Path) -> TokenFile:
        """Map a file that `write_tokens` wrote. Raises InputError if it is missing or cut short."""
        try:
            about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            count = about["tokens"]  # an empty file cannot be mapped
            tokens = np.memmap(path, np.uint16, "r", shape=(count,)) if count else np.zeros(0, np.uint16)
        except (OSError, ValueError, KeyError) as error:
            raise InputError(str(path), f"not a token file ({error})", "prepare the data again") from None
        return cls(path, tokens, about["bytes"], about["documents"])

    @functools.cached_property
    def beginnings(self) -> NDArray[np.int64]:
        """Where documents begin, (documents,): what stands last in the file is the token that ends each."""
        ends = np.flatnonzero(self.tokens == self.tokens[-1]) if len(self.tokens) else np.zeros(0, np.int64)
        return np.concatenate([[0], ends + 1])[: len(ends)].astype(np.int64)

    @property
    def bytes_per_token(self) -> float:
        """How much text a token stands for on average, end tokens counted as tokens."""
        return self.text_bytes / max(len(self.tokens), 1)


def write_tokens(texts: Iterable[str], tokenizer: Tokenizer, path: Path, end_token: str = END) -> TokenFile:
    """Write each text and an end token to `path`, and the counts beside it, holding one block in memory."""
    encoded = (
        (encoding.ids, len(text.encode()))
        for block in _blocks(texts, 256)
        for text, encoding in zip(block, tokenizer.encode_batch_fast(block), strict=True)
    )
    return write_documents(encoded, tokenizer.get_vocab()[end_token], path)


def write_documents(documents: Iterable[tuple[Sequence[int], int]], end: int, path: Path) -> TokenFile:
    """Write the tokens of each document and an end token to `path`, and the counts beside it.

    A document comes with the number of bytes that its text has.
    """
    count = size = number = 0
    with replacing(path) as part, part.open("wb") as out:
        for tokens, text_bytes in documents:
            ids = np.array([*tokens, end], dtype=np.uint16)
            out.write(ids.tobytes())
            count, size, number = count + len(ids), size + text_bytes, number + 1
    write_json(path.with_suffix(".json"), {"tokens": count, "bytes": size, "documents": number})
    return TokenFile.open(path)


def _blocks(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    block: list[str] = []
    for text in texts:
        block.append(text)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block


def windows(source: TokenFile, starts: Sequence[int], window: int) -> NDArray[np.int64]:
    """The tokens of windows that begin at `starts`, (len(starts), window + 1): inputs and, one further, targets."""
    return np.stack([source.tokens[start : start + window + 1].astype(np.int64) for start in starts])


def mixture(
    sources: Sequence[TokenFile],
    weights: Sequence[float],
    *,
    rows: int,
    window: int,
    seed: int,
    step: int,
    beginnings: float = 0.0,
) -> NDArray[np.int64]:
    """The batch of one step, (rows, window + 1): each row from a source drawn by weight, at a random place.

    A share of `beginnings` of the rows starts where a document does, as a prompt does. Depends on nothing but its
    arguments, so a run that goes on after a break sees the same batches. Raises ValueError for a source that is
    shorter than a window.
    """
    random = np.random.default_rng((seed, step))
    for source in sources:
        if len(source.tokens) <= window:
            raise ValueError(
                f"{source.path.name} has {len(source.tokens)} tokens, fewer than a window of {window} + 1"
            )
    share = np.asarray(weights, dtype=np.float64)
    chosen = random.choice(len(sources), size=rows, p=share / share.sum())
    starts = [int(random.integers(0, len(sources[index].tokens) - window)) for index in chosen]
    if beginnings:  # drawn after the places, which are so the same whatever the share is
        moved = random.random(rows) < beginnings
        starts = [_beginning_before(sources[i], s) if m else s for i, s, m in zip(chosen, starts, moved, strict=True)]
    return np.concatenate([windows(sources[i], [start], window) for i, start in zip(chosen, starts, strict=True)])


def _beginning_before(source: TokenFile, place: int) -> int:
    """Where the document begins that `place` lies in."""
    return int(source.beginnings[np.searchsorted(source.beginnings, place, side="right") - 1])

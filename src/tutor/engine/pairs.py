"""Sentence pairs on their way into a translator: cleaned, split by English sentence, mapped from disk, batched."""

from __future__ import annotations

import json
import lzma
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, models, normalizers, processors
from torch import Tensor

from tutor.engine import byte_pairs
from tutor.engine.corpus import is_held_out, plain_typography
from tutor.engine.losses import IGNORED
from tutor.errors import InputError
from tutor.storage import replacing, write_json

PAD, END = "<pad>", "</s>"
"""Padding, which also begins every output, and the token that ends both sides of a pair."""


@dataclass(frozen=True)
class Pair:
    """A sentence and its translation."""

    english: str
    other: str


def language_token(language: str) -> str:
    """The first source token, which says what to translate into: `<es>` for `es`."""
    return f"<{language}>"


def read_pairs(path: Path) -> Iterator[Pair]:
    """The pairs of an xz-compressed file with English, a tab and the translation on each line.

    Raises InputError with the line's number where there is no tab.
    """
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            english, tab, other = line.rstrip("\n").partition("\t")
            if not tab:
                raise InputError(f"{path}:{number}", "no tab between two sentences", "check the file")
            yield Pair(cleaned(english), cleaned(other))


def cleaned(text: str) -> str:
    """A sentence as the model is given it: plain typography, single spaces.

    Splitting also takes the narrow spaces of French typography for spaces.
    """
    return " ".join(plain_typography(text).split())


def is_held_out_pair(english: str, percent: int = 2) -> bool:
    """Whether an English sentence is held out, in every language, however it is capitalised and punctuated."""
    return is_held_out(" ".join(re.findall(r"\w+", english.lower())), percent)


def train_tokenizer(texts: Iterable[str], vocabulary: int, languages: Sequence[str]) -> Tokenizer:
    """A byte-level BPE for all languages at once, so that names and shared words have the same tokens on both sides.

    A space goes before the first word too: at the beginning of a sentence it is the same token as elsewhere.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Strip(), normalizers.Prepend(" ")])
    byte_pairs.learn(tokenizer, texts, vocabulary, [PAD, END, *map(language_token, languages)])
    end = tokenizer.token_to_id(END)
    tokenizer.post_processor = processors.TemplateProcessing(single=f"$A {END}", special_tokens=[(END, end)])
    return tokenizer


def language_id(tokenizer: Tokenizer, language: str) -> int:
    """The id of the language's token. Raises InputError for a language that the model was not trained on."""
    found = tokenizer.token_to_id(language_token(language))
    if found is None:
        known = sorted(piece[1:-1] for piece in tokenizer.get_vocab() if re.fullmatch("<[a-z]{2}>", piece))
        todo = f"choose one of: {', '.join(known)}" if known else "use a model that is told its language by a token"
        raise InputError(language, "not a language of this model", todo)
    return int(found)


def source_ids(tokenizer: Tokenizer, text: str, language: str) -> list[int]:
    """What the encoder reads to translate `text`: language token, tokens, end. Raises InputError for a language
    that the model was not trained on."""
    first = language_id(tokenizer, language)
    return [first, *tokenizer.encode(cleaned(text), add_special_tokens=True).ids]


@dataclass(frozen=True)
class PairFile:
    """Pairs on disk as 16-bit tokens, mapped into memory: source, target, source, target, …"""

    tokens: NDArray[np.uint16]
    """Shape (N,)."""
    starts: NDArray[np.uint32]
    """Where each source and each target begins, and the end: shape (2 · pairs + 1,)."""

    def __len__(self) -> int:
        return len(self.starts) // 2

    def __getitem__(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Source and target of a pair, each with its end token."""
        first, middle, last = self.starts[2 * number : 2 * number + 3].tolist()
        return self.tokens[first:middle].astype(np.int64), self.tokens[middle:last].astype(np.int64)

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of the sources and of the targets, shape (pairs, 2)."""
        starts = self.starts.astype(np.int64)
        return (starts[1:] - starts[:-1]).reshape(-1, 2)

    @classmethod
    def open(cls, path: Path) -> PairFile:
        """Map a file that `write_pairs` wrote. Raises InputError if it is missing or cut short."""
        try:
            about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
            starts = np.fromfile(path.with_suffix(".starts"), np.uint32, 2 * about["pairs"] + 1)
            count = about["tokens"]  # an empty file cannot be mapped
            tokens = np.memmap(path, np.uint16, "r", shape=(count,)) if count else np.zeros(0, np.uint16)
            if int(starts[-1]) != count:
                raise ValueError(f"it ends at token {int(starts[-1])}, not {count}")
        except (OSError, ValueError, KeyError, IndexError) as error:
            raise InputError(str(path), f"not a file of pairs ({error})", "prepare the data again") from None
        return cls(tokens, starts)


def write_pairs(pairs: Iterable[Pair], tokenizer: Tokenizer, language: str, path: Path, longest: int) -> PairFile:
    """Write the pairs whose sides have at most `longest` tokens, and beside them where each begins."""
    starts = [0]
    with replacing(path) as part, part.open("wb") as out:
        for pair in pairs:
            source = source_ids(tokenizer, pair.english, language)
            target = tokenizer.encode(pair.other).ids
            if max(len(source), len(target)) <= longest:
                out.write(np.array([*source, *target], np.uint16).tobytes())
                starts += [starts[-1] + len(source), starts[-1] + len(source) + len(target)]
    with replacing(path.with_suffix(".starts")) as part:
        np.array(starts, np.uint32).tofile(part)
    write_json(path.with_suffix(".json"), {"pairs": len(starts) // 2, "tokens": starts[-1]})
    return PairFile.open(path)


class PairBatch(NamedTuple):
    """What a translator learns from at once: B pairs, S source tokens, T target tokens."""

    source: Tensor
    """(B, S)."""
    padding: Tensor | None
    """(B, S), True at real tokens; None if all are."""
    before: Tensor
    """(B, T): the start token and the target without its end, which the decoder reads."""
    target: Tensor
    """(B, T): the target, which it is to write; IGNORED where it has ended."""


def assembled(pairs: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]], start: int) -> PairBatch:
    """Pairs in one batch, padded on the right with the start token, which is the padding token too."""
    S, T = max(len(source) for source, _ in pairs), max(len(target) for _, target in pairs)
    source, before = np.full((len(pairs), S), start), np.full((len(pairs), T), start)
    target = np.full((len(pairs), T), IGNORED)
    padding = np.zeros((len(pairs), S), bool)
    for row, (english, other) in enumerate(pairs):
        source[row, : len(english)], padding[row, : len(english)] = english, True
        before[row, 1 : len(other)], target[row, : len(other)] = other[:-1], other
    return PairBatch(
        torch.from_numpy(source),
        None if padding.all() else torch.from_numpy(padding),
        torch.from_numpy(before),
        torch.from_numpy(target),
    )


class PairBatches:
    """The batch of each step: pairs of like length together, each pair once an epoch, in an order of its own.

    A batch depends on nothing but the seed and the step's number, so a run that goes on after a break sees the same.
    """

    def __init__(self, files: Sequence[PairFile], *, size: int, start: int, seed: int) -> None:
        """`size` is the most tokens of one side of a batch, padding counted."""
        self.files, self.start, self.seed = files, start, seed
        self.places = np.array([(f, i) for f, file in enumerate(files) for i in range(len(file))])  # (N, 2)
        if not len(self.places):
            raise ValueError("there are no pairs")
        self.lengths = np.concatenate([file.lengths for file in files])  # (N, 2)
        self.bounds = _bounds(self.lengths[np.lexsort(self.lengths.T)].max(1), size)
        self.tokens_a_batch = float(self.lengths[:, 1].sum()) / len(self)
        """Target tokens, on average."""
        self._epoch, self._order, self._batches = -1, np.zeros(0, np.int64), np.zeros(0, np.int64)

    def __len__(self) -> int:
        """Batches in an epoch."""
        return len(self.bounds) - 1

    def __call__(self, step: int) -> PairBatch:
        epoch, number = divmod(step, len(self))
        if epoch != self._epoch:
            self._shuffle(epoch)
        index = int(self._batches[number])
        chosen = self._order[self.bounds[index] : self.bounds[index + 1]]
        return assembled([self.files[f][i] for f, i in self.places[chosen].tolist()], self.start)

    def _shuffle(self, epoch: int) -> None:
        """Pairs of the same lengths change places, and batches their order; the bounds fit every epoch."""
        random = np.random.default_rng((self.seed, epoch))
        self._order = np.lexsort((random.random(len(self.lengths)), *self.lengths.T))
        self._batches = random.permutation(len(self))
        self._epoch = epoch


def _bounds(longest: NDArray[np.int64], size: int) -> list[int]:
    """Where batches begin among pairs in their order, and the end; `longest` is each pair's longer side, (N,)."""
    bounds, widest = [0], 0
    for place, length in enumerate(longest.tolist()):
        widest = max(widest, length)
        if place > bounds[-1] and widest * (place - bounds[-1] + 1) > size:
            bounds.append(place)
            widest = length
    return [*bounds, len(longest)]

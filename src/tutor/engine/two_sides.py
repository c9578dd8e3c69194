"""A text's tokens on two sides, to learn from and to measure on, as files that are mapped and never loaded whole.

Neighbouring paragraphs make a block of about a window, and every eighth block is held out. The paragraphs come as a
stream and are written as they come.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tutor.errors import InputError
from tutor.storage import replacing, write_json

WINDOW = 128
"""Tokens in a training window: short, so that a short file still gives many different ones."""
HELD_OUT_EVERY = 8
"""One block in so many is held out."""
MEASURED = 64
"""Held-out blocks that are measured, evenly spread, where a file gives more."""

_ABOUT, _TRAINING, _HELD_OUT = "sides.json", "training.bin", "held-out.bin"


@dataclass(frozen=True)
class Sides:
    """What `write` wrote."""

    training: NDArray[np.uint32]
    """The training blocks one after the other, (N,)."""
    held_out: tuple[NDArray[np.uint32], ...]
    """The blocks that are measured."""

    @property
    def held_out_tokens(self) -> int:
        """Those whose loss is measured: the first of a block has nothing before it."""
        return sum(len(block) - 1 for block in self.held_out)


def write(paragraphs: Iterable[list[int]], folder: Path, name: str) -> None:
    """Put a text's paragraphs, given as token ids, on both sides, into files of `folder`.

    Raises InputError, which calls the text `name`, if it is too short to leave something on both sides.
    """
    tokens, lengths = 0, []
    with ExitStack() as stack:
        parts = [stack.enter_context(replacing(folder / name)) for name in (_TRAINING, _HELD_OUT)]
        training, held_out = (stack.enter_context(part.open("wb")) for part in parts)
        for block, is_held_out in _assigned(_blocks(paragraphs), name):
            (held_out if is_held_out else training).write(np.array(block, np.uint32).tobytes())
            tokens += 0 if is_held_out else len(block)
            lengths += [len(block)] if is_held_out else []
    write_json(folder / _ABOUT, {"training": tokens, "held_out": lengths})


def read(folder: Path) -> Sides:
    """Map what `write` wrote. Raises InputError if it is missing or damaged."""
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        training = np.memmap(folder / _TRAINING, np.uint32, "r", shape=(about["training"],))
        held_out = np.memmap(folder / _HELD_OUT, np.uint32, "r", shape=(sum(about["held_out"]),))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(str(folder), f"its tokens cannot be read ({error})", "run the fine-tuning again") from None
    ends = np.cumsum(about["held_out"])
    chosen = np.linspace(0, len(ends) - 1, min(MEASURED, len(ends))).astype(int)
    starts = np.concatenate([[0], ends[:-1]])
    return Sides(training, tuple(np.array(held_out[starts[i] : ends[i]]) for i in chosen))


def _blocks(paragraphs: Iterable[list[int]]) -> Iterator[list[int]]:
    """Blocks of at least a window; what is left at the end is one of its own, or joins the last if it is short."""
    ready: list[int] = []
    growing: list[int] = []
    for ids in paragraphs:
        for first in range(0, len(ids), 2 * WINDOW):  # a paragraph that fills pages is cut
            if len(growing) >= WINDOW:
                if ready:
                    yield ready
                ready, growing = growing, []
            growing = growing + ids[first : first + 2 * WINDOW]
    if ready and len(growing) < WINDOW // 2:
        yield ready + growing
    else:
        yield from (block for block in (ready, growing) if block)


def _assigned(blocks: Iterator[list[int]], name: str) -> Iterator[tuple[list[int], bool]]:
    """Each block, and whether it is held out: the fifth of eight, or the one in the middle if there are fewer."""
    first = [block for _, block in zip(range(HELD_OUT_EVERY), blocks, strict=False)]
    if len(first) < 3:
        need = f"give at least {3 * WINDOW:,} tokens, about {12 * WINDOW:,} characters"
        tokens = sum(map(len, first))
        raise InputError(name, f"{tokens:,} tokens are too few to train on some and measure on others", need)
    for index, block in enumerate(first):
        yield block, index == len(first) // 2
    for index, block in enumerate(blocks):
        yield block, index % HELD_OUT_EVERY == HELD_OUT_EVERY // 2

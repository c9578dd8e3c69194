"""Conversations on two sides, to learn from and to measure on, as a file of tokens that is mapped.

R conversations, N tokens of all of them.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tutor.engine import prompted
from tutor.engine.prompted import Batch, Conversation, Template
from tutor.errors import InputError
from tutor.storage import replacing, write_json

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from tutor.engine.examples import PromptRow

ROWS = 8
"""Conversations in a batch."""
HELD_OUT_SHARE = 0.125
MEASURED = 128
"""Held-out conversations that are measured, evenly spread, where a file gives more."""

_TOKENS, _ENDS, _HELD_OUT, _ABOUT = "prompts.bin", "ends.npy", "held-out.npy", "prompts.json"
_LEARNED = np.uint32(1 << 31)
"""Set in a token that is learned: no vocabulary is so large."""


@dataclass(frozen=True)
class PromptSides:
    """What `write` wrote."""

    tokens: NDArray[np.uint32]
    """(N,)"""
    ends: NDArray[np.int64]
    """(R,) where each conversation ends in them."""
    training: NDArray[np.int64]
    """The numbers of the conversations that are learned from."""
    held_out: NDArray[np.int64]
    """The numbers of those that are measured."""

    def conversation(self, number: int) -> Conversation:
        start = int(self.ends[number - 1]) if number else 0
        tokens = np.array(self.tokens[start : self.ends[number]])
        return Conversation((tokens & ~_LEARNED).tolist(), (tokens >= _LEARNED).tolist())

    def learned_tokens(self, numbers: Iterable[int]) -> int:
        """How many tokens of these conversations are learned."""
        return sum(sum(self.conversation(int(number)).is_learned) for number in numbers)


def write(
    rows: Iterable[PromptRow], tokenizer: Tokenizer, template: Template, context: int, folder: Path, name: str
) -> int:
    """Put conversations on both sides, into files of `folder`; returns how many were cut at their beginning.

    One that is longer than the model's `context` loses tokens at its beginning. Which ones are held out is decided
    by the SHA-256 of the prompt, so that the same prompt never is on both sides. Raises InputError, which calls the
    file `name`, if there are too few to hold some out.
    """
    ends, keys, cut = array("q"), array("Q"), 0
    with replacing(folder / _TOKENS) as part, part.open("wb") as file:
        for row in rows:
            conversation = prompted.encode(row.turns, tokenizer, template)
            tokens = np.array(conversation.ids, np.uint32) | (np.array(conversation.is_learned) * _LEARNED)
            cut += len(tokens) > context + 1
            tokens = tokens[-(context + 1) :]
            file.write(tokens.astype(np.uint32).tobytes())
            ends.append((ends[-1] if ends else 0) + len(tokens))
            keys.append(int.from_bytes(hashlib.sha256(row.turns[0].text.encode()).digest()[:8], "big"))
    is_held_out = _held_out(np.array(keys, np.uint64), name)
    for file_name, values in ((_ENDS, np.array(ends, np.int64)), (_HELD_OUT, is_held_out)):
        with replacing(folder / file_name) as part, part.open("wb") as file:
            np.save(file, values)
    write_json(folder / _ABOUT, {"conversations": len(ends), "tokens": ends[-1], "cut": cut})
    return cut


def _held_out(keys: NDArray[np.uint64], name: str) -> NDArray[np.bool_]:
    """The conversations with the smallest keys, whole groups of the same one: (R,)."""
    different = np.unique(keys)
    if len(different) < 4:
        why = f"{len(different)} different prompts are too few to train on some and measure on others"
        raise InputError(name, why, "give at least 4")
    last: np.uint64 = different[max(round(HELD_OUT_SHARE * len(different)), 1) - 1]
    return np.less_equal(keys, last)


def read(folder: Path) -> PromptSides:
    """Map what `write` wrote. Raises InputError if it is missing or damaged."""
    try:
        ends, is_held_out = np.load(folder / _ENDS), np.load(folder / _HELD_OUT)
        tokens = np.memmap(folder / _TOKENS, np.uint32, "r", shape=(int(ends[-1]),))
    except (OSError, ValueError, IndexError) as error:
        raise InputError(str(folder), f"its tokens cannot be read ({error})", "run the fine-tuning again") from None
    held_out = np.flatnonzero(is_held_out)
    measured = held_out[np.linspace(0, len(held_out) - 1, min(MEASURED, len(held_out))).astype(int)]
    return PromptSides(tokens, ends, np.flatnonzero(~is_held_out), measured)


def batches(sides: PromptSides, seed: int, rows: int = ROWS) -> Callable[[int], Batch]:
    """The batch of step i, from 0: each conversation once in a pass, in an order that is the pass's own.

    A pure function of the step's number; the last batch of a pass goes on into the next pass.
    """
    orders: dict[int, NDArray[np.int64]] = {}
    count = len(sides.training)

    def order(of_pass: int) -> NDArray[np.int64]:
        if of_pass not in orders:
            if len(orders) > 1:
                del orders[min(orders)]
            orders[of_pass] = np.random.default_rng((seed, of_pass)).permutation(count)
        return orders[of_pass]

    def batch(step: int) -> Batch:
        places = (divmod(step * rows + row, count) for row in range(rows))
        numbers = [int(sides.training[order(of_pass)[place]]) for of_pass, place in places]
        return prompted.side_by_side([sides.conversation(number) for number in numbers])

    return batch


def longest(sides: PromptSides, rows: int = ROWS) -> Batch:
    """The batch that takes the most memory: that of the longest conversations that are learned from."""
    lengths = np.diff(sides.ends, prepend=0)[sides.training]
    numbers = sides.training[np.argsort(lengths, kind="stable")[-rows:]]
    return prompted.side_by_side([sides.conversation(int(number)) for number in numbers])

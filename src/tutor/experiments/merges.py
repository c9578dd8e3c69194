"""How byte-pair encoding builds a word: each merge in order, from single bytes to tokens.

Training wrote a list of pairs, the most frequent first. To split a word, the pair that stands highest on the list
is joined, again and again, until no neighbours are on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import InputError, UsageError
from tutor.experiments.frame.inputs import Argument, Option

if TYPE_CHECKING:
    from tutor.engine.subword import SubwordTokenizer

TOPIC = "Tokens"
SCHEMA = 1
NEEDS_TORCH = False
BEHIND = ("merges.merge_all",)
EXAMPLES = ("tutor merges unbelievable", 'tutor merges " unbelievable" --plain')


@dataclass(frozen=True)
class Inputs:
    word: Annotated[str, Argument("The word; with a space before it, as it stands inside a text.")]
    tokenizer: Annotated[
        str, Option("bpe, a model whose tokenizer is BPE, or the path of one.", source="tokenizer")
    ] = "bpe"


@dataclass(frozen=True)
class Step:
    """One merge: everywhere in the word, `left` followed by `right` becomes one piece."""

    left: str
    right: str
    rank: int
    """The place of the pair on the list of merges, from 0: the lower, the earlier it was learned."""
    pieces: tuple[str, ...]
    """The word after this merge."""


@dataclass(frozen=True)
class Result:
    word: str
    tokenizer: str
    merge_count: int
    """How many merges this tokenizer knows."""
    start: tuple[str, ...]
    """The word before the first merge, one piece a byte (a character where the tokenizer has no bytes)."""
    merges: tuple[Step, ...]
    pieces: tuple[str, ...]
    """The tokens in the end."""
    ids: tuple[int | None, ...]
    """Their ids; None for a piece that the vocabulary lacks."""


def run(inputs: Inputs) -> Result:
    """Raises UsageError if the tokenizer has no merges, InputError if the word is none or several to it."""
    from tutor.engine import merges, subword, tokenization

    tokenizer = tokenization.load(inputs.tokenizer)
    if not isinstance(tokenizer, subword.SubwordTokenizer) or not tokenizer.merges:
        raise UsageError(f"--tokenizer {inputs.tokenizer}", "it has no merges", "choose bpe, or a model with BPE")
    start = tokenizer.first_pieces(_one_word(tokenizer, inputs.word))
    steps = merges.merge_all(start, tokenizer.merges, tokenizer.continuing_prefix)
    last = steps[-1].pieces if steps else start
    shown = tokenizer.readable
    return Result(
        inputs.word,
        inputs.tokenizer,
        len(tokenizer.merges),
        tuple(map(shown, start)),
        tuple(Step(shown(s.left), shown(s.right), s.rank, tuple(map(shown, s.pieces))) for s in steps),
        tuple(map(shown, last)),
        tuple(map(tokenizer.id_of, last)),
    )


_LONGEST = 200
"""Characters of the longest word: more merges than anyone reads, and each is looked for in the whole word."""


def _one_word(tokenizer: SubwordTokenizer, text: str) -> str:
    """The word as the tokenizer spells it."""
    from tutor.engine.tokenization import require_text

    if len(text) > _LONGEST:
        raise InputError("word", f"{len(text):,} characters are more than {_LONGEST}", "give a shorter word")
    parts = tokenizer.split_words(require_text(text)) if text.strip() else []
    if not parts:
        why = "nothing but spaces" if text else "it is empty"
        raise InputError("word", why, "give a word, such as unbelievable")
    if len(parts) > 1:
        shown = ", ".join(repr(tokenizer.readable(part)) for part in parts[:4]) + (" …" if len(parts) > 4 else "")
        raise InputError(repr(text), f"this is {len(parts)} words to the tokenizer ({shown})", "give one of them")
    return parts[0]

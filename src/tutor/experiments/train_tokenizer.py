"""Train a tokenizer on a text file: which pieces it learns, and how few tokens it then needs.

An eighth of the file is held out: on that part the new tokenizer is compared with the bundled bpe. What comes out is
a tokenizer.json. Without --out it is kept among your own under the file's name: `--tokenizer story` opens it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import InputError, UsageError
from tutor.experiments.frame.inputs import Argument, Option

if TYPE_CHECKING:
    from pathlib import Path

    from tokenizers import Tokenizer

TOPIC = "Tokens"
SCHEMA = 2
NEEDS_TORCH = False
BEHIND = ("tokenizer_training.train",)
EXAMPLES = (
    "tutor train-tokenizer lessons/practice/story.txt --vocab 600",
    "tutor train-tokenizer lessons/practice/reviews.txt --out reviews --kind wordpiece --vocab 300 --plain",
)

HOLD_OUT = 8
"""Every eighth passage is held out."""
_PASSAGE = 200  # characters
_MEASURED = 1_000_000  # characters of the held-out part that are encoded: enough for three digits
_SHOWN = 12


@dataclass(frozen=True)
class Inputs:
    file: Annotated[str, Argument("A text file, UTF-8.", metavar="FILE", piped=False)]
    out: Annotated[str | None, Option("A folder for its tokenizer.json, instead of one among your own.")] = None
    """One's own is named after the file and replaces an earlier one of that name."""
    kind: Annotated[str, Option("How it learns.", choices=("bpe", "wordpiece", "unigram"))] = "bpe"
    vocab: Annotated[int, Option("The most tokens it may have.", low=2, high=200_000, step=100)] = 1000
    overwrite: Annotated[bool, Option("Replace a tokenizer.json that is there.")] = False


@dataclass(frozen=True)
class Working:
    """How long it has been learning."""

    training_characters: int
    seconds: float


@dataclass(frozen=True)
class Piece:
    """A token that was learned; `left` and `right` are what a merge of bpe joined."""

    text: str
    id: int
    left: str | None
    right: str | None


@dataclass(frozen=True)
class Cost:
    """What a tokenizer makes of the held-out text."""

    tokenizer: str
    vocabulary_size: int
    token_count: int
    characters_per_token: float
    bytes_per_token: float
    unknown_count: int


@dataclass(frozen=True)
class Result:
    file: str
    kind: str
    out: str
    """The folder that now has the tokenizer.json."""
    vocabulary_asked: int
    vocabulary_size: int
    """Less than what was asked for where the text has no more pieces to learn."""
    training_characters: int
    held_out_characters: int
    seconds: float
    learned: int
    """How many tokens it learned beyond those that it began with."""
    first: tuple[Piece, ...]
    """The first that it learned: the first merges of bpe and wordpiece, the likeliest pieces of unigram."""
    last: tuple[Piece, ...]
    trained: Cost
    bundled: Cost
    """The same text by the bundled bpe."""


def stream(inputs: Inputs, cancelled: Callable[[], bool]) -> Iterator[Working | Result]:
    """Raises InputError for a file that is no text or too short, and for a place that is taken or not writable."""
    import time

    from tutor import paths, storage

    folder = _folder(inputs)
    text = storage.read_learner_text(paths.named(inputs.file))
    training, held_out = _sides(text, inputs.file)
    characters = sum(map(len, training))
    start = time.perf_counter()
    job = _Training(inputs, training)
    while not job.wait(0.25):
        yield Working(characters, time.perf_counter() - start)
        if cancelled():
            return  # nothing can be kept of a tokenizer that is half made
    tokenizer = job.tokenizer()
    try:
        storage.write_text(folder / "tokenizer.json", tokenizer.to_str(pretty=True))
    except OSError as error:
        raise InputError(str(folder), error.strerror or "not writable", "choose another folder for --out") from None
    yield _result(inputs, folder, tokenizer, characters, held_out, time.perf_counter() - start)


def _folder(inputs: Inputs) -> Path:
    """Where the tokenizer goes. Raises InputError or UsageError before any work if it cannot."""
    from pathlib import Path

    from tutor import paths

    if inputs.kind == "bpe" and inputs.vocab <= 256:
        raise UsageError(f"--vocab {inputs.vocab}", "bpe begins with all 256 bytes", "give more than 256")
    if inputs.out is None:
        return paths.user_tokenizers() / (Path(inputs.file).stem or "mine")
    folder = paths.typed(inputs.out) if inputs.out.strip() else None
    if folder is None or (folder.exists() and not folder.is_dir()):
        raise InputError(f"--out {inputs.out}", "not a folder", "name a folder, which may be new")
    if (folder / "tokenizer.json").exists() and not inputs.overwrite:
        where = str(folder / "tokenizer.json")
        raise InputError(where, "the file exists", "choose another --out or add --overwrite")
    return folder


def _sides(text: str, file: str) -> tuple[list[str], str]:
    """The passages to train on, and every eighth one, held out, as one text."""
    import re

    passages = re.findall(rf".{{1,{_PASSAGE}}}(?:\s+|$)|.{{{_PASSAGE}}}", text, re.DOTALL)
    if len(passages) < HOLD_OUT or not text.strip():
        least = HOLD_OUT * _PASSAGE
        raise InputError(file, f"{len(text):,} characters are too few to learn from", f"give at least {least:,}")
    held_out = "".join(passages[HOLD_OUT - 1 :: HOLD_OUT])
    training = [passage for at, passage in enumerate(passages, 1) if at % HOLD_OUT]
    return training, held_out[:_MEASURED]


class _Training:
    """A tokenizer in the making, in a thread of its own: the library learns in one call and is silent meanwhile."""

    def __init__(self, inputs: Inputs, training: list[str]) -> None:
        import threading

        self._inputs, self._training = inputs, training
        self._made: Tokenizer | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        from tutor.engine import tokenizer_training

        try:
            self._made = tokenizer_training.train(self._inputs.kind, self._training, self._inputs.vocab)
        except BaseException as error:  # noqa: BLE001 - the library panics with one that is no Exception
            self._error = error

    def wait(self, seconds: float) -> bool:
        """Whether it is done, after waiting for at most `seconds`."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def tokenizer(self) -> Tokenizer:
        """What was made. Raises InputError where the library could make nothing of the text."""
        if self._made is None:
            why = f"the library makes no {self._inputs.kind} of it with {self._inputs.vocab:,} tokens ({self._error})"
            raise InputError(self._inputs.file, why, "give a longer file or another --vocab")
        return self._made


def _result(
    inputs: Inputs, folder: Path, tokenizer: Tokenizer, characters: int, held_out: str, seconds: float
) -> Result:
    pieces = _pieces(folder, tokenizer)
    return Result(
        file=inputs.file,
        kind=inputs.kind,
        out=str(folder),
        vocabulary_asked=inputs.vocab,
        vocabulary_size=tokenizer.get_vocab_size(),
        training_characters=characters,
        held_out_characters=len(held_out),
        seconds=seconds,
        learned=len(pieces),
        first=tuple(pieces[:_SHOWN]),
        last=tuple(pieces[_SHOWN:][-_SHOWN:]),
        trained=_cost(held_out, str(folder), folder.name),
        bundled=_cost(held_out, "bpe", "bundled bpe"),
    )


def _pieces(folder: Path, tokenizer: Tokenizer) -> list[Piece]:
    """What was learned, in order: all tokens but single characters and the token for unknown ones."""
    import json

    from tutor.engine import tokenization
    from tutor.engine.subword import SubwordTokenizer

    splitter = tokenization.load(str(folder))
    assert isinstance(splitter, SubwordTokenizer)
    joined = {left + right: (left, right) for left, right in splitter.merges}
    special = {token["content"] for token in json.loads(tokenizer.to_str())["added_tokens"]}
    found = []
    for spelled, token_id in sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1]):
        if spelled not in special and len(spelled.removeprefix("##")) > 1:
            left, right = (splitter.readable(part) for part in joined.get(spelled, ("", "")))
            found.append(Piece(splitter.readable(spelled), token_id, left or None, right or None))
    return found


def _cost(text: str, name: str, called: str) -> Cost:
    from tutor.engine import tokenization

    split = tokenization.split(text, name)
    count = max(split.token_count, 1)
    return Cost(
        called, split.vocabulary_size, split.token_count, len(text) / count, len(text.encode()) / count,
        split.unknown_count,
    )  # fmt: skip

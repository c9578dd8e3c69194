"""The words nearest to a word: those whose vectors point most nearly the same way.

The vectors were learned from which words stand near which in six billion words of text (GloVe). What is near was
used alike: opposites are near too. With --vectors MODEL they are the model's own token embeddings, which it learned
while it learned to write: the same question to another table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import InputError
from tutor.experiments.frame.inputs import Argument, Option

if TYPE_CHECKING:
    from tutor.engine.kinds import Kind
    from tutor.engine.registry import Entry
    from tutor.engine.subword import SubwordTokenizer
    from tutor.engine.vectors import Neighbour

TOPIC = "Embeddings"
SCHEMA = 1
NEEDS_TORCH = False
BEHIND = ("vectors.neighbours", "vectors.nearest")
EXAMPLES = (
    "tutor neighbours king",
    "tutor neighbours happy -k 5 --plain",
    "tutor neighbours dog --vectors storyteller",
)


@dataclass(frozen=True)
class Inputs:
    word: Annotated[str, Argument("The word.")]
    k: Annotated[int, Option("How many neighbours.", low=1, high=1000)] = 10
    vectors: Annotated[str, Option("`words`, or a model whose token embeddings are asked.", source="model")] = "words"


@dataclass(frozen=True)
class Result:
    asked: str
    """The word as it was given."""
    vectors: str
    """Whose vectors: `words`, or the model's name."""
    word: str
    """The word as it was looked up: of `words` in lower case, because they know no other; of a model its token."""
    row: int
    """Its row in the table, from 0. In `words` the most frequent ones come first; of a model it is the token's id."""
    width: int
    """Numbers in a vector."""
    vocabulary_size: int
    neighbours: tuple[Neighbour, ...]


def run(inputs: Inputs) -> Result:
    """Raises InputError, with close spellings, for a word that has no vector; for a model also if it has no table."""
    if inputs.vectors != "words":
        return _of_model(inputs)
    from tutor.engine import vectors, vocabulary

    word = vocabulary.find(inputs.word)
    target = vectors.vector(word)
    nearest = vectors.neighbours(target, inputs.k, without=[word])
    return Result(inputs.word, "words", word, vocabulary.rows()[word], len(target), len(vocabulary.words()), nearest)


def _of_model(inputs: Inputs) -> Result:
    from tutor.engine import registry, subword, tables, vectors

    kinds: tuple[Kind, ...] = ("decoder", "seq2seq", "encoder")
    entry = registry.find(inputs.vectors, ("vectors", *kinds))
    if entry.kind not in kinds:
        raise InputError(entry.name, "it has no tokens of words", "name a model of language, or leave out --vectors")
    splitter = subword.load(entry.name, entry.tokenizer)
    token = _token(splitter, inputs.word, entry)
    table = tables.token_vectors(entry)  # (V, C)
    rows = vectors.nearest(table, table[token], inputs.k, without=[token])
    near = tuple(vectors.Neighbour(splitter.text_of(row), similarity) for row, similarity in rows)
    return Result(inputs.word, entry.name, splitter.text_of(token), token, table.shape[1], len(table), near)


def _token(splitter: SubwordTokenizer, word: str, entry: Entry) -> int:
    """The word as one token, best as it stands inside a sentence. Raises InputError if the model splits it."""
    if not (wanted := word.strip()):
        raise InputError("word", "nothing but spaces" if word else "it is empty", "give a word, such as king")
    ways = [splitter.encode(text) for text in (f" {wanted}", wanted)]
    for tokens in ways:
        if len(tokens) == 1 and tokens[0].id != splitter.unknown_id:
            return tokens[0].id
    shown = wanted if len(wanted) <= 40 else f"{wanted[:39]}…"
    pieces = ", ".join(repr(token.text) for token in ways[0][:6])
    why = f"{entry.name} has no single token for it, it reads {pieces}"
    raise InputError(repr(shown), why, "give a word that is one token, or leave out --vectors")

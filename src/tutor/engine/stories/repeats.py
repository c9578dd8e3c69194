"""Lists that come again, word for word: text whose second half can only be known by looking back.

Nothing but the list itself says what its next entry is, so a model that learns such documents learns to copy from its
context (Olsson et al. 2022, "In-context Learning and Induction Heads"). Half of them are random tokens of the
tokenizer's own vocabulary, a quarter words in a random order, a quarter lists that people read to each other.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import TypeVar

from tokenizers import Tokenizer

from . import lexicon

SHORTEST, LONGEST = 10, 120
"""The lengths of a document in tokens; the shortest is that of random tokens only."""

_SEPARATORS = (" ", ",", "\n", " and", ";", " -")
_FRAMES = (
    "{one}'s list:{all}. {other} read the list again:{again}.",
    "{one} counted the things in the box:{all}. Then {other} counted them too:{again}.",
    'The teacher read the words:{all}. "Now you," said the teacher. {one} read:{again}. {other} read:{again}.',
    "{one} sang a silly song:{all}! And {other} sang it again:{again}!",
    "This is what {one} saw:{all}. {other} had seen the same:{again}.",
    "{one} said:{all}. {other} did not hear it. So {one} said it again:{again}. And {other} wrote it down:{again}.",
)
"""`{again}` is `{all}`, or the rest of it from some place on."""

_T = TypeVar("_T")


def documents(tokenizer: Tokenizer, seed: int, count: int) -> Iterator[tuple[str, list[int]]]:
    """A name and the tokens of each of `count` documents, without end tokens, about 65 tokens on average.

    Document i depends on the tokenizer, `seed` and i only.
    """
    special = {number for number, token in tokenizer.get_added_tokens_decoder().items() if token.special}
    ordinary = [token for token in range(tokenizer.get_vocab_size()) if token not in special]
    for index in range(count):
        rng = random.Random(f"repeats/{seed}/{index}")  # a str seed is hashed: the same on every platform
        kind = index % 4
        if kind < 2:
            ids = tokens(rng, ordinary)
        else:
            text = words(rng) if kind == 2 else told(rng)
            ids = tokenizer.encode(text, add_special_tokens=False).ids[:LONGEST]
        yield f"repeats/{seed}/{index}", ids


def tokens(rng: random.Random, ordinary: Sequence[int]) -> list[int]:
    """Different random tokens, and from then on the same ones again."""
    length = rng.randint(SHORTEST, LONGEST)
    block = rng.sample(ordinary, min(length // rng.randint(2, 4) + 2, len(ordinary)))
    found = list(block)
    while len(found) < length:
        found += _rest(rng, block)
    return found[:length]


def words(rng: random.Random) -> str:
    """Different words with one separator, two to four times, a line or a full stop between the times."""
    block = rng.sample(_WORDS, rng.randint(3, 12))
    separator, end = rng.choice(_SEPARATORS), rng.choice((".", "\n", ""))
    times = [block, *(_rest(rng, block) for _ in range(rng.randint(1, 3)))]
    return end.join(separator.join(f" {word}" for word in time) for time in times)


def told(rng: random.Random) -> str:
    """Somebody says a list, and somebody says it again."""
    block = [_thing(rng) for _ in range(rng.randint(3, 9))]
    one, other = rng.sample(lexicon.GIRLS + lexicon.BOYS, 2)
    again = _rest(rng, block)
    parts = {"all": _listed(block), "again": _listed(again)}
    return rng.choice(_FRAMES).format(one=one, other=other, **parts)


def _rest(rng: random.Random, block: list[_T]) -> list[_T]:
    """The block, or as often its end from a random place on; never less than its last two."""
    return block[rng.randint(0, len(block) - 2) :] if rng.random() < 0.5 else block


def _listed(block: list[str]) -> str:
    return ",".join(f" {item}" for item in block)


def _thing(rng: random.Random) -> str:
    noun, color = rng.choice(_NOUNS), rng.choice(lexicon.COLORS)
    return rng.choice((noun, f"the {noun}", f"the {color} {noun}", f"one {color} {noun}"))


_NOUNS = tuple(
    dict.fromkeys(
        [thing.noun for thing in lexicon.THINGS]
        + [animal.noun for animal in lexicon.ANIMALS]
        + [place.noun for place in lexicon.PLACES]
        + [food for foods in lexicon.FOODS.values() for food in foods]
    )
)
_WORDS = tuple(
    dict.fromkeys((*_NOUNS, *lexicon.COLORS, *lexicon.TRAITS, *lexicon.PETS, *lexicon.GIRLS, *lexicon.BOYS))
)

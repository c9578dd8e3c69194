"""Passages of the lessons that answer a query, ranked by the words they share with it (BM25).

A librarian, not a writer: it finds what is there and makes nothing up. A passage scores for each word of the query
that it holds; rare words count more, repetitions ever less, and long passages are marked down.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tutor.errors import InputError
from tutor.experiments.frame.inputs import Argument, Option

TOPIC = "AI and generative AI"
SCHEMA = 1
NEEDS_TORCH = False
BEHIND = ("retrieval.Index",)
EXAMPLES = ('tutor retrieve "why is order lost in attention"', 'tutor retrieve "unknown word" -k 3 --plain')

_SNIPPET = 160  # characters


@dataclass(frozen=True)
class Inputs:
    query: Annotated[str, Argument("What to look for.")]
    k: Annotated[int, Option("The most passages.", low=1, high=100)] = 5


@dataclass(frozen=True)
class Match:
    """A passage that was found: a step of a lesson."""

    lesson: int
    """The lesson's number, from 1."""
    lesson_title: str
    step_title: str
    score: float
    """BM25: no probability, and comparable within one query only."""
    words: tuple[str, ...]
    """The words that matched, without a plural's s; those that weigh most come first."""
    snippet: str


@dataclass(frozen=True)
class Term:
    """A word of the query."""

    word: str
    passages: int
    """How many passages hold it."""
    weight: float
    """How much it counts: the rarer, the more."""


@dataclass(frozen=True)
class Result:
    query: str
    searched: int
    """How many passages there are."""
    found: int
    """How many hold any of the words."""
    terms: tuple[Term, ...]
    """The words of the query, each once."""
    matches: tuple[Match, ...]
    """The best first."""


def run(inputs: Inputs) -> Result:
    """Raises InputError for a query without a word."""
    from tutor import paths
    from tutor.engine import retrieval

    asked = list(dict.fromkeys(retrieval.words_of(inputs.query)))
    if not asked:
        raise InputError("the query", "there is no word in it", "type what you look for")
    passages = retrieval.passages(paths.lessons())
    # What a step is called says what it is about, so its title is searched with its text.
    index = retrieval.Index([f"{passage.step_title}. {passage.text}" for passage in passages])
    found = index.search(inputs.query, len(passages))
    matches = []
    for one in found[: inputs.k]:
        passage = passages[one.index]
        snippet = retrieval.snippet(passage.text, one.matches, _SNIPPET)
        where = (passage.lesson, passage.title, passage.step_title)
        matches.append(Match(*where, one.score, one.matches, snippet))
    terms = tuple(Term(word, index.holding(word), index.weight(word)) for word in asked)
    return Result(inputs.query, len(passages), len(found), terms, tuple(matches))

"""Finding passages by the words of a query: BM25. Plain Python, because a few hundred passages are nothing."""

from __future__ import annotations

import functools
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

K1 = 1.2
"""How soon repeating a word stops to count; Robertson and Zaragoza (2009, section 3.5) find 1.2 to 2 reasonable."""
B = 0.75
"""How much long passages are marked down, from 0 to 1; they find 0.5 to 0.8 reasonable."""

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_KINDS = ("try", "predict", "check", "quiz", "myth")
_FOR_THE_PROGRAM = ("tutor", "check", "predict")
_MARKUP = re.compile(r"<!--.*?-->|^\s*[-*]\s+\[[ x]\]\s*|^\s*-{3,}\s*$|^\|[-| :]+\|$|\||^\s*[-*>#]+\s+", re.M | re.S)
"""Comments, boxes of a quiz, rules, tables, and the marks of lists, quotations and headings."""
_MARKS = re.compile(r"[*`]|(?<!\w)_|_(?!\w)")
"""What stands around a word in italics, bold or code."""


@dataclass(frozen=True)
class Passage:
    """A step of a lesson as plain text."""

    lesson: int
    """The lesson's number, from 1."""
    title: str
    """The lesson's title."""
    step_title: str
    text: str


@dataclass(frozen=True)
class Found:
    """A passage with what speaks for it."""

    index: int
    """Its place among the passages."""
    score: float
    matches: tuple[str, ...]
    """The words of the query that are in it, what they add to the score the largest first."""


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, without a plural's s and the like, so that heads finds head."""
    return [_stem(word) for word in _WORD.findall(text.lower())]


def _stem(word: str) -> str:
    """Harman's S stemmer (1991, "How effective is suffixing?"): plurals only, because more merges what differs."""
    word = word.removesuffix("'s").removesuffix("’s")
    if word.endswith("ies") and len(word) > 4 and word[-4] not in "ae":
        return word[:-3] + "y"
    if word.endswith("es") and len(word) > 3 and word[-3] not in "aeo":
        return word[:-1]
    if word.endswith("s") and len(word) > 3 and word[-2] not in "us":
        return word[:-1]
    return word


class Index:
    """Texts, counted once, for any number of queries."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(words_of(text)) for text in texts]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._mean = sum(self._lengths) / len(texts) if texts else 0.0
        self._holding = Counter(word for counts in self._counts for word in counts)

    def holding(self, word: str) -> int:
        """How many of the texts hold the word."""
        return self._holding[word]

    def weight(self, word: str) -> float:
        """How telling a word is: log((N − n + 0.5) / (n + 0.5) + 1) for N texts, n of which hold it.

        Robertson and Zaragoza 2009, equation 3.3, the weight without relevance judgements; the 1 is added, as is
        common, so that a word which most texts hold counts for little instead of against a text.
        """
        holding = self._holding[word]
        return math.log((len(self._counts) - holding + 0.5) / (holding + 0.5) + 1)

    def score(self, word: str, index: int) -> float:
        """What a word adds to a text's score: tf / (k1 · ((1 − b) + b · length / mean length) + tf) · weight.

        Robertson and Zaragoza 2009, equations 3.15 and 3.16, with the length normalised as in equation 3.13.
        """
        count = self._counts[index][word]
        if not count:
            return 0.0
        normal = (1 - B) + B * self._lengths[index] / self._mean
        return count / (K1 * normal + count) * self.weight(word)

    def search(self, query: str, k: int) -> list[Found]:
        """The `k` texts with the largest scores, at most; a text with none of the words is not among them."""
        asked = dict.fromkeys(words_of(query))  # a word that is asked for twice counts once
        found = []
        for index in range(len(self._counts)):
            parts = {word: score for word in asked if (score := self.score(word, index))}
            if parts:
                matches = tuple(sorted(parts, key=lambda word: -parts[word]))
                found.append(Found(index, sum(parts.values()), matches))
        return sorted(found, key=lambda one: (-one.score, one.index))[:k]


def snippet(text: str, words: Sequence[str], size: int) -> str:
    """The stretch of about `size` characters that holds most of the different words; … where text is left out."""
    spans = [(match.start(), _stem(match.group().lower())) for match in _WORD.finditer(text)]
    wanted = set(words)

    def held(start: int) -> int:
        return len({word for at, word in spans if start <= at < start + size - 10} & wanted)

    # Begin a few words before the first of the words that one would like to see.
    starts = [spans[max(number - 4, 0)][0] for number, (_, word) in enumerate(spans) if word in wanted]
    last = next((at for at, _ in spans if at >= len(text) - size), 0)  # a later one would waste room
    start = min(max(starts, key=held, default=0), last)
    end = len(text) if start + size >= len(text) else max(text.rfind(" ", start, start + size), start + size // 2)
    return ("… " if start else "") + text[start:end].strip() + (" …" if end < len(text) else "")


def passages(folder: Path) -> tuple[Passage, ...]:
    """The steps of all lessons in a folder, without markup and without what is meant for the program.

    A light reader of headings and prose: a file that is not UTF-8 or has no title is passed over here, and
    `tutor lessons check` is who says what is wrong with it.
    """
    files = sorted(folder.glob("[0-9][0-9]-*.md"))
    return tuple(passage for file in files for passage in _read(file, file.stat().st_mtime_ns))


@functools.lru_cache(maxsize=64)
def _read(file: Path, stamp: int) -> tuple[Passage, ...]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    title = lines[0].removeprefix("# ").strip() if lines and lines[0].startswith("# ") else ""
    sections: list[tuple[str, list[str]]] = []
    fence, shown = "", True
    for line in lines if title else ():
        bare = line.strip()
        if fence:
            if bare == fence:
                fence = ""
            elif shown and sections:
                sections[-1][1].append(line)
        elif bare.startswith(("```", "~~~")):
            fence = bare[:3]
            shown = bare[3:].strip() not in _FOR_THE_PROGRAM
        elif line.startswith("## "):
            sections.append((_step_title(line[3:]), []))
        elif sections:
            sections[-1][1].append(line)
    number = int(file.name[:2])
    return tuple(Passage(number, title, heading, _plain("\n".join(body))) for heading, body in sections)


def _step_title(heading: str) -> str:
    """The title without the kind of step in front of it."""
    kind, colon, rest = heading.partition(":")
    return (rest if colon and kind.strip().lower() in _KINDS else heading).strip()


def _plain(markdown: str) -> str:
    return " ".join(_MARKS.sub("", _MARKUP.sub(" ", markdown)).split())

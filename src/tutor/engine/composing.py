"""Tunes from a decoder that has read ABC notation: written, read back, and written again where they do not add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tutor.engine.abc import AbcError, Tune, metre_of, read
from tutor.engine.generation import generate
from tutor.engine.loading import Loaded
from tutor.engine.sampling import SamplingOptions
from tutor.errors import InputError

SHORTEST = 8
"""Bars of a whole tune: what ends sooner is a fragment."""


@dataclass(frozen=True)
class Attempt:
    """One tune as the model wrote it."""

    abc: str
    tune: Tune | None
    """None if it cannot be read."""
    problem: str
    """Why it is not accepted; empty if it is."""
    tokens: int

    @property
    def wrong_bars(self) -> int:
        return sum(not bar.right for bar in self.tune.bars) if self.tune else 0


def attempts(
    loaded: Loaded, style: str, *, bars: int, options: SamplingOptions, seed: int, most: int
) -> Iterator[Attempt]:
    """Up to `most` tunes of the style; the last one is the first that is accepted, if one is.

    With `bars` above 0 a tune is ended after so many full bars; else it must end by itself.
    """
    for index in range(most):
        attempt = _attempt(loaded, style, bars, options, (seed << 8) + index)
        yield attempt
        if not attempt.problem:
            return


def _attempt(loaded: Loaded, style: str, bars: int, options: SamplingOptions, seed: int) -> Attempt:
    start = f"R:{style}\n"
    ids = [loaded.start(), *loaded.tokenizer.encode(start, add_special_tokens=False).ids]
    if len(ids) >= loaded.context:
        raise InputError(style[:80], "it fills the model's context", "name a style in one or two words")
    text, ended, tokens, room = start, False, 0, loaded.context - len(ids)
    for step in generate(loaded.model, loaded.tokenizer, ids, tokens=room, options=options, seed=seed, candidates=1):
        text, tokens = text + step.text, tokens + 1
        if bars and "|" in step.text and full_bars(text) >= bars:
            text, ended = _closed(text), True
            break
        ended = step.finished == "end"
    return _judged(text.strip(), ended, bars or SHORTEST, tokens)


def _judged(text: str, ended: bool, fewest: int, tokens: int) -> Attempt:
    try:
        tune = read(text)
    except AbcError as error:
        return Attempt(text, None, str(error), tokens)
    wrong = sum(not bar.right for bar in tune.bars)
    problem = ""
    if wrong:
        problem = f"{wrong} of {len(tune.bars)} bars are of a wrong length"
    elif not ended:
        problem = "it does not come to an end"
    elif full_bars(text) < fewest:
        problem = f"it has fewer than {fewest} bars"
    return Attempt(text, tune, problem, tokens)


def full_bars(text: str) -> int:
    """How many bars' worth of music the text holds, repeats once: pick-ups count with what they complete."""
    try:
        tune = read(text)
        return int(sum((bar.length for bar in tune.bars), Fraction(0)) / metre_of(tune.metre))
    except (AbcError, ValueError):
        return 0


def _closed(text: str) -> str:
    """The text with its last bar line as that of an end; a repeat that was begun is closed."""
    if text.rstrip().endswith(":|"):
        return text
    body = text.rstrip().rstrip("|:]")
    opened = body.rfind("|:") > max(body.rfind(":|"), body.rfind("||"))
    return body + (":|" if opened else "|]")


def best(tried: list[Attempt]) -> Attempt:
    """The accepted one, or the one that comes nearest to it."""
    return min(tried, key=lambda one: (bool(one.problem), one.tune is None, one.wrong_bars))


def titled(abc: str, title: str) -> str:
    """The tune as a file for other programs, which want a number and a title before the rest."""
    return f"X:1\nT:{title}\n{abc.strip()}\n"

"""A text coloured by how surprised the model is at each token, and the tokens that surprised it most."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.token_strip import TokenStrip
from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.surprise import Result, SurprisingToken

_BRIGHTEST = 12.0  # bits: one in four thousand; more looks the same
_LISTED = 5


def picture(result: Result) -> RenderableType:
    """The text as a strip, brighter where it surprised, then the most surprising tokens."""
    values = [min(token.bits / _BRIGHTEST, 1.0) for token in result.tokens]
    strip = TokenStrip(
        [token.text for token in result.tokens], values, ends=("0 bits", f"{_BRIGHTEST:g} bits or more")
    )
    bars = [
        Bar(visible(token.text), token.bits, f"{_chance(token.probability)}, expected {_guess(token)}")
        for token in _ranked(result)
    ]
    mean = Text(
        f"{result.bits_per_token:.2f} bits a token, {result.bits_per_byte:.2f} bits a byte, "
        f"perplexity {result.perplexity:,.1f}"
    )
    return Group(strip, Text(), mean, Text(), Bars(bars, unit="bits"))


def _ranked(result: Result) -> list[SurprisingToken]:
    """The tokens with the most bits, most first."""
    return list(itertools.islice(sorted(result.tokens, key=lambda token: -token.bits), _LISTED))


def words(result: Result) -> list[str]:
    """The mean, then the tokens that surprised most and least."""
    most, *others = _ranked(result)
    least = min(result.tokens, key=lambda token: token.bits)
    sentences = [
        f"'{_bare(most)}' surprises {result.model} most: {most.bits:.1f} bits, {_chance(most.probability)}; "
        f"it expected {_guess(most)}.",
        f"On average {result.bits_per_token:.2f} bits a token and {result.bits_per_byte:.2f} bits a byte: as unsure "
        f"as a choice among {result.perplexity:,.1f} equally likely tokens.",
        *(f"'{_bare(token)}': {token.bits:.1f} bits; it expected {_guess(token)}." for token in others),
        f"'{_bare(least)}' surprises it least: {least.bits:.1f} bits.",
        f"{len(result.tokens)} tokens, a loss of {result.loss:.3f} nats a token.",
    ]
    if result.truncated:
        sentences.append(f"The text is very long: its last {result.truncated:,} tokens were left out.")
    return sentences


def _guess(token: SurprisingToken) -> str:
    if token.expected == token.text:
        return f"just that ({100 * token.expected_probability:.0f} %)"
    return f"'{visible(token.expected.strip(), spaces=False) or visible(token.expected)}' " + (
        f"({100 * token.expected_probability:.0f} %)"
    )


def _bare(token: SurprisingToken) -> str:
    return visible(token.text.strip(), spaces=False) or visible(token.text)


def _chance(probability: float) -> str:
    """A probability as a reader says it: per cent where that is a number to imagine, else one in so many."""
    if probability >= 0.005:
        return f"{100 * probability:.0f} %" if probability >= 0.1 else f"{100 * probability:.1f} %"
    if probability <= 0:
        return "as good as never"
    digits = 10 ** max(int(math.log10(1 / probability)) - 1, 0)
    return f"one in {round(1 / probability / digits) * digits:,}"

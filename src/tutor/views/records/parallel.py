"""Time against tokens: one forward pass over all of them, and one pass for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.curve import Curve, Series
from tutor.views.sentences import counted

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.parallel import Result, Timing

_NOTHING = 1e-3  # in a probability: what another order of additions does to the last digits


def picture(result: Result) -> RenderableType:
    """The two times for the whole text, then how they grow with its length."""
    last = result.timings[-1]
    rows = [
        Bar("all at once", 1000 * last.at_once_seconds),
        Bar("one by one", 1000 * last.one_by_one_seconds, counted(last.tokens, "pass", "passes")),
    ]
    bars: list[RenderableType] = [
        Text(f"to read {counted(last.tokens, 'token')}", style="dim"),
        Bars(rows, unit="ms"),
    ]
    if len(result.timings) < 3:
        return Group(*bars)
    lines = [
        Series("one by one", [(one.tokens, 1000 * one.one_by_one_seconds) for one in result.timings]),
        Series("all at once", [(one.tokens, 1000 * one.at_once_seconds) for one in result.timings]),
    ]
    return Group(*bars, Text(), Curve(lines, x="tokens", y="milliseconds", height=8, beside=4))


def words(result: Result) -> list[str]:
    """How many times faster one pass is, why, and whether both give the same."""
    last = result.timings[-1]
    sentences = [_reading(last, result.model), _why(result), *map(_length, result.timings)]
    if result.truncated:
        sentences.append(f"Only the beginning was read: the last {counted(result.truncated, 'token')} were left out.")
    return sentences


def _reading(last: Timing, model: str) -> str:
    if last.tokens == 1:
        return f"One token takes {model} {_milliseconds(last.at_once_seconds)} either way; give a longer text."
    times = last.one_by_one_seconds / last.at_once_seconds
    ratio = f"{times:.1f} times as long" if times < 10 else f"{times:.0f} times as long"
    return (
        f"{model} reads {last.tokens} tokens in {_milliseconds(last.at_once_seconds)} when it takes all at once; "
        f"one after the other they take {_milliseconds(last.one_by_one_seconds)}, {ratio}."
    )


def _why(result: Result) -> str:
    difference = result.largest_difference
    same = (
        "Both ways give the same probabilities"
        if difference < _NOTHING
        else f"The two ways differ by up to {100 * difference:.1f} % in a probability"
    )
    return (
        f"{same} (largest difference {difference:.1g}); but every pass goes through all "
        f"{counted(result.parameters, 'parameter')} again, however few tokens it reads."
    )


def _length(one: Timing) -> str:
    return (
        f"{counted(one.tokens, 'token')}: {_milliseconds(one.at_once_seconds)} at once, "
        f"{_milliseconds(one.one_by_one_seconds)} one by one."
    )


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms" if seconds < 0.1 else f"{1000 * seconds:,.0f} ms"

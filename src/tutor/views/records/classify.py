"""A label: the probability of each, the text coloured by what every word did for it, and the words that did most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.sentences import counted, listed, percent
from tutor.views.token_strip import TokenStrip
from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.classify import Part, Result

_LISTED = 5
_LABELS = 12
"""Labels that are drawn."""
_SMALL = 0.05
"""Nats of log-odds below which a part did next to nothing."""
_LONG = 40
"""Characters of a run of words that are repeated."""


def picture(result: Result) -> RenderableType:
    """Probabilities as bars, the text as a strip, then what spoke for the label and what against it."""
    bars = Bars([Bar(one.label, one.probability) for one in result.labels[:_LABELS]], high=1.0, unit="%")
    most = max((abs(part.change) for part in result.parts), default=0.0) or 1.0
    strip = TokenStrip(
        [visible(part.text, spaces=False) for part in result.parts],
        [0.5 + 0.5 * part.change / most for part in result.parts],
        ends=(f"against {visible(result.label, spaces=False)}", "for it"),
    )
    parts: list[RenderableType] = [bars, Text(), strip]
    for name, sign in (("for", 1), ("against", -1)):
        if chosen := _ranked(result, sign):
            parts += [Text(), Text(f"what spoke {name} it: log-odds when it is left out", style="dim")]
            parts.append(Bars([Bar(_short(part), abs(part.change)) for part in chosen], high=most, unit="nats"))
    if result.characters < result.characters_in_text:
        parts.append(Text(_cut(result), style="dim"))
    return Group(*parts)


def _ranked(result: Result, sign: int) -> list[Part]:
    """The parts that did most for the label (sign 1) or against it (−1), most first."""
    chosen = [part for part in result.parts if part.change * sign >= _SMALL]
    return sorted(chosen, key=lambda part: -part.change * sign)[:_LISTED]


def words(result: Result) -> list[str]:
    """The label, what decided, and the rest of the labels."""
    best, *others = result.labels
    rest = listed([f"{_label(one.label)} {percent(one.probability)}" for one in others], 4)
    sentences = [
        f"{_label(best.label)}: {percent(best.probability)} ({rest}), by the head {result.task}.",
        _decided(result),
    ]
    if against := _ranked(result, -1):
        sentences.append(
            f"Against {_label(result.label)} spoke {listed([_told(part) for part in against])} (nats of log-odds)."
        )
    turning = [part for part in result.parts if part.label_without != result.label]
    sentences += [f"Without {_quoted(part)} it would be {_label(part.label_without)}." for part in turning[:_LISTED]]
    if any(part.words > 1 for part in result.parts):
        most = max(part.words for part in result.parts)
        sentences.append(f"The text is long, so words were left out in runs of {most}.")
    sentences.append(
        f"The log-odds of {_label(result.label)} are {result.log_odds:.2f} nats; read by {result.model}."
    )
    if result.characters < result.characters_in_text:
        sentences.append(_cut(result))
    return sentences


def _decided(result: Result) -> str:
    ranked = _ranked(result, 1)
    if not ranked:
        return (
            f"No word by itself did much for {_label(result.label)}: leave out any one and it stays about as likely."
        )
    return (
        f"What spoke most for {_label(result.label)}: {listed([_told(part) for part in ranked])} (nats of log-odds)."
    )


def _told(part: Part) -> str:
    return f"{_quoted(part)} {abs(part.change):.2f}"


def _quoted(part: Part) -> str:
    return f"'{_short(part)}'"


def _short(part: Part) -> str:
    """The part's text, its beginning if it is a long one."""
    shown = visible(part.text, spaces=False)
    return shown if len(shown) <= _LONG else shown[:_LONG].rstrip() + "…"


def _label(label: str) -> str:
    return visible(label, spaces=False)


def _cut(result: Result) -> str:
    read = counted(result.tokens, "token")
    return (
        f"Only the first {read} were read, {result.characters:,} of {result.characters_in_text:,} characters: "
        f"more does not fit {result.model}."
    )

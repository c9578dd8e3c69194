"""The next-token distribution as bars, as the model has it and as it is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.sentences import counted, openness, percent
from tutor.views.visible import bare, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.frame.records import Candidate
    from tutor.experiments.next import Result

_ENDING = 40
"""Characters of a prompt that are repeated in a sentence."""


def picture(result: Result) -> RenderableType:
    """The most probable tokens; where temperature or a filter changed them, both distributions."""
    before = _bars(result.candidates, f"of {result.vocabulary:,} tokens; {openness(result.entropy_bits)}")
    if result.filtered == result.candidates:
        return before
    kept = f"{counted(result.kept, 'token')} left to draw from; {openness(result.filtered_entropy_bits)}"
    return Group(Text("as the model has it", style="dim"), before, Text(), Text("as it is drawn from", style="dim"),
                 _bars(result.filtered, kept))  # fmt: skip


def _bars(candidates: Sequence[Candidate], note: str) -> Group:
    rows = [Bar(visible(one.text), one.probability) for one in candidates]
    return Group(Bars(rows, unit="%"), Text(note, style="dim"))


def words(result: Result) -> list[str]:
    """The best guesses and how open the choice is."""
    best, *others = result.candidates
    after = f"After {_ending(result)}" if result.tokens else "At the beginning of a text"
    rest = ", ".join(f"{_quoted(one)} {percent(one.probability)}" for one in others[:2])
    sentences = [
        f"{after} {result.model} expects {_quoted(best)} most: {percent(best.probability)}"
        + (f"; then {rest}." if rest else "."),
        f"Its choice among {result.vocabulary:,} tokens is as open as one among {2**result.entropy_bits:,.1f} "
        f"equally likely ones ({result.entropy_bits:.2f} bits).",
    ]
    if result.filtered != result.candidates:
        drawn = result.filtered[0]
        sentences.append(
            f"After temperature and filters {counted(result.kept, 'token')} can still be drawn "
            f"({result.filtered_entropy_bits:.2f} bits), and {_quoted(drawn)} has {percent(drawn.probability)}."
        )
    sentences += [f"{_quoted(one)}: {percent(one.probability)}, logit {one.logit:.2f}." for one in result.candidates]
    if result.truncated:
        left = counted(result.truncated, "token")
        sentences.insert(1, f"The first {left} of the text did not fit into the window and counted for nothing.")
    return sentences


def _ending(result: Result) -> str:
    """The last few words that were read."""
    text = result.prompt.strip()
    if not text:
        return f"'{visible(result.prompt[-_ENDING:])}'"
    shown = " ".join(text[-_ENDING:].split(" ")[1:]) if len(text) > _ENDING else text
    return f"'{'…' if shown != text else ''}{visible(shown or text[-_ENDING:], spaces=False)}'"


def _quoted(one: Candidate) -> str:
    return f"'{bare(one.text)}'"

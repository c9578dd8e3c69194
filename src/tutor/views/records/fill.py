"""A text with gaps: what the model would put into each, and where it looks from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.arrows import Arrow, Arrows
from tutor.views.bars import Bar, Bars
from tutor.views.sentences import counted, listed, openness, percent
from tutor.views.visible import bare, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.fill import Gap, Look, Result

_GAPS = 4
"""Gaps that are drawn; sentences tell the others."""
_SEEN = 6
"""Tokens that a gap's arrows point at."""


def picture(result: Result) -> RenderableType:
    """The filled text; for each gap its candidates, and what the gap looks at on average."""
    parts: list[RenderableType] = [Text(visible(result.filled, spaces=False), style="bold")]
    parts += [Text(said, style="dim italic") for said in (*_unknown(result), *_cut(result))]
    for number, gap in enumerate(result.gaps[:_GAPS], 1):
        many = f"gap {number}: " if len(result.gaps) > 1 else ""
        bars = Bars([Bar(one.text, one.probability) for one in gap.candidates], unit="%")
        choice = f"of {result.vocabulary:,} tokens; {openness(gap.entropy_bits)}"
        looks = "looking from the gap, the mean of all heads"
        parts += [Text(f"\n{many}{visible(gap.around, spaces=False)}"), bars, Text(choice, style="dim")]
        parts += [Text(f"\n{looks}", style="dim"), _arrows(result, gap)]
    if len(result.gaps) > _GAPS:
        parts.append(Text(f"\n… and {counted(len(result.gaps) - _GAPS, 'more gap')}", style="dim"))
    return Group(*parts)


def _arrows(result: Result, gap: Gap) -> Arrows:
    weights = [float(weight) for weight in gap.weights]
    ranked = sorted(range(len(weights)), key=lambda place: -weights[place])[:_SEEN]
    drawn = [Arrow(bare(result.tokens[place].text), weights[place]) for place in sorted(ranked)]
    return Arrows(bare(result.tokens[gap.index].text), drawn, high=max(weights))


def words(result: Result) -> list[str]:
    """The best guess for each gap, what was unknown, how open each choice is and where the gap looks."""
    sentences = [*_unknown(result), *(_guess(result, gap) for gap in result.gaps)]
    if len(result.gaps) > 1:
        sentences.append("Each gap was guessed by itself, with the others still empty.")
    for gap in result.gaps:
        sentences += _about(result, gap)
    sentences.append(f"With the best guess in each gap: '{visible(result.filled, spaces=False)}'.")
    return sentences + _cut(result)


def _unknown(result: Result) -> list[str]:
    """What it cannot read."""
    unknown = listed([f"'{visible(one, spaces=False)}'" for one in result.unknowns])
    return [f"{result.model} does not know {unknown} and reads [UNK] there."] if unknown else []


def _cut(result: Result) -> list[str]:
    """What was too long."""
    left = counted(result.left_out, "character")
    said = f"The text is longer than the model can read: {left} far from the first gap were left out."
    return [said] if result.left_out else []


def _guess(result: Result, gap: Gap) -> str:
    best, *others = gap.candidates
    rest = ", ".join(f"'{bare(one.text)}' {percent(one.probability)}" for one in others[:2])
    return f"In {_where(gap)} {result.model} expects '{bare(best.text)}' most: {percent(best.probability)}" + (
        f"; then {rest}." if rest else "."
    )


def _about(result: Result, gap: Gap) -> list[str]:
    """How open the choice is, where the gap looks, and all candidates."""
    which = f"In {_where(gap)} the" if len(result.gaps) > 1 else "The"
    sentences = [f"{which} choice has {openness(gap.entropy_bits)}, of {result.vocabulary:,} tokens."]
    if gap.looks:
        best = max(gap.looks, key=lambda look: look.weight)
        sentences.append(f"Of {len(gap.looks)} heads the clearest look from the gap is {_look(result, best)}.")
    sentences += [f"'{bare(one.text)}': {percent(one.probability)}, logit {one.logit:.2f}." for one in gap.candidates]
    return sentences


def _look(result: Result, look: Look) -> str:
    target = bare(result.tokens[look.target].text)
    return f"that of layer {look.layer}, head {look.head}: {percent(look.weight)} at '{target}'"


def _where(gap: Gap) -> str:
    return f"'{visible(gap.around, spaces=False)}'"

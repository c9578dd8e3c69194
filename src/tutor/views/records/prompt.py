"""A few-shot prompt: the probability of every label with more and more examples, and what the model writes itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.sentences import counted
from tutor.views.visible import harmless, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.prompt import Result, Round

_MOVED = 0.05
"""A change of a label's share that is told as one."""
_SHOWN = 1500
"""Characters of the prompt that are drawn."""


def picture(result: Result) -> RenderableType:
    """For each number of examples the labels as bars; below them the longest prompt."""
    parts: list[RenderableType] = []
    for one in result.rounds:
        parts.append(Text(f"{counted(one.examples, 'example')}, {counted(one.tokens, 'token')}", style="bold"))
        parts.append(Bars([Bar(label.label, label.probability) for label in one.labels], high=1.0, unit="%"))
        note = f"some label follows: {_percent(one.probability_of_a_label)}; by itself it writes {_wrote(one)}"
        parts += [Text(note, style="dim"), Text()]
    shown = harmless(result.prompt)
    cut = shown if len(shown) <= _SHOWN else "…" + shown[-_SHOWN:]
    return Group(*parts, Text("the last prompt", style="dim"), Padding(Text(cut), (0, 0, 0, 2)))


def words(result: Result) -> list[str]:
    """What the examples changed, whether the model learned the form, then every round."""
    first, last = result.rounds[0], result.rounds[-1]
    before = {one.label: one.probability for one in first.labels}
    now = {one.label: one.probability for one in last.labels}
    moved = now[last.label] - before[last.label]
    change = (
        f"up from {_percent(before[last.label])} without any"
        if moved > _MOVED
        else f"down from {_percent(before[last.label])} without any"
        if moved < -_MOVED
        else f"hardly other than the {_percent(before[last.label])} without any"
    )
    sentences = [
        f"With {counted(last.examples, 'example')} {result.model} scores {_label(last.label)} highest: "
        f"{_percent(now[last.label])} among the labels, {change}.",
        _form(first, last),
        f"Left to itself it writes {_wrote(first)} without examples and {_wrote(last)} with {last.examples}.",
    ]
    if first.label != last.label:
        sentences.append(f"Without examples it would say {_label(first.label)}.")
    sentences.append("One text says little: try others, and the same examples in another order.")
    return [*sentences, *(_round(one) for one in result.rounds)]


def _form(first: Round, last: Round) -> str:
    """Whether examples made it likelier that a label comes at all."""
    before, now = (_percent(one.probability_of_a_label) for one in (first, last))
    between = f"{now} of the probability lies on the labels, {before} without examples"
    if last.probability_of_a_label > 2 * first.probability_of_a_label:
        return f"The examples teach the form, whether or not they teach the task: {between}."
    return f"The examples do not teach even the form: {between}."


def _round(one: Round) -> str:
    shares = ", ".join(
        f"{_label(each.label)} {_percent(each.probability)} (log-probability {each.log_probability:.2f})"
        for each in one.labels
    )
    return f"{counted(one.examples, 'example')}: {shares}; it writes {_wrote(one)}."


def _wrote(one: Round) -> str:
    return f"'{visible(one.written, spaces=False)}'" if one.written else "nothing"


def _label(label: str) -> str:
    return visible(label, spaces=False)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.001 else "next to nothing"

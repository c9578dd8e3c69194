"""The next-word distribution with all heads on and with some of them off, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.beside import Beside
from tutor.views.sentences import left_out, listed, percent
from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.ablate import Changed, Result


def picture(result: Result) -> RenderableType:
    """The distribution with all heads on and with the chosen ones off; the remark says how far a token moved."""
    highest = max(max(one.probability, one.probability_without) for one in result.candidates)
    on = [Bar(visible(one.text), one.probability) for one in result.candidates]
    off = [Bar(visible(one.text), one.probability_without, _move(one)) for one in result.candidates]
    remarks = max(len(bar.note) for bar in off)
    left, right = (Bars(bars, high=highest, unit="%", remarks=remarks) for bars in (on, off))
    bars = Beside(left, right, ("all heads on", f"{_heads(result)} off"))
    return Group(bars, Text(f"\n{_divergence(result)}"))


def words(result: Result) -> list[str]:
    """The largest change, how far the whole moved, and what it costs on the text."""
    most = max(result.candidates, key=lambda one: abs(one.probability_without - one.probability))
    moved = f"from {percent(most.probability)} to {percent(most.probability_without)}"
    sentences = [
        f"Without {_heads(result)} the probability of '{_bare(most)}' goes {moved}."
        if _move(most)
        else f"Without {_heads(result)} no token becomes more or less probable by as much as a tenth of a point.",
        f"{_divergence(result)}.",
    ]
    sentences += [
        f"'{_bare(one)}': {percent(one.probability)} with, {percent(one.probability_without)} without."
        for one in result.candidates
    ]
    return sentences + left_out(result.truncated)


def _divergence(result: Result) -> str:
    moved = f"The distribution moved by {result.divergence_bits:.3f} bits"
    if result.loss is None or result.loss_without is None:
        return moved
    verb = "rises" if result.loss_without > result.loss else "falls"
    return f"{moved}; the loss on the text {verb} from {result.loss:.3f} to {result.loss_without:.3f} nats a token"


def _move(one: Changed) -> str:
    change = 100 * (one.probability_without - one.probability)
    return f"{change:+.1f} points" if abs(change) >= 0.05 else ""


def _heads(result: Result) -> str:
    names = [f"{one.layer}.{one.head}" for one in result.heads]
    return f"head{'s' if len(names) > 1 else ''} {listed(names)}"


def _bare(one: Changed) -> str:
    return visible(one.text.strip(), spaces=False) or visible(one.text)

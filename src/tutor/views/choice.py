"""The next token as a choice: a bar a candidate after temperature and filters, one of them pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.sentences import counted, openness, percent
from tutor.views.token_strip import TokenStrip
from tutor.views.visible import bare, harmless, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.frame.records import Candidate
    from tutor.experiments.next import Result


def choice(result: Result, mark: int | None = None, beside: Sequence[Result] = ()) -> Group:
    """One row a candidate, in the model's order; `mark` is the place of the one that is pointed at.

    `beside` are the results of pictures that this one is to be compared with: all are drawn to one scale.
    """
    drawn = _shares(result)
    rows = [
        Bar(("▸" if place == mark else " ") + visible(one.text), drawn.get(one.id, 0.0), note)
        for place, (one, note) in enumerate(zip(result.candidates, _notes(result), strict=True))
    ]
    high = max((one.filtered[0].probability for one in beside), default=None)
    remarks = max((len(note) for one in beside for note in _notes(one)), default=0)
    left = (
        f"of {result.vocabulary:,} tokens"
        if result.kept == result.vocabulary
        else f"{counted(result.kept, 'token')} left to draw from"
    )
    bars = Bars(rows, high, unit="%", remarks=remarks)
    return Group(bars, Text(f" {left}; {openness(result.filtered_entropy_bits)}", style="dim"))


def _shares(result: Result) -> dict[int, float]:
    return {one.id: one.probability for one in result.filtered}


def _notes(result: Result) -> list[str]:
    drawn = _shares(result)
    return [_note(one, drawn) for one in result.candidates]


def _note(one: Candidate, drawn: dict[int, float]) -> str:
    """What temperature and filters did to a candidate, if they did anything."""
    if one.id not in drawn:
        return f"was {percent(one.probability)}, out"
    changed = abs(drawn[one.id] - one.probability) > 0.0005
    return f"was {percent(one.probability)}" if changed else ""


def taken(pieces: Sequence[str], shares: Sequence[float]) -> Group:
    """Tokens that were added one by one, darker where one took a chance; `shares` are their probabilities."""
    strip = TokenStrip(list(pieces), list(shares), ends=("against the odds", "certain"))
    return Group(Text("what was added so far", style="dim"), strip)


def compared(pinned: Result, now: Result) -> str:
    """What the change does to the best candidate, and to how open the choice is."""
    best = now.filtered[0]
    before = {one.id: one.probability for one in (*pinned.candidates, *pinned.filtered)}.get(best.id)
    moved = "" if before is None else f" instead of {percent(before)}"
    was, is_now = (2**one.filtered_entropy_bits for one in (pinned, now))
    return (
        f"'{bare(best.text)}' has {percent(best.probability)}{moved}, and the choice is as open as among "
        f"{is_now:,.1f} equally likely tokens instead of {was:,.1f}."
    )


def so_far(pieces: Sequence[str], candidates: Sequence[Candidate] = ()) -> RenderableType:
    """A text as it is made: the prompt dimmed, the newest piece marked, and the choice that it was drawn from."""
    prompt, made = "".join(pieces[:1]), [harmless(piece) for piece in pieces[1:]]
    text = Text.assemble((harmless(prompt), "dim"), *made[:-1], *((piece, "bold reverse") for piece in made[-1:]))
    if not candidates:
        return text
    bars = Bars([Bar(visible(one.text), one.probability) for one in candidates[:8]], high=1.0, unit="%")
    return Group(bars, Text("what the newest token was drawn from", style="dim"), Text(), text)

"""The best heads in each test, with what chance would score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.sentences import left_out

if TYPE_CHECKING:
    from tutor.experiments.heads import Head, Job, Result

_SHOWN = 3


def picture(result: Result) -> RenderableType:
    """For each job its best heads and a bar for chance."""
    parts: list[RenderableType] = []
    for job in result.jobs:
        rows = [Bar(_place(head), head.score) for head in job.heads[:_SHOWN]]
        bars = Bars([*rows, Bar("by chance", job.chance)], high=1.0, unit="%")
        parts += [Text.assemble((job.name, "bold"), (f"\n{job.test}", "dim")), bars, Text()]
    return Group(*parts[:-1])


def words(result: Result) -> list[str]:
    """Which jobs are done and by which head, those done best first."""
    ranked = sorted(result.jobs, key=lambda job: -job.heads[0].score)
    sentences = [_sentence(job) for job in ranked]
    sentences += [f"The test for '{job.name}': {job.test}." for job in result.jobs]
    return sentences + left_out(result.truncated)


def _sentence(job: Job) -> str:
    best = job.heads[0]
    scores = f"{_percent(best.score)} of its weight, {_percent(job.chance)} by chance"
    if not job.doing:
        return f"No head does '{job.name}'; nearest comes {_place(best)} ({scores})."
    count = "1 head does" if job.doing == 1 else f"{job.doing} of {len(job.heads)} heads do"
    return f"{count} '{job.name}', {_place(best)} most clearly ({scores})."


def _place(head: Head) -> str:
    return f"layer {head.layer}, head {head.head}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"

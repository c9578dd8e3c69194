"""An exercise: the task, or what holds of the learner's function and what the model wrote with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.console import Group
from rich.syntax import Syntax
from rich.text import Text

from tutor.views.sentences import counted
from tutor.views.visible import harmless

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.exercise import Result


def picture(result: Result) -> RenderableType:
    """The starting point with its colours, or a line a property, then both texts."""
    if result.file is None:
        return Syntax(result.starter, "python", theme="ansi_dark", background_color="default", word_wrap=True)
    return Group(*_lines(result))


def _lines(result: Result) -> Iterator[Text]:
    for check in result.checks:
        mark = ("yes ", "bold green") if check.passed else ("no  ", "bold red")
        yield Text.assemble(mark, check.name)
        if check.detail:
            yield Text(f"    {harmless(check.detail)}", style="dim")
    if result.model is None:
        return
    yield Text()
    yield Text(f"In {result.model}: {result.where}.", style="dim")
    yield Text.assemble(("prompt  ", "dim"), harmless(result.prompt))
    yield Text.assemble(("ours    ", "dim"), harmless(result.ours))
    yield Text.assemble(("yours   ", "dim"), harmless(result.theirs))


def words(result: Result) -> list[str]:
    """How many properties hold and what the model did, then property by property."""
    if result.file is None:
        return [
            f"{result.title}: save the starting point, write {result.function}, then run tutor exercise "
            f"{result.name} with your file.",
            *(line for line in result.starter.splitlines() if line.strip()),
        ]
    held = sum(check.passed for check in result.checks)
    sentences = [f"{held} of {counted(len(result.checks), 'property', 'properties')} of {result.function} hold."]
    if result.model:
        same = "the same with it as with ours" if result.succeeded else "something else with it than with ours"
        sentences.append(f"{result.model} did {same}: {result.where}.")
        sentences += [f"Ours: {harmless(result.ours)}", f"Yours: {harmless(result.theirs)}"]
    return sentences + [
        f"{'Holds' if check.passed else 'Does not hold'}: {check.name}."
        + (f" {harmless(check.detail)}{'' if check.detail.endswith('?') else '.'}" if check.detail else "")
        for check in result.checks
    ]

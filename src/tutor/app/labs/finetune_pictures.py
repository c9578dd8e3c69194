"""What the fine-tuning lab draws before and during a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tutor.views.records.finetune import OF, curve, sample
from tutor.views.sentences import counted
from tutor.views.visible import visible

if TYPE_CHECKING:
    from tutor.app.labs.finetune_form import Unfinished
    from tutor.engine.file_facts import FileFacts

TASKS = {
    "lm": "going on in the text's manner",
    "classify": "telling labels apart",
    "prompt": "completing prompts; only the completions are learned",
}
_WHAT = (
    "A part of the file is held out and never trained on. The loss on it, and what the model writes after the same "
    "first words, are taken before, during and after: that is how you see what the run did."
)
_EXAMPLE = 160
"""Characters of an example that are shown."""


def before(
    facts: FileFacts | None, forecast: Sequence[str], runs: Sequence[Unfinished], measuring: bool
) -> RenderableType:
    """A run that can go on, what the file is, what it would take, and what may go wrong."""
    parts: list[RenderableType] = []
    if runs:
        others = f"; {len(runs) - 1} more under 'go on with'" if len(runs) > 1 else ""
        parts += [Text.assemble(("Unfinished: ", "bold"), f"{runs[0].line}. f3 goes on with it{others}."), Text()]
    if facts is not None:
        parts += [_table(facts), Text()]
    if forecast:
        parts += [Text(sentence) for sentence in forecast]
    elif measuring:
        parts.append(Text("What it would take is being measured on this machine…", style="dim"))
    parts += [Text(), Text(_WHAT, style="dim")]
    return Group(*parts)


def _table(facts: FileFacts) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    more = "" if facts.whole else "more than "
    size = f"{more}{counted(facts.rows, 'row')}, {facts.characters:,} characters"
    table.add_row(
        "file", f"{facts.format}, {facts.encoding}: {size}" + (f"; {facts.columns}" if facts.columns else "")
    )
    table.add_row("task", f"{facts.task}: {TASKS[facts.task]}")
    for number, (text, answer) in enumerate(facts.examples):
        shown = Text(_cut(text))
        if answer:
            shown.append(" → ", "dim").append(_cut(answer), "bold")
        table.add_row("examples" if number == 0 else "", shown)
    for note in facts.notes:
        table.add_row("found", note)
    return table


def _cut(text: str) -> str:
    shown = visible(text, spaces=False)
    return shown if len(shown) <= _EXAMPLE else shown[: _EXAMPLE - 1] + "…"


def during(started: Any, updates: Sequence[Any], samples: Sequence[Any], height: int) -> RenderableType:
    """The curve as high as there is room for, the newest sample, the one before training, and the labels' score."""
    parts: list[RenderableType] = []
    if updates:
        before = None if started.step else started.loss
        parts += [curve(updates, before, OF[started.task], max(min(height - 9, 12), 4)), Text()]
    for last in samples[-1:]:
        parts += [Text(f"after step {last.step:,}", style="bold"), _sample(started.prompt, last.text)]
    if started.prompt:
        parts += [Text("before", style="bold"), _sample(started.prompt, started.sample)]
    scores = [update for update in updates if update.macro_f1 is not None]
    if scores:
        said = ", ".join(f"{update.macro_f1:.2f} (step {update.step:,})" for update in scores[-6:])
        parts.append(Text(f"macro-F1 on held-out texts: {said}"))
    for warning in started.estimate.warnings if started.estimate is not None else ():
        parts.append(Text(warning, style="dim"))
    return Group(*parts)


def _sample(prompt: str, text: str) -> RenderableType:
    return Padding(sample(prompt, text), (0, 0, 1, 2))

"""What a pretrained base brings to a task: macro-F1 against examples for three ways, as curve and table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from tutor.views.curve import Curve, Series
from tutor.views.magnitude import rounded

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.adapt import Result, Row, Trial

_LABELS = {"probe": "head on {}", "untrained": "head on fresh weights", "scratch": "from scratch"}


def picture(result: Result) -> RenderableType:
    """The curves where there are several numbers of examples, then the table."""
    parts: list[RenderableType] = [_table(result), Text(_held(result), style="dim")]
    if len({row.examples for row in result.rows}) > 1:
        series = [
            Series(_name(way, result), [(float(row.examples), row.macro_f1) for row in result.rows if row.way == way])
            for way in _LABELS
        ]
        drawn = [one for one in series if one.points]
        parts = [Curve(drawn, x="examples", y="macro-F1", height=8), Text(), *parts]
    return Group(*parts)


def _table(result: Result) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("way", "examples", "macro-F1", "accuracy", "numbers trained", "seconds"):
        table.add_column(heading, justify="left" if heading == "way" else "right")
    for row in result.rows:
        table.add_row(
            _name(row.way, result),
            f"{row.examples:,}",
            _spread(row.macro_f1, row.macro_f1_spread, row.seeds),
            _spread(row.accuracy, row.accuracy_spread, row.seeds),
            rounded(row.trained_parameters).strip(),
            f"{row.seconds:.1f}",
        )
    return table


def words(result: Result) -> list[str]:
    """Who did better with the fewest and the most examples, then every row."""
    sizes = sorted({row.examples for row in result.rows})
    by = {(row.way, row.examples): row for row in result.rows}
    sentences = [_compared(result, by, size) for size in dict.fromkeys((*sizes[:1], *sizes[-1:], *sizes))]
    sentences = [sentence for sentence in sentences if sentence] or ["Nothing was measured before it was stopped."]
    sentences += [
        f"{_name(row.way, result)}, {row.examples:,} examples: macro-F1 {row.macro_f1:.2f}, accuracy "
        f"{row.accuracy:.2f}, {row.trained_parameters:,} numbers trained in {row.seconds:.1f} seconds."
        for row in result.rows
    ]
    sentences.append(_held(result))
    if result.finished == "time":
        sentences.append("The time was up before every seed was done; give more with --seconds.")
    elif result.finished == "cancelled":
        sentences.append("It was stopped; what was done by then is shown.")
    return sentences


def _compared(result: Result, by: dict[tuple[str, int], Row], size: int) -> str:
    """The probe against training from scratch; honest where the difference is within the spread of the seeds."""
    probe, scratch, fresh = (by.get((way, size)) for way in _LABELS_IN_ORDER)
    if probe is None or scratch is None or fresh is None:
        return ""
    rival = max(scratch, fresh, key=lambda row: row.macro_f1)
    gain = probe.macro_f1 - rival.macro_f1
    unsure = max(probe.macro_f1_spread + rival.macro_f1_spread, 0.03)
    verdict = (
        f"the head on frozen {result.model} does better"
        if gain > unsure
        else f"the head on frozen {result.model} does worse"
        if gain < -unsure
        else f"the head on frozen {result.model} is not clearly better or worse"
    )
    return (
        f"With {size:,} examples {verdict}: macro-F1 {probe.macro_f1:.2f} in {probe.seconds:.1f} seconds, against "
        f"{scratch.macro_f1:.2f} in {scratch.seconds:.1f} seconds from scratch and {fresh.macro_f1:.2f} for a head "
        "on fresh weights."
    )


_LABELS_IN_ORDER = ("probe", "scratch", "untrained")


def _held(result: Result) -> str:
    return (
        f"Measured on {result.held_out} held-out texts of {result.task}; always giving the commonest label has a "
        f"macro-F1 of {result.majority_macro_f1:.2f} and an accuracy of {result.majority_accuracy:.2f}."
    )


def _name(way: str, result: Result) -> str:
    return _LABELS[way].format(result.model)


def _spread(value: float, spread: float, seeds: int) -> str:
    return f"{value:.2f} ± {spread:.2f}" if seeds > 1 else f"{value:.2f}"


def progress(record: Trial) -> str:
    """One line that says how far it is."""
    return (
        f"{record.number}/{record.of}  {record.way}, {record.examples} examples, seed {record.seed}: "
        f"macro-F1 {record.macro_f1:.2f} in {record.seconds:.1f} s"
    )

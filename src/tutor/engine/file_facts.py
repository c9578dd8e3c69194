"""What can be said of a learner's file at a glance, before any model has read it. No torch."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor import paths
from tutor.engine.examples import Columns, LabelledRow, Row, Task, TextRow, open_examples

GLANCE = 20_000
"""Rows that are looked at."""
_FORMATS = {"text": "plain text", "csv": "CSV", "tsv": "TSV", "jsonl": "JSON lines", "directory": "a folder of texts"}
_ROLES = ("text", "label", "prompt", "completion", "messages")


@dataclass(frozen=True)
class FileFacts:
    """How a file is read, and what its first rows are."""

    task: Task
    format: str
    encoding: str
    rows: int
    whole: bool
    """Whether these are all rows, or only as many as were looked at."""
    characters: int
    columns: str
    """Which column is what; empty for running text."""
    notes: tuple[str, ...]
    """What is remarkable, a sentence each."""
    examples: tuple[tuple[str, str], ...]
    """The first rows: a text and its label, a prompt and its completion, or a line of text and nothing."""


def glance(inputs: Mapping[str, Any]) -> FileFacts:
    """The facts of the file that the inputs of a fine-tuning run name. Raises InputError if it cannot be used."""
    columns = Columns(**{role: inputs[f"{role}_column"] for role in _ROLES})
    task = None if inputs["task"] == "auto" else inputs["task"]
    examples = open_examples(paths.named(inputs["file"]), task, columns, inputs["bad_rows"], inputs["encoding"])
    rows = examples.rows()
    first = list(itertools.islice(rows, 2))
    seen = len(first) + sum(1 for _ in itertools.islice(rows, GLANCE - len(first)))
    return FileFacts(
        task=examples.task,
        format=_FORMATS[examples.format],
        encoding=examples.encoding,
        rows=seen,
        whole=next(rows, None) is None,
        characters=examples.found.characters,
        columns=", ".join(f"{role} from {name}" for role, name in examples.columns.given().items() if name),
        notes=examples.found.notes(),
        examples=tuple(map(_shown, first)),
    )


def _shown(row: Row) -> tuple[str, str]:
    if isinstance(row, TextRow):
        return row.text, ""
    if isinstance(row, LabelledRow):
        return row.text, row.label
    *before, last = (turn.text for turn in row.turns)
    return " ".join(before), last

"""A learner's file or folder as rows to learn from, streamed; what is left out is counted and said."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tutor.engine.examples import columns as column_names
from tutor.engine.examples.conversation import turns_of
from tutor.engine.examples.encodings import damage
from tutor.engine.examples.found import Found
from tutor.engine.examples.rows import (
    BadRows,
    Columns,
    LabelledRow,
    PromptRow,
    Raw,
    Row,
    Task,
    TextRow,
    Turn,
)
from tutor.engine.examples.sources import Source, readable, source_of, sources_of
from tutor.errors import InputError

TEXT_SUFFIXES = (".txt", ".md")
"""Files of a directory that are read."""

_MOST_LABELS = 10_000


class Examples:
    """Rows of a file that can be read as often as wanted, always from the beginning and never held whole."""

    def __init__(self, path: Path, task: Task, bad_rows: BadRows, sources: tuple[Source, ...], chosen: Columns):
        self.path, self.task, self.bad_rows = path, task, bad_rows
        self._sources = sources
        self.columns = chosen
        """Which columns are read; all None for plain text."""
        self.found = Found()
        """Of the last reading; complete when `rows` has come to its end."""

    @property
    def format(self) -> str:
        """`text`, `csv`, `tsv`, `jsonl`, or `directory`."""
        return "directory" if self.path.is_dir() else self._sources[0].format

    @property
    def encoding(self) -> str:
        """The names of all encodings that were found, for people."""
        return ", ".join(dict.fromkeys(source.encoding.name for source in self._sources))

    @property
    def skipped(self) -> int:
        """Bad rows that the last reading left out."""
        return self.found.skipped

    def rows(self) -> Iterator[Row]:
        """The rows, of the kind that the task has.

        Raises InputError at a bad row if they are refused, and at the end if there was no good one.
        """
        found = self.found = Found(other_files=self.found.other_files, unread_files=self.found.unread_files)
        for source in self._sources:
            with readable(source.path, source.encoding):
                for raw in source.raw_rows():
                    if (row := self._checked(source.path, raw)) is not None:
                        yield row
        if not found.rows:
            left_out = f": {found.notes()[0]}" if found.notes() else ""
            raise InputError(str(self.path), f"it has no row to learn from{left_out}".rstrip("."), "check the file")

    def _checked(self, path: Path, raw: Raw | TextRow) -> Row | None:
        """The row, counted; None if it is blank or left out."""
        if isinstance(raw, Raw) and not raw.cells and not raw.problem:
            self.found.empty += 1
            return None
        row = raw if isinstance(raw, TextRow) else _row(raw, self.task, self.columns)
        problem = row if isinstance(row, str) else damage("".join(_texts(row)))
        if isinstance(row, str) or problem:
            if self.bad_rows == "refuse":
                todo = "correct it, or leave such rows out with --bad-rows skip"
                raise InputError(f"{path}, row {raw.number:,}", problem, todo)
            self.found.skip(path.name, raw.number, problem)
            return None
        label = row.label if isinstance(row, LabelledRow) else ""
        self.found.add("\n".join(_texts(row)[: 1 if label else None]), label)
        if len(self.found.labels) > _MOST_LABELS:
            why = f"its column {self.columns.label!r} has more than {_MOST_LABELS:,} different labels"
            raise InputError(str(path), why, "name another one with --label-column")
        return row


def open_examples(
    path: Path,
    task: Task | None = None,
    columns: Columns | None = None,
    bad_rows: BadRows = "refuse",
    encoding: str | None = None,
) -> Examples:
    """Find out how a file, or a directory of text files, is to be read; `rows` then reads it.

    The format follows from the name: `.csv`, `.tsv`, `.jsonl` (`.ndjson`, `.json`) are tables, all else is text.
    Without a task, columns of prompts or labels decide for theirs, and all else is language modelling. `encoding`
    is one of Python's names, for what is found wrongly. Raises InputError for what is missing, empty or no text,
    and where columns or task cannot be decided.
    """
    columns = columns or Columns()
    if path.is_dir():
        return _directory(path, task, columns, bad_rows, encoding)
    source = source_of(path, columns, encoding)
    if source.table is None:
        return Examples(path, _text_task(path, task, columns), bad_rows, (source,), Columns())
    names = source.table.names
    if names == ("",):  # strings, a line each
        return Examples(path, _text_task(path, task, columns), bad_rows, (source,), Columns(text=""))
    decided, chosen = column_names.decide(str(path), names, columns, task)
    return Examples(path, decided, bad_rows, (source,), chosen)


def _directory(path: Path, task: Task | None, columns: Columns, bad_rows: BadRows, encoding: str | None) -> Examples:
    """All text files in it and below, in the order of their names; hidden ones are passed over.

    What is empty is left out, and so is a file that is no text where bad rows are skipped; both are named.
    """
    files = [
        file
        for file in sorted(path.rglob("*"))
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts)
    ]
    texts = [file for file in files if file.suffix.lower() in TEXT_SUFFIXES]
    sources, unread = sources_of(texts, path, bad_rows, encoding)
    if not sources:
        raise InputError(str(path), "there is no .txt or .md file in it that holds anything", "name one file")
    examples = Examples(path, _text_task(path, task, columns), bad_rows, sources, Columns())
    examples.found.unread_files = unread
    others = [file for file in files if file.suffix.lower() not in TEXT_SUFFIXES]
    examples.found.other_files = tuple(str(file.relative_to(path)) for file in others)
    return examples


def _text_task(path: Path, task: Task | None, columns: Columns) -> Task:
    """Plain text has only one task."""
    if task not in (None, "lm") or columns.given():
        need = {"classify": "text,label", "prompt": "prompt,completion"}.get(task or "", "text")
        raise InputError(str(path), "plain text has no columns", f"give a CSV file with the columns {need}")
    return "lm"


def _row(raw: Raw, task: Task, columns: Columns) -> Row | str:
    """The row that a task has, or what is wrong with it."""
    if raw.problem:
        return raw.problem
    if columns.messages is not None:
        turns = turns_of(raw.cells.get(columns.messages))
        return turns if isinstance(turns, str) else PromptRow(raw.number, turns)
    cells: dict[str, str] = {}
    for role, name in columns.given().items():
        text = _text(raw.cells.get(name))
        if text is None:
            return f"its {name or 'line'} is {'missing' if name not in raw.cells else 'a list or an object'}"
        if not text.strip() and role != "context":
            return f"its {name or 'line'} is empty"
        cells[role] = text
    if task == "classify":
        return LabelledRow(raw.number, cells["text"], cells["label"].strip())
    if task == "lm":
        return TextRow(raw.number, cells["text"])
    prompt = "\n".join(part for part in (cells["prompt"], cells.get("context", "")) if part.strip())
    return PromptRow(raw.number, (Turn("user", prompt), Turn("assistant", cells["completion"])))


def _text(value: Any) -> str | None:
    """A cell as text; numbers and truth values as JSON writes them, null as nothing."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, list | dict):
        return None
    return json.dumps(value)


def _texts(row: Row) -> list[str]:
    if isinstance(row, TextRow):
        return [row.text]
    return [row.text, row.label] if isinstance(row, LabelledRow) else [turn.text for turn in row.turns]

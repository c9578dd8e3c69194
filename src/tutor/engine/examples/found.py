"""What was found in a learner's file while it was read: what is counted, what was left out and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

_NAMED = 5
"""Bad rows that are named; all are counted."""
_REMEMBERED = 500_000
"""Rows that are compared with later ones; so many hashes take about 45 MB."""
_RARE = 5
"""Texts of a label below which it cannot be learned well."""
_UNEVEN = 10
"""How many times the commonest label may outnumber the rarest without a word."""


@dataclass(frozen=True)
class Skipped:
    """A row that was left out."""

    file: str
    number: int
    why: str


@dataclass
class Found:
    """Counts of one reading; complete when it has come to the end."""

    rows: int = 0
    """That were given."""
    characters: int = 0
    empty: int = 0
    """Blank rows of a table, which are left out."""
    skipped: int = 0
    """Bad rows that were left out."""
    reasons: Counter[str] = field(default_factory=Counter)
    """How many were left out for each reason."""
    first_skipped: list[Skipped] = field(default_factory=list)
    """The first of them."""
    duplicates: int = 0
    """Rows that say the same as one before, which are kept."""
    labels: Counter[str] = field(default_factory=Counter)
    conflicting: int = 0
    """Rows whose text came before with another label."""
    other_files: tuple[str, ...] = ()
    """Files of a directory that are neither .txt nor .md."""
    unread_files: tuple[str, ...] = ()
    """Text files of a directory that are left out, each with why."""
    _seen: dict[int, str] = field(default_factory=dict, repr=False)

    def skip(self, file: str, number: int, why: str) -> None:
        """Count a bad row."""
        self.skipped += 1
        self.reasons[why.partition(":")[0]] += 1
        if len(self.first_skipped) < _NAMED:
            self.first_skipped.append(Skipped(file, number, why))

    def add(self, text: str, label: str = "") -> None:
        """Count a good row."""
        self.rows += 1
        self.characters += len(text)
        if label:
            self.labels[label] += 1
        key = hash(text.strip())
        before = self._seen.get(key)
        if before is not None:
            self.duplicates += before == label
            self.conflicting += before != label
        elif len(self._seen) < _REMEMBERED:
            self._seen[key] = label

    def notes(self) -> tuple[str, ...]:
        """What the user should know, a sentence each; empty if nothing is remarkable."""
        told = [self._of_skipped()] if self.skipped else []
        if self.empty:
            told.append(f"{_rows(self.empty)} blank and left out.")
        if self.duplicates:
            told.append(f"{_rows(self.duplicates)} the same as an earlier one; they are kept.")
        if self.conflicting:
            told.append(f"{_rows(self.conflicting)} the same text as an earlier one, with another label.")
        if self.other_files:
            told.append(_of_others(self.other_files))
        if self.unread_files:
            told.append(_of_unread(self.unread_files))
        return (*told, *self._of_labels())

    def _of_skipped(self) -> str:
        named = "; ".join(f"{row.file} row {row.number:,}: {row.why}" for row in self.first_skipped)
        more = self.skipped - len(self.first_skipped)
        return f"{_rows(self.skipped)} left out: {named}{f'; and {more:,} more' if more else ''}."

    def _of_labels(self) -> list[str]:
        if not self.labels:
            return []
        counts = self.labels.most_common()
        shown = ", ".join(f"{label[:40]} {count:,}" for label, count in counts[:8])
        more = f" and {len(counts) - 8} more" if len(counts) > 8 else ""
        told = [f"Labels: {shown}{more}."]
        (most, highest), (least, lowest) = counts[0], counts[-1]
        if highest > _UNEVEN * lowest:
            told.append(f"Uneven: {most[:40]} is {highest / lowest:.0f} times as common as {least[:40]}.")
        if rare := [label for label, count in counts if count < _RARE]:
            told.append(f"Too few to learn from well: {len(rare)} label(s) with fewer than {_RARE} rows.")
        return told


def _rows(count: int) -> str:
    return f"{count:,} {'row is' if count == 1 else 'rows are'}"


def _of_others(files: tuple[str, ...]) -> str:
    shown = ", ".join(files[:3]) + (" …" if len(files) > 3 else "")
    return (
        f"{len(files):,} {'file is' if len(files) == 1 else 'files are'} neither .txt nor .md and left out: {shown}."
    )


def _of_unread(files: tuple[str, ...]) -> str:
    shown = "; ".join(files[:_NAMED]) + (f"; and {len(files) - _NAMED:,} more" if len(files) > _NAMED else "")
    return f"{len(files):,} {'file is' if len(files) == 1 else 'files are'} left out: {shown}."

"""Tables and text as streams of rows: CSV, TSV, JSON lines, lines of text. No file is ever held whole."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from tutor.engine.examples import columns
from tutor.engine.examples.encodings import Encoding, damage, open_text
from tutor.engine.examples.rows import Raw, TextRow
from tutor.errors import InputError

if TYPE_CHECKING:
    from _csv import Reader

LONGEST = 1 << 24
"""Characters of a line or a cell; what is longer is a bad row, most likely a quotation mark that is not closed."""
PIECE = 1 << 16
"""Characters of a line of plain text that are read at once."""

_SAMPLE = 1 << 16
_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Delimited:
    """A table with a delimiter between its cells, read by the library's `csv`."""

    path: Path
    encoding: Encoding
    delimiter: str
    is_quoted: bool
    """Whether quotation marks hold cells together."""
    names: tuple[str, ...]
    has_header: bool

    def rows(self) -> Iterator[Raw]:
        """The rows after the header. The number of a row is that of a spreadsheet: the header is row 1."""
        csv.field_size_limit(LONGEST)
        with open_text(self.path, self.encoding, newline="") as file:
            reader = _reader(_lines(file, self.path), self.delimiter, self.is_quoted)
            for number in itertools.count(1):
                before = reader.line_num
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield Raw(number, {}, _what_csv_says(error, before + 1, reader.line_num))
                    continue
                if number > 1 or not self.has_header:
                    yield self._row(number, cells)

    def _row(self, number: int, cells: list[str]) -> Raw:
        if not any(cell.strip() for cell in cells):
            return Raw(number, {})
        if len(cells) != len(self.names):
            have, need = _counted(len(cells), "cell"), _counted(len(self.names), "column")
            hint = ", so that a cell with a delimiter in it may lack its quotation marks"
            return Raw(number, {}, f"it has {have}, the table {need}{hint if len(cells) > len(self.names) else ''}")
        return Raw(number, dict(zip(self.names, cells, strict=True)))


def delimited(path: Path, encoding: Encoding, *, has_header: bool = True) -> Delimited:
    """Find the delimiter, the quotation marks and the names. Raises InputError if there is no header to read."""
    with open_text(path, encoding, newline="") as file:
        sample = file.read(_SAMPLE)
    whole = len(sample) < _SAMPLE
    delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else _delimiter(sample, whole)
    is_quoted = delimiter != "\t" or _is_quoted(sample, whole)
    first = next(iter(_first_rows(sample, delimiter, is_quoted, whole=True)), [])
    if not any(cell.strip() for cell in first):
        raise InputError(
            str(path), "its first row cannot be read as names of columns", "give the columns names there"
        )
    names = tuple(cell.strip() for cell in first) if has_header else tuple(str(i + 1) for i in range(len(first)))
    if twice := [name for name in names if names.count(name) > 1]:
        raise InputError(str(path), f"several columns are called {twice[0]!r}", "give each column a name of its own")
    if problem := damage("".join(names)):
        raise InputError(str(path), f"the names of its columns cannot be read ({problem})", "correct its first row")
    return Delimited(path, encoding, delimiter, is_quoted, names, has_header)


def _reader(lines: Iterable[str], delimiter: str, is_quoted: bool) -> Reader:
    if is_quoted:
        return csv.reader(lines, delimiter=delimiter, strict=True)
    return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)


def _first_rows(sample: str, delimiter: str, is_quoted: bool, whole: bool) -> list[list[str]]:
    """The first rows of a sample that can be read; the last one may be cut off if the sample is not the whole."""
    csv.field_size_limit(LONGEST)
    rows: list[list[str]] = []
    try:
        rows.extend(itertools.islice(_reader(io.StringIO(sample, newline=""), delimiter, is_quoted), 50))
    except csv.Error:  # those before it have been taken
        return rows
    return rows if whole or len(rows) == 50 else rows[:-1] or rows


def _delimiter(sample: str, whole: bool) -> str:
    """The one that makes columns with known names, or else rows of the same length."""

    def rank(delimiter: str) -> tuple[float, ...]:
        rows = [row for row in _first_rows(sample, delimiter, True, whole) if row]
        if not rows or len(rows[0]) < 2:
            return (columns.known(rows[0]) if rows else 0, 0, 0)
        same = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        return (columns.known(rows[0]), round(same, 1), len(rows[0]))

    return max(_DELIMITERS, key=rank)


def _is_quoted(sample: str, whole: bool) -> bool:
    """Whether quotation marks hold cells of a table with tabs together: if that makes rows of one length."""
    if '"' not in sample:
        return False
    rows: list[list[str]] = []
    try:
        rows.extend(_reader(io.StringIO(sample, newline=""), "\t", True))
    except csv.Error as error:
        if whole or "unexpected end" not in str(error):  # a sample may end inside a cell
            return False
    return len({len(row) for row in (rows if whole else rows[:-1]) if row}) == 1


def _what_csv_says(error: csv.Error, first: int, last: int) -> str:
    lines = f"lines {first:,} to {last:,}" if last > first else f"line {last:,}"
    said = str(error)
    if "unexpected end" in said or "field larger" in said:
        return f"a quotation mark is opened and not closed: {lines}"
    if "expected after" in said:
        return f"a quotation mark stands inside a cell and is not doubled: {lines}"
    return f"{said}: {lines}"


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    """Lines with their ends. Raises InputError for one that is no line of a table."""
    for number in itertools.count(1):
        if not (line := file.readline(LONGEST)):
            return
        if len(line) == LONGEST and not line.endswith(("\n", "\r")):
            raise InputError(
                f"{path}, line {number:,}", f"it is longer than {LONGEST:,} characters", "is it a table?"
            )
        yield line


@dataclass(frozen=True)
class JsonLines:
    """An object a line, or a string a line."""

    path: Path
    encoding: Encoding
    names: tuple[str, ...]
    """Of the first objects; empty if they are strings."""

    def rows(self) -> Iterator[Raw]:
        """Each line; a string is the cell of a column without a name."""
        with open_text(self.path, self.encoding) as file:
            for number in itertools.count(1):
                if not (line := file.readline(LONGEST)):
                    return
                if len(line) == LONGEST and not line.endswith("\n"):
                    while (rest := file.readline(LONGEST)) and not rest.endswith("\n"):
                        pass
                    yield Raw(number, {}, f"it is longer than {LONGEST:,} characters")
                else:
                    yield _object(number, line)


def json_lines(path: Path, encoding: Encoding) -> JsonLines:
    """Find the names of the columns. Raises InputError if none of the first lines is an object or a string."""
    with open_text(path, encoding) as file:
        start = file.read(_SAMPLE).lstrip()
    if start.startswith("["):
        raise InputError(str(path), "this is one JSON list, not JSON lines", "save it with one object on each line")
    names: dict[str, None] = {}
    for row in itertools.islice(JsonLines(path, encoding, ()).rows(), 100):
        names |= dict.fromkeys(row.cells)
    if not names:
        raise InputError(
            str(path), "none of its first lines is a JSON object", 'write lines such as {"text": "…", "label": "…"}'
        )
    return JsonLines(path, encoding, tuple(names))


def _object(number: int, line: str) -> Raw:
    if not line.strip():
        return Raw(number, {})
    if problem := damage(line):
        return Raw(number, {}, problem)
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Raw(number, {}, f"it is not JSON: {error}")
    if isinstance(value, str):
        return Raw(number, {"": value})
    return Raw(number, value) if isinstance(value, dict) else Raw(number, {}, "it is JSON, but not an object")


def text_lines(path: Path, encoding: Encoding) -> Iterator[TextRow]:
    """The lines of a text file that are not blank, without their ends; the end of each is a line feed or Windows'."""
    with open_text(path, encoding) as file:
        number, rest, is_continued = 1, "", False
        while piece := file.readline(PIECE):
            text = rest + piece
            if piece.endswith("\n"):
                if text.strip() or is_continued:
                    yield TextRow(number, text[:-1])
                number, rest, is_continued = number + 1, "", False
            elif len(piece) == PIECE:  # the line goes on: cut it between two words, if it has any
                cut = text.rfind(" ", 1) if " " in text[1:] else len(text)
                yield TextRow(number, text[:cut], goes_on=True)
                rest, is_continued = text[cut:], True
            else:
                rest = text
        if rest.strip() or is_continued:
            yield TextRow(number, rest)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"

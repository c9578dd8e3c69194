"""The files that a learner's examples come from: how each is read, and which of a folder cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tutor.engine.examples.encodings import Encoding, find, named, open_text
from tutor.engine.examples.formats import Delimited, JsonLines, delimited, json_lines, text_lines
from tutor.engine.examples.rows import BadRows, Columns, Raw, TextRow
from tutor.errors import InputError


class Source:
    """A file, and how it is read."""

    def __init__(self, path: Path, encoding: Encoding, table: Delimited | JsonLines | None) -> None:
        self.path, self.encoding, self.table = path, encoding, table

    @property
    def format(self) -> str:
        if self.table is None:
            return "text"
        if isinstance(self.table, JsonLines):
            return "jsonl"
        return "tsv" if self.table.delimiter == "\t" else "csv"

    def raw_rows(self) -> Iterator[Raw] | Iterator[TextRow]:
        return text_lines(self.path, self.encoding) if self.table is None else self.table.rows()


def source_of(path: Path, columns: Columns, asked: str | None) -> Source:
    """How one file is read, found from its name and its beginning. Raises InputError if it is empty or no text."""
    encoding = named(asked) if asked else find(path)
    with open_text(path, encoding) as file, readable(path, encoding):
        if not file.read(1 << 16).strip("\ufeff \r\n\t"):
            raise _EmptyError(str(path), "it is empty", "give a file with something to learn from")
    given = columns.given().values()
    has_header = not given or not all(name.isdecimal() for name in given)
    suffix = path.suffix.lower()
    with readable(path, encoding):
        if suffix in (".csv", ".tsv", ".tab"):
            return Source(path, encoding, delimited(path, encoding, has_header=has_header))
        if suffix in (".jsonl", ".ndjson", ".json"):
            return Source(path, encoding, json_lines(path, encoding))
    return Source(path, encoding, None)


def sources_of(
    texts: list[Path], folder: Path, bad_rows: BadRows, encoding: str | None
) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """The files of a folder that can be read, and those that are left out, each with why."""
    sources, unread = [], []
    for file in texts:
        name = str(file.relative_to(folder))
        try:
            sources.append(source_of(file, Columns(), encoding))
        except _EmptyError as error:
            unread.append(f"{name}: {error.why}")
        except InputError as error:
            if bad_rows == "refuse":
                todo = f"{error.todo}, or leave such files out with --bad-rows skip"
                raise InputError(error.what, error.why, todo) from None
            unread.append(f"{name}: {error.why}")
    return tuple(sources), tuple(unread)


class _EmptyError(InputError):
    """A file with nothing but spaces in it."""


@contextmanager
def readable(path: Path, encoding: Encoding) -> Iterator[None]:
    """Turns what reading raises into one line."""
    try:
        yield
    except UnicodeError as error:
        todo = "save it as UTF-8, or say its encoding with --encoding"
        raise InputError(str(path), f"it is not whole {encoding.name} ({error})", todo) from None
    except OSError as error:
        raise InputError(str(path), error.strerror or "unreadable", "check the file") from None

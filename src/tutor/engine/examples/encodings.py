"""In which encoding a text file is, found out from its bytes without ever holding all of them."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from tutor.errors import InputError

_CHUNK = 1 << 20

_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32", "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "UTF-32", "utf-32"),
    (codecs.BOM_UTF8, "UTF-8 with a byte-order mark", "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "UTF-16", "utf-16"),
    (codecs.BOM_UTF16_BE, "UTF-16", "utf-16"),
)

_NO_TEXT = (
    (b"PK\x03\x04", "a zip archive, which a spreadsheet or a document may be", "save it as CSV or text"),
    (b"\xd0\xcf\x11\xe0", "an old Office document", "save it as CSV or text"),
    (b"\x1f\x8b", "compressed with gzip", "unpack it first"),
    (b"BZh", "compressed with bzip2", "unpack it first"),
    (b"\xfd7zXZ", "compressed with xz", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstandard", "unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it first"),
    (b"%PDF-", "a PDF", "save its text as .txt"),
    (b"PAR1", "a Parquet table", "save it as CSV"),
    (b"SQLite format 3\x00", "a database", "save the table as CSV"),
    (b"\x80\x02", "a pickle, and opening one can run any program", "save it as CSV"),
    (b"\x80\x03", "a pickle, and opening one can run any program", "save it as CSV"),
    (b"\x80\x04\x95", "a pickle, and opening one can run any program", "save it as CSV"),
    (b"\x80\x05\x95", "a pickle, and opening one can run any program", "save it as CSV"),
)
"""How files begin that people take for text, what they are, and what helps."""

_SUFFIXES = {
    ".xlsx": "a spreadsheet",
    ".xls": "a spreadsheet",
    ".ods": "a spreadsheet",
    ".docx": "a document of a word processor",
    ".odt": "a document of a word processor",
    ".pkl": "a pickle, and opening one can run any program",
    ".pickle": "a pickle, and opening one can run any program",
    ".parquet": "a Parquet table",
}

_CONTROL = bytes({*range(32), 127} - set(b"\t\n\v\f\r\x1b"))
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"
"""Bytes that mean nothing in Windows-1252."""


@dataclass(frozen=True)
class Encoding:
    """How a file's bytes are to be read."""

    name: str
    """For people."""
    codec: str
    """For Python."""


def find(path: Path) -> Encoding:
    """The encoding of a text file.

    A byte-order mark decides; else whether all of it is UTF-8; else whether every other byte is zero, as of UTF-16;
    else it is Windows-1252, or Latin-1 if it has bytes that mean nothing there. A file that is UTF-8 but for a few
    bytes counts as UTF-8, and the rows with those bytes are bad. Raises InputError for what is no text.
    """
    with _opened(path) as file:
        start = file.read(_CHUNK)
    _refuse_other(path, start)
    for mark, name, codec in _MARKS:
        if start.startswith(mark):
            return Encoding(name, codec)
    if b"\x00" in start:
        return _without_mark(path, start)
    if len(start.translate(None, _CONTROL)) < 0.995 * len(start):
        raise _binary(path)
    wrong = _first_wrong(path)
    if wrong is None or _mostly_utf8(path, wrong):
        return Encoding("UTF-8", "utf-8")
    is_latin = any(chunk.translate(None, _UNDEFINED) != chunk for chunk in _chunks(path))
    return Encoding("Latin-1", "latin-1") if is_latin else Encoding("Windows-1252", "cp1252")


def named(name: str) -> Encoding:
    """The encoding of that name, as Python calls it. Raises InputError if there is none."""
    try:
        codec = codecs.lookup(name).name
        "".encode(codec)  # codecs such as base64 are not of text
    except (LookupError, ValueError) as error:
        raise InputError(f"--encoding {name}", f"no encoding ({error})", "try utf-8, cp1252 or utf-16") from None
    return Encoding(name, codec)


def open_text(path: Path, encoding: Encoding, newline: str | None = None) -> TextIO:
    """The file as text; `newline` as of `open`. A byte that is not UTF-8 becomes a lone surrogate, for `damage`."""
    errors = "surrogateescape" if encoding.codec.startswith("utf-8") else "strict"
    with _told(path):
        return path.open(encoding=encoding.codec, errors=errors, newline=newline)


def damage(text: str) -> str:
    """What is wrong with the characters of a row; empty if nothing is."""
    if "\x00" in text:
        return "it holds a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        return f"it holds the byte 0x{code - 0xDC00:02X}, which is not UTF-8" if 0xDC80 <= code < 0xDD00 else _HALF
    return ""


_HALF = "it holds half a character (a lone surrogate)"


def _without_mark(path: Path, start: bytes) -> Encoding:
    """UTF-16 if zeros are at every other byte, as in texts that are mostly Latin letters."""
    pairs = max(len(start) // 2, 1)
    first, second = start[0::2].count(0) / pairs, start[1::2].count(0) / pairs
    if second > 0.4 and first < 0.05:
        return Encoding("UTF-16", "utf-16-le")
    if first > 0.4 and second < 0.05:
        return Encoding("UTF-16", "utf-16-be")
    raise _binary(path)


def _refuse_other(path: Path, start: bytes) -> None:
    for beginning, what, todo in _NO_TEXT:
        if start.startswith(beginning):
            raise InputError(str(path), f"this is {what}, not text", todo)
    if (what := _SUFFIXES.get(path.suffix.lower(), "")) and start:
        raise InputError(str(path), f"by its name this is {what}", "save it as CSV or text")


def _binary(path: Path) -> InputError:
    return InputError(str(path), "this is a binary file, not text", "give a plain-text file, CSV or JSON lines")


def _first_wrong(path: Path) -> int | None:
    """Where the first bytes stand that are not UTF-8."""
    decoder, read = codecs.getincrementaldecoder("utf-8")(), 0
    for chunk in _chunks(path):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return read - held + error.start
        read += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return read
    return None


def _mostly_utf8(path: Path, wrong: int) -> bool:
    """Whether around the first wrong byte more characters beyond ASCII are good than bad."""
    with _opened(path) as file:
        file.seek(max(wrong - _CHUNK // 2, 0))
        text = file.read(_CHUNK).decode("utf-8", "replace")
    bad = text.count("�")
    return sum(not character.isascii() for character in text) - bad > bad


def _chunks(path: Path) -> Iterator[bytes]:
    with _opened(path) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _opened(path: Path) -> BinaryIO:
    with _told(path):
        return path.open("rb")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turns what opening a file raises into one line."""
    try:
        yield
    except FileNotFoundError:
        raise InputError(str(path), "no such file", "check the path") from None
    except IsADirectoryError:
        raise InputError(str(path), "this is a directory", "name a file in it") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(str(path), why, "check the path and its permissions") from None

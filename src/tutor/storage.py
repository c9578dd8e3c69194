"""Files that are either the old ones or the new ones, never half of each."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path
from typing import Any

from tutor import paths
from tutor.errors import InputError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that takes its place when the block ends without an error.

    The data reaches the disk before the name does (fsync, then `os.replace`), so that a crash leaves the old
    file or the new one. On an error the temporary file is removed and `path` is as it was; an OSError names `path`.
    """
    part: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
        os.close(handle)
        part = Path(name)
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.chmod(0o644)  # mkstemp makes files that only their owner may read
        part.replace(path)
    except OSError as error:
        error.filename, error.filename2 = str(path), None  # a full disk has none, others that of the temporary file
        raise
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def place_for(name: str, *, force: bool = False, todo: str = "choose another name") -> Path:
    """The path of a file to be written, where one may stand only with `force`.

    Raises InputError before any work is done for it: no place for a file, not writable, or taken; `todo` says what
    to do about a taken one.
    """
    path = paths.typed(name)
    if path.is_dir() or not path.absolute().parent.is_dir():
        raise InputError(name, "not a place for a file", "name a file in an existing directory")
    if not os.access(path.absolute().parent, os.W_OK):
        raise InputError(name, "its directory takes no files", "name a file in a directory of yours")
    if path.exists() and not force:
        raise InputError(name, "the file exists", todo)
    return path


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8, atomically."""
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, value: Any) -> None:
    """Write `value` as indented JSON, atomically. NaN and Infinity are refused with a ValueError."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def read_state(path: Path, check: Callable[[Any], Any], default: Any) -> tuple[Any, str]:
    """Read one of the learner's own JSON files: (value, what to tell the learner or "").

    `check` turns the parsed JSON into the value and raises ValueError, TypeError or KeyError if it is not one.
    A missing file gives `default`. A damaged one is set aside with the suffix `.damaged`, never overwritten.
    """
    try:
        return check(json.loads(path.read_text(encoding="utf-8"))), ""
    except FileNotFoundError:
        return default, ""
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        aside = _free(path.with_name(path.name + ".damaged"))
        path.replace(aside)
        return default, f"{path.name} was damaged ({error}); it is kept as {aside.name}"


def _free(path: Path) -> Path:
    """This path, or with a number behind it if something was kept there before."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return next(found for found in chain([path], numbered) if not found.exists())


def read_object(file: Path, todo: str) -> dict[str, Any]:
    """The JSON object in a model's file. Raises InputError if there is none; `todo` says what helps."""
    try:
        parsed = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(str(file), "no such file", "name the folder of a checkpoint") from None
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(str(file), f"unreadable ({error})", todo) from None
    if not isinstance(parsed, dict):
        raise InputError(str(file), "not a JSON object", todo)
    return parsed


def read_learner_text(path: Path, limit: int = 1 << 30) -> str:
    """The text of a file that the user named, decoded as UTF-8 (a byte-order mark is dropped).

    Raises InputError if it is missing, a directory, a device, larger than `limit` bytes, binary or not UTF-8.
    """
    try:
        found = path.stat()
        if found.st_size > limit:
            why = f"{found.st_size:,} bytes is over the limit of {limit:,}"
            raise InputError(str(path), why, "give a smaller file")
        if stat.S_ISCHR(found.st_mode) or stat.S_ISBLK(found.st_mode):
            raise InputError(str(path), "this is a device, which may never end", "name a text file")
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError(str(path), "no such file", "check the path") from None
    except IsADirectoryError:
        raise InputError(str(path), "this is a directory", "name a text file in it") from None
    except OSError as error:
        raise InputError(str(path), error.strerror or "unreadable", "check the path and its permissions") from None
    if b"\x00" in data:
        raise InputError(str(path), "this is a binary file, not text", "give a plain-text file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            str(path), f"byte {error.start} is not UTF-8", "save the file as UTF-8 and try again"
        ) from None

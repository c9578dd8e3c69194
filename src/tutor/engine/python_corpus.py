"""The standard library's own source, which is what `coder` learns."""

from __future__ import annotations

import ast
import functools
import sysconfig
from pathlib import Path

from tutor.engine.corpus import Work

_LEFT_OUT = {"test", "tests", "idle_test", "idlelib", "lib2to3", "site-packages", "__pycache__", "pydoc_data"}
"""Folders of tests and data, and of old code in other dialects."""

LARGEST = 200_000
"""Bytes; what is larger is mostly tables."""


@functools.cache
def works(library: Path | None = None) -> tuple[Work, ...]:
    """Every source file that parses and is not left out, by its path; tabs are kept as they are.

    Of the library of the Python that runs, if no other is named.
    """
    library = library or Path(sysconfig.get_path("stdlib"))
    return tuple(work for file in sorted(library.rglob("*.py")) if (work := _work(file, library)) is not None)


def _work(file: Path, library: Path) -> Work | None:
    inside = file.relative_to(library)
    if _LEFT_OUT & set(inside.parts) or "encodings" in inside.parts or file.stat().st_size > LARGEST:
        return None
    try:
        text = file.read_text(encoding="utf-8")
        ast.parse(text)
    except (SyntaxError, ValueError):
        return None
    lines = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    return Work(inside.as_posix(), lines) if lines.strip() else None

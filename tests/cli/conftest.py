"""The command line inside the test's own process: same parsing, same exit statuses, no interpreter to start."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass

import pytest

from tutor.cli import main


@dataclass(frozen=True)
class Outcome:
    status: int
    out: str
    err: str


@pytest.fixture
def tutor(monkeypatch, capsys):
    """Run `tutor ARGUMENTS…` with bytes on standard input, or with a terminal there when `stdin` is None."""

    # A command's own process rounds tiny numbers to zero; a test's process has other tests to come.
    monkeypatch.setattr("tutor.engine.device.own_process", lambda: None)

    def run(*arguments, stdin: bytes | None = b""):
        typed = io.TextIOWrapper(io.BytesIO(stdin or b""), encoding="utf-8")
        typed.isatty = lambda: stdin is None
        monkeypatch.setattr(sys, "argv", ["tutor", *arguments])
        monkeypatch.setattr(sys, "stdin", typed)
        capsys.readouterr()
        try:
            main()
            status = 0
        except SystemExit as leaving:
            status = leaving.code or 0
        out, err = capsys.readouterr()
        return Outcome(status, out, err)

    return run

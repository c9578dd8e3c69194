"""Long experiments on the command line: text as it is made, or a line that says how far it is."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor.experiments import execute, load
from tutor.views import view

if TYPE_CHECKING:
    from tutor.cli.show import Form


@dataclass(frozen=True)
class Streamed:
    """How a long experiment went."""

    result: Any
    """None if it was interrupted before it had anything to give."""
    shown: bool
    """Whether its text already went out."""
    interrupted: bool


def stream(name: str, inputs: Any, form: Form) -> Streamed:
    """Run to the end, or to the first ctrl-C: the experiment is then asked to finish and gives what it has."""
    shown, result_class = view(name), load(name).Result
    by_piece = hasattr(shown, "piece") and form.stream and not (form.json or form.plain or form.output)
    result = None
    with _interruptible() as interrupted:
        for record in execute(name, inputs, lambda: bool(interrupted)):
            if isinstance(record, result_class):
                result = record
            elif by_piece:
                _write_piece(shown.piece(record), form)
            elif hasattr(shown, "progress"):
                _show_progress(shown.progress(record))
    _end_progress(by_piece)
    return Streamed(result, by_piece, bool(interrupted))


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """A list that is empty until ctrl-C is pressed; a second ctrl-C stops at once."""
    pressed: list[int] = []

    def note(number: int, frame: Any) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)


def _write_piece(text: str, form: Form) -> None:
    from tutor.cli.show import printable

    sys.stdout.write(printable(text, form))
    sys.stdout.flush()


def _show_progress(line: str) -> None:
    """Replace the line on standard error; nothing where that is no terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[2K{line}")
        sys.stderr.flush()


def _end_progress(by_piece: bool) -> None:
    if by_piece:
        sys.stdout.write("\n")
    elif sys.stderr.isatty():
        sys.stderr.write("\r\x1b[2K")
        sys.stderr.flush()

"""The learner's own function out of the learner's own file."""

from __future__ import annotations

import contextlib
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tutor.errors import InputError
from tutor.storage import read_learner_text


def load(file: Path, name: str) -> Callable[..., Any]:
    """The function `name` in a Python file, which is run to get it; what it prints goes to standard error.

    Raises InputError, with the line, for a file that cannot be run or has no such function.
    """
    text = read_learner_text(file)
    space: dict[str, Any] = {"__name__": file.stem, "__file__": str(file)}
    try:
        with contextlib.redirect_stdout(sys.stderr):
            exec(compile(text, str(file), "exec"), space)  # the learner's own program
    except SyntaxError as error:
        raise InputError(str(file), f"line {error.lineno}: {error.msg}", "correct it and run it again") from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever their program raises
        raise InputError(str(file), described(error, file), "correct it and run it again") from None
    function = space.get(name)
    if not callable(function):
        raise InputError(str(file), f"it has no function {name}", f"write def {name}(…) in it")
    return _quiet(function)


def _quiet(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        with contextlib.redirect_stdout(sys.stderr):
            return function(*arguments)

    return call


def described(error: BaseException, file: Path) -> str:
    """An error in one line, with the last line of their file that it went through."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    where = f"line {lines[-1]}: " if lines else ""
    message = " ".join(str(error).split())
    return f"{where}{type(error).__name__}: {message[:200]}".rstrip(": ")

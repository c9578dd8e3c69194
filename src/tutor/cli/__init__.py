"""The command line: parse, run the experiment, show its record. Heavy imports happen inside commands only."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any, cast

_COMPLETION = "_TUTOR_COMPLETE"
"""Set when a shell asks which words could come next; the words so far are then in the environment too."""


_NO_NUMBER = re.compile(r"'([^']+)': Input should be a valid (integer|number)")
_EXTRA = re.compile(r"unexpected extra argument(?:s|\(s\))? \((.*)\)")


def main() -> None:
    """The command `tutor`: alone, or with --ascii alone, it opens the app; else it is a command line."""
    _open_closed_streams()
    try:
        if sys.argv[1:] in ([], ["--ascii"]) and _COMPLETION not in os.environ:
            _open_app(ascii_only=len(sys.argv) > 1)
        else:
            _command_line()
    except KeyboardInterrupt:
        from tutor.cli.command import interrupted

        sys.exit(interrupted())


def _open_closed_streams() -> None:
    """Python has None for a stream that was closed before it started (`tutor … >&-`): what goes there is lost."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open to the end


def _command_line() -> None:
    import typer

    from tutor.cli.command import interrupted
    from tutor.cli.program import build
    from tutor.engine import device

    device.own_process()
    try:
        status = build(_asked())(prog_name="tutor", standalone_mode=False)
    except typer.Abort:
        status = interrupted()
    except SystemExit as leaving:  # Typer leaves with 1 when nobody reads its help to the end, which is no error
        status = 0 if isinstance(leaving.__context__, BrokenPipeError) else leaving.code
    except cast("type[Exception]", typer.BadParameter.__base__) as error:  # what Typer raises for any wrong line
        status = _refused(error)
    sys.exit(status or 0)


def _refused(error: Any) -> int:
    """Says in one line what Typer found wrong; a group without its command gets the help that it asks for."""
    from tutor import experiments
    from tutor.cli.program import HOUSEKEEPING
    from tutor.errors import UsageError

    if type(error).__name__ == "NoArgsIsHelpError":
        error.show()
        return UsageError.exit_status
    names: list[str] = []
    context = error.ctx
    while context is not None and context.parent is not None:
        names, context = [str(context.info_name), *names], context.parent
    if not names and sys.argv[1] in (*experiments.names(), *HOUSEKEEPING):  # Typer forgets it for a lone flag
        names = [sys.argv[1]]
    command = " ".join(["tutor", *names])
    print(f"tutor: {UsageError(command, *_in_our_words(error.format_message(), command))}", file=sys.stderr)
    return UsageError.exit_status


def _in_our_words(message: str, command: str) -> tuple[str, str]:
    """What is wrong and what to do about it, from what Typer says."""
    why, suggested, close = message.rstrip(".").partition(". Did you mean ")
    if number := _NO_NUMBER.search(why):
        return f"{number[1]} takes a {'whole ' * (number[2] == 'integer')}number", f"see {command} --help"
    if extra := _EXTRA.search(why):
        quoted = "put quotation marks around a text of several words"
        return f"{extra[1]} is more than it takes", f"{quoted}, or see {command} --help"
    return why[:1].lower() + why[1:], f"did you mean {close}" if suggested else f"see {command} --help"


def _asked() -> list[str]:
    """The words after `tutor`, also where a shell only asks how they could go on."""
    if _COMPLETION not in os.environ:
        return sys.argv[1:]
    typed = os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS") or ""
    return typed.split()[1:]


def _open_app(ascii_only: bool) -> None:
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        print(
            "tutor: no terminal to draw on: input or output is piped; use a subcommand, see tutor --help",
            file=sys.stderr,
        )
        sys.exit(2)
    from tutor.app.freed_memory import give_back  # noqa: TID251 - without a command, tutor opens the app
    from tutor.app.tutor_app import TutorApp  # noqa: TID251

    give_back()
    TutorApp(ascii_only=ascii_only).run()

"""The command line: parse, run the experiment, show its record. Heavy imports happen inside commands only."""

from __future__ import annotations

import sys


def main() -> None:
    """The command `tutor`: without arguments it opens the app, with some it is a command line."""
    try:
        if len(sys.argv) > 1:
            _command_line()
        else:
            _open_app()
    except KeyboardInterrupt:
        sys.exit(130)


def _command_line() -> None:
    from tutor.cli.program import build

    build(sys.argv[1:])()


def _open_app() -> None:
    if not (sys.stdout.isatty() and sys.stdin.isatty()):
        print(
            "tutor: no terminal to draw on: input or output is piped; use a subcommand, see tutor --help",
            file=sys.stderr,
        )
        sys.exit(2)
    from tutor.app.tutor_app import TutorApp  # noqa: TID251 - without a command, tutor opens the app

    TutorApp().run()

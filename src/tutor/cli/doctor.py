"""Is this installation well? One line a finding, and what to do about what is not."""

from __future__ import annotations

import typer

from tutor.cli.command import reporting
from tutor.cli.documents import Ascii, Json, Plain, print_document, print_lines
from tutor.cli.findings import CHECKS, Finding

_STYLES = {"ok": "green", "warning": "yellow", "wrong": "bold red"}


def command(json: Json = False, plain: Plain = False, ascii: Ascii = False) -> None:
    """Check versions, device, models, lessons, terminal and state directory; status 1 if something is wrong."""
    with reporting():
        found = [finding for check in CHECKS for finding in check()]
        if json:
            print_document("doctor", {"findings": [vars(finding) for finding in found]}, ascii)
        elif plain:
            print_lines(map(_sentence, found), ascii)
        else:
            _print_table(found, ascii)
        if any(finding.level == "wrong" for finding in found):
            raise typer.Exit(1)


def _sentence(finding: Finding) -> str:
    return f"{finding.level}: {finding.name}: {finding.what}{f'; {finding.todo}' if finding.todo else ''}"


def _print_table(found: list[Finding], ascii: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    from tutor.cli.show import Form, console

    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(3):
        table.add_column(overflow="fold")
    for finding in found:
        what = Text(finding.what)
        if finding.todo:
            what.append(f"\n→ {finding.todo}", style="bold")
        table.add_row(Text(finding.level, style=_STYLES[finding.level]), finding.name, what)
    screen = console(Form(ascii=ascii))
    screen.print(table)
    wrong = sum(finding.level == "wrong" for finding in found)
    counted = "Nothing is" if not wrong else "One thing is" if wrong == 1 else f"{wrong} things are"
    screen.print(f"\n{counted} wrong.")

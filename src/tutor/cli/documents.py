"""What commands that are no experiments share: the options for the form of an answer, its JSON and its lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.", metavar="")]
Plain = Annotated[bool, typer.Option("--plain", help="The same facts as sentences.", metavar="")]
Ascii = Annotated[bool, typer.Option("--ascii", help="Only ASCII characters.", metavar="")]


def print_document(name: str, contents: dict[str, Any], ascii: bool = False) -> None:
    """Print `contents` as one JSON document of the schema `tutor/<name>/1`, with the same head as a record has."""
    from tutor import __version__
    from tutor.cli.show import Form, print_json

    head = {"schema": f"tutor/{name}/1", "version": __version__}
    print_json(json.dumps(head | contents, ensure_ascii=False, allow_nan=False), Form(ascii=ascii))


def print_lines(lines: Iterable[str], ascii: bool = False) -> None:
    """Print each line, in ASCII where the terminal or the user knows nothing else."""
    from tutor.cli.show import Form, printable

    for line in lines:
        print(printable(line, Form(ascii=ascii)), flush=True)

"""A picture as a file: SVG, HTML or text."""

from __future__ import annotations

import io
import re

from rich.console import Console, RenderableType

from tutor.views.ascii import Ascii

WIDTH = 100
"""Columns of an exported picture: what fits on a page."""


def export(picture: RenderableType, suffix: str, title: str, ascii_only: bool = False, width: int = WIDTH) -> str:
    """The picture as the text of a file whose name ends in `suffix` (`.svg`, `.html` or `.txt`)."""
    coloured = suffix != ".txt"
    console = Console(
        record=True,
        width=width,
        file=io.StringIO(),
        force_terminal=coloured,
        color_system="truecolor" if coloured else None,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    console.print(Ascii(picture) if ascii_only else picture)
    if suffix == ".svg":
        return _without_web_fonts(console.export_svg(title=title))
    if suffix == ".html":
        return console.export_html(inline_styles=True)
    return "\n".join(line.rstrip() for line in console.export_text().split("\n")).rstrip("\n") + "\n"


def _without_web_fonts(svg: str) -> str:
    """Rich's SVG names a font on the web; a picture made offline must not call anybody when it is opened."""
    return re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.DOTALL)

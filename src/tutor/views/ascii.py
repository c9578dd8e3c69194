"""Any picture with ASCII characters only."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

_SPELLED = dict(
    zip("·⏎⇥→←↓↑−–—×…“”‘’▸●◐○≈√░▒▓█▁│─┼┤├‹›◉▏▕▀▄┃━", '.$>><v^---x.""\'\'>*o.~V.+#@_|-+++<>@||"_|=', strict=True)
) | dict(zip("▂▃▅▆▇▉▊▋▌▍▎", "__#######||", strict=True))
"""Blocks that are filled in part are the ends of scroll bars."""


def spelled(text: str) -> str:
    """`text` with each character that is not ASCII replaced by ASCII ones that fill as many cells.

    An accent is dropped (é → e); what has no likeness becomes `?`.
    """
    if text.isascii():
        return text
    return "".join(character if character.isascii() else _spell(character) for character in text)


def _spell(character: str) -> str:
    if character in _SPELLED:
        return _SPELLED[character]
    width = cell_len(character)
    base = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return base if len(base) == width else "?" * width


class Ascii:
    """Draws `picture` as on a terminal that knows ASCII only, and spells out what is left of other characters."""

    def __init__(self, picture: RenderableType) -> None:
        self.picture = picture

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        narrow = options.copy()
        narrow.encoding = "ascii"
        for segment in console.render(self.picture, narrow):
            yield Segment(spelled(segment.text), segment.style, segment.control)

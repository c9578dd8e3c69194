"""The last line of a lab: where and how fast an answer was made, progress, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, chop_cells
from rich.text import Text
from textual.widgets import Static

from tutor.app.labs.asking import Reply

_LINES = 2
_ASIDE = 2
"""Cells from the left: the mark of a pane that has the focus stays in sight."""
_NEAR = 1
"""Empty lines below a picture that do not part it from its words."""


class Reading(Static):
    """One or two sentences that say what the picture shows; always two lines high, so that the picture stays."""

    DEFAULT_CSS = """
    Reading { height: 2; max-width: 124; padding: 0 4 0 0; color: $text; }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self.follow(0)

    def follow(self, spare: int) -> None:
        """Stand right below a picture that leaves so many lines empty, one line between them."""
        self.styles.offset = (_ASIDE, 1 - spare if spare > _NEAR else 0)

    def say(self, sentences: Sequence[str]) -> None:
        """Show the first two sentences, or as much of the first one as fits. The rest is among the plain words."""
        width = max(self.content_size.width, 1)
        lines = wrapped(" ".join(sentences[:2]), width)
        if len(lines) > _LINES:
            lines = wrapped("".join(sentences[:1]), width)
        if len(lines) > _LINES:
            lines = [*lines[: _LINES - 1], f"{wrapped(lines[_LINES - 1], max(width - 2, 1))[0]} …"]
        self.update(Text("\n".join(lines)))


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells; a number keeps its per cent sign.

    >>> wrapped("it has 12.5 % of all", 11)
    ['it has', '12.5 % of', 'all']
    """
    lines = [""]
    for word in text.replace("\n", " ").replace(" %", "\N{NO-BREAK SPACE}%").split(" "):
        for part in chop_cells(word, width) or [""]:
            if lines[-1] and cell_len(lines[-1]) + 1 + cell_len(part) > width:
                lines.append(part)
            else:
                lines[-1] = f"{lines[-1]} {part}".lstrip(" ")
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


class Status(Static):
    """One line of status. Errors have a mark as well as a colour."""

    DEFAULT_CSS = """
    Status { height: auto; min-height: 1; max-height: 3; padding: 0 2; color: $text-muted; }
    Status.-error { color: $text-error; }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self.line = ""
        """What it says."""
        self._note = ""

    def note(self, note: str) -> None:
        """Put a note on the input before whatever is said from now on; an empty one takes it away."""
        self._note = note

    def say(self, line: str, error: bool = False) -> None:
        """Show a line instead of the one before."""
        parts = (self._note, f"! {line}" if error else line)
        self.line = " · ".join(part for part in parts if part)
        self.set_class(error, "-error")
        self.update(Text(self.line))


def facts(reply: Reply, device: str) -> str:
    """Model, device, time, tokens, speed: what there is of them. `device` is for records that do not name theirs."""
    inputs, result = reply.question.inputs, reply.result
    tokens, speed = getattr(result, "tokens", None), getattr(result, "tokens_per_second", None)
    parts = [
        getattr(result, "model", None) or getattr(inputs, "model", None),
        getattr(result, "device", None) or device,
        duration(reply.seconds),
        count(len(tokens), "token") if isinstance(tokens, tuple | list) else "",
        f"{speed:.0f} tokens a second" if speed else "",
    ]
    return " · ".join(str(part) for part in parts if part)


def duration(seconds: float) -> str:
    """Milliseconds below a second.

    >>> duration(0.0112)
    '11 ms'
    """
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def count(number: int, noun: str) -> str:
    """A number with its noun.

    >>> count(1, "token")
    '1 token'
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"

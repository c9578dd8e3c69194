"""The last line of a lab: where and how fast an answer was made, progress, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.widgets import Static

from tutor.app.labs.asking import Reply


class Reading(Static):
    """One or two sentences that say what the picture shows; always two lines high, so that nothing jumps."""

    DEFAULT_CSS = """
    Reading { height: 2; padding: 0 2; color: $text; }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)

    def say(self, sentences: Sequence[str]) -> None:
        """Show the first two sentences, or as much of the first one as fits. The rest is among the plain words."""
        room = 2 * self.size.width - 12  # less what breaking between words may cost
        both = " ".join(sentences[:2])
        first = "".join(sentences[:1])
        if room > 0 and cell_len(first) > room:
            first = f"{set_cell_size(first, room).rpartition(' ')[0]} …"
        self.update(Text(both if cell_len(both) <= room else first))


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
    """Model, device, time, tokens: what there is of them. `device` is for records that do not name theirs."""
    inputs, result = reply.question.inputs, reply.result
    tokens = getattr(result, "tokens", None)
    parts = [
        getattr(result, "model", None) or getattr(inputs, "model", None),
        getattr(result, "device", None) or device,
        duration(reply.seconds),
        count(len(tokens), "token") if isinstance(tokens, tuple | list) else "",
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

"""Notes as a piano roll: time from left to right, a line for each pitch, high notes above."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions
from rich.measure import Measurement
from rich.segment import Segment
from rich.style import Style

_DIM = Style(dim=True)
_PLAIN = Style()
_WRONG = Style(bold=True, reverse=True)
_SHARPS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLATS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_GUTTER = 5


def name_of(pitch: int, flats: bool = False) -> str:
    """60 → `C4`, the middle C; a black key is named as in keys with sharps, or as in keys with `flats`."""
    return f"{(_FLATS if flats else _SHARPS)[pitch % 12]}{pitch // 12 - 1}"


@dataclass(frozen=True)
class Sounded:
    """A note on the roll."""

    pitch: int | None
    """As MIDI counts; None for a rest."""
    start: float
    """From the beginning of its bar, in steps."""
    length: float
    """In steps."""


@dataclass(frozen=True)
class RollBar:
    notes: Sequence[Sounded]
    steps: int
    """How many columns it is wide."""
    label: str = ""
    """What stands above it."""
    marked: bool = False
    """Whether to point at it: its length is wrong."""


@dataclass(frozen=True)
class PianoRoll:
    """Bars of notes, as many on a line as the width allows; only pitches that sound on that line have a row.

    A note begins with ● and lasts as long as its line; a bar that is wrong has `!` above it.
    """

    bars: Sequence[RollBar]
    flats: bool = False
    """Whether the key has flats."""

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(30, options.max_width), options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        first = 0
        while first < len(self.bars):
            line = self._fitting(first, options.max_width - _GUTTER - 1)
            yield from _heading(line)
            yield from self._rows(line)
            first += len(line)

    def _fitting(self, first: int, room: int) -> Sequence[RollBar]:
        """The bars from `first` on that fit; four, or eight, where there is room for them."""
        count, used = 0, 0
        while first + count < len(self.bars) and (used := used + self.bars[first + count].steps + 1) <= room:
            count += 1
        if count > 4 and first + count < len(self.bars):
            count -= count % 4
        return self.bars[first : first + max(count, 1)]

    def _rows(self, line: Sequence[RollBar]) -> Iterator[Segment]:
        pitches = sorted({note.pitch for bar in line for note in bar.notes if note.pitch is not None}, reverse=True)
        for pitch in pitches:
            yield Segment(name_of(pitch, self.flats).rjust(_GUTTER - 1) + " ", _DIM)
            yield Segment("│", _DIM)
            for bar in line:
                yield Segment("".join(_cells(bar, pitch)), _PLAIN)
                yield Segment("│", _DIM)
            yield Segment.line()


def _heading(line: Sequence[RollBar]) -> Iterator[Segment]:
    yield Segment(" " * (_GUTTER + 1), _DIM)
    for bar in line:
        label = f"{bar.label} !" if bar.marked else bar.label
        yield Segment(label[: bar.steps + 1].ljust(bar.steps + 1), _WRONG if bar.marked else _DIM)
    yield Segment.line()


def _cells(bar: RollBar, pitch: int) -> list[str]:
    cells = [" "] * bar.steps
    for note in bar.notes:
        if note.pitch != pitch:
            continue
        first = min(int(note.start + 1e-6), bar.steps - 1)
        last = min(max(round(note.start + note.length), first + 1), bar.steps)
        cells[first:last] = ["●", *"─" * (last - first - 1)]
    return cells

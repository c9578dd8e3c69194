"""A tune as notation and as a piano roll, and whether its bars add up."""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.piano_roll import PianoRoll, RollBar, Sounded
from tutor.views.sentences import counted
from tutor.views.visible import harmless

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.compose import Note, Result

_MODES = {"": "major", "m": "minor", "dor": "Dorian", "mix": "Mixolydian", "phr": "Phrygian", "lyd": "Lydian"}
_EIGHTH = 0.5
"""In quarter notes: the usual width of a column."""
_MANY_SHORT = 0.15
"""The share of shorter notes from which on a column is a sixteenth."""


def picture(result: Result) -> RenderableType:
    """The notation, and below it the notes."""
    notation = Text(harmless(result.abc).rstrip("\n"))
    if not result.notes:
        return Group(notation, Text(), Text(harmless(f"not a tune: {result.problem}"), style="bold"))
    return Group(notation, Text(), roll(result), Text(_summary(result), style="dim"))


def roll(result: Result) -> PianoRoll:
    """The notes as they are written, repeats once; a column is an eighth, or a sixteenth where there are many."""
    short = sum(note.beats < _EIGHTH for note in result.notes)
    step = _EIGHTH / 2 if short > _MANY_SHORT * len(result.notes) else _EIGHTH
    bars = []
    for index, group in groupby(result.notes, key=lambda note: note.bar):
        bar = result.bars[index]
        width = max(math.ceil(bar.beats / step), 1)
        bars.append(RollBar(_sounded(list(group), step), width, str(bar.number or ""), not bar.right))
    return PianoRoll(bars, flats=result.sharps < 0)


def _sounded(notes: list[Note], step: float) -> list[Sounded]:
    begin = notes[0].start
    return [Sounded(note.pitch, (note.start - begin) / step, note.beats / step) for note in notes]


def _summary(result: Result) -> str:
    return f"{result.metre} · {key_name(result.key)} · {counted(result.full_bars, 'bar')} · {_tries(result)}"


def key_name(key: str) -> str:
    """`Ador` → `A Dorian`."""
    tonic = key[:2] if key[1:2] in ("#", "b") else key[:1]
    mode = key.removeprefix(tonic)
    return f"{tonic} {_MODES.get(mode, mode)}"


def _tries(result: Result) -> str:
    return counted(result.attempts, "attempt")


def words(result: Result) -> list[str]:
    """What it is, whether it adds up, and its range."""
    if not result.notes:
        return [f"In {_tries(result)} {result.model} wrote nothing that can be read as a tune: {result.problem}.",
                f"The last text: {result.abc}"]  # fmt: skip
    what = f"{result.model} wrote a tune of {counted(result.full_bars, 'bar')} ({result.style}) "
    sentences = [
        f"{what}in {key_name(result.key)} and {result.metre} time; {_verdict(result)}.",
        f"It took {_tries(result)} and {result.seconds:.1f} seconds; the one that was kept has "
        f"{counted(result.tokens, 'token')}.",
    ]
    pitches = [note.pitch for note in result.notes if note.pitch is not None]
    if pitches:
        from tutor.views.piano_roll import name_of

        low, high = (name_of(pitch, result.sharps < 0) for pitch in (min(pitches), max(pitches)))
        sentences.append(f"It has {counted(len(pitches), 'note')} from {low} to {high}.")
    sentences += [f"Written to {file}." for file in result.files]
    return [*sentences, f"The tune: {result.abc}"]


def _verdict(result: Result) -> str:
    if not result.problem:
        return "every bar has the right length"
    return f"it is not accepted, because {result.problem}"

"""Tunes in ABC notation (standard 2.1): enough of it to read what `composer` writes, and to hear and see it.

One voice: notes, rests, accidentals, lengths, triplets, ties, bar lines and repeats, with the fields R (rhythm),
M (metre), L (unit length) and K (key). Lengths are exact fractions of a whole note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_FIFTHS = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
"""Sharps (flats below 0) of the major key on each letter."""
_MODES = {
    "": 0,
    "maj": 0,
    "ion": 0,
    "m": -3,
    "min": -3,
    "aeo": -3,
    "mix": -1,
    "dor": -2,
    "phr": -4,
    "lyd": 1,
    "loc": -5,
}
_SHARPS = "FCGDAEB"
ACCIDENTALS = {"^^": 2, "^": 1, "=": 0, "_": -1, "__": -2}

_KEY = re.compile(r"([A-G])([#b]?)\s*([A-Za-z]*)")
_FIELD = re.compile(r"([A-Za-z]):\s*(.*)")
_EVENT = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<bar>:*\|[|\]]?:*|::)"
    r"|(?P<triplet>\(3)"
    r"|(?P<note>(?P<accidental>\^\^?|__?|=)?(?P<letter>[A-Ga-gz])(?P<octave>[,']*)(?P<length>\d*/*\d*))"
    r"|(?P<tie>-)"
)


class AbcError(ValueError):
    """The text is not a tune that can be read; the message says why."""


@dataclass(frozen=True)
class Note:
    """One note or rest."""

    text: str
    """As it is written, such as `^f2`."""
    pitch: int | None
    """The number of its key as MIDI counts, 60 for the middle C; None for a rest."""
    length: Fraction
    """As it sounds, as a share of a whole note."""


@dataclass(frozen=True)
class Bar:
    """What stands between two bar lines."""

    notes: tuple[Note, ...]
    right: bool
    """Whether its length is the metre's, or that of a pick-up or of what a pick-up leaves over."""

    @property
    def length(self) -> Fraction:
        return sum((note.length for note in self.notes), Fraction(0))


@dataclass(frozen=True)
class Section:
    """Bars up to a double bar or repeat sign."""

    bars: tuple[Bar, ...]
    repeated: bool


@dataclass(frozen=True)
class Tune:
    """A tune that was read."""

    style: str
    metre: str
    key: str
    sections: tuple[Section, ...]

    @property
    def bars(self) -> tuple[Bar, ...]:
        """All bars as written, repeats once."""
        return tuple(bar for section in self.sections for bar in section.bars)

    def played(self) -> Iterator[Note]:
        """All notes in the order in which they sound, repeats twice."""
        for section in self.sections:
            for _ in range(1 + section.repeated):
                for bar in section.bars:
                    yield from bar.notes


def read(text: str) -> Tune:
    """The tune that `text` holds. Raises AbcError with what cannot be read."""
    fields, body = split_fields(text)
    try:
        metre = metre_of(fields.get("M", ""))
        unit = Fraction(fields.get("L", "1/8"))
    except (ValueError, ZeroDivisionError):
        raise AbcError(f"M:{fields.get('M', '')} or L:{fields.get('L', '')} is not a fraction") from None
    if metre <= 0 or unit <= 0:
        raise AbcError("metre and unit length must be above 0")
    key = fields.get("K", "")
    raw = _sections(body, unit, signature(key))
    if not raw:
        raise AbcError("there is no note in it")
    return Tune(fields.get("R", ""), fields.get("M", ""), key, _checked(raw, metre))


def split_fields(text: str) -> tuple[dict[str, str], str]:
    """The fields at the beginning by their letter, and the lines of music after them."""
    fields: dict[str, str] = {}
    lines = text.strip().split("\n")
    while lines and (found := _FIELD.fullmatch(lines[0].strip())):
        fields[found[1]] = found[2]
        lines.pop(0)
    return fields, "\n".join(lines)


def metre_of(written: str) -> Fraction:
    """The length of a bar: `6/8`, `C` for 4/4, `C|` for 2/2. Raises ValueError for anything else."""
    return Fraction({"C": "4/4", "C|": "2/2"}.get(written, written))


def signature(key: str) -> dict[str, int]:
    """What a key does to each letter: `D` → {"F": 1, "C": 1}. Raises AbcError for a key that there is not."""
    found = _KEY.fullmatch(key.strip())
    mode = found[3].lower() if found else ""
    mode = mode if mode == "m" else mode[:3]
    if not found or mode not in _MODES:
        raise AbcError(f"K:{key} is no key")
    fifths = _FIFTHS[found[1]] + {"#": 7, "b": -7, "": 0}[found[2]] + _MODES[mode]
    if fifths >= 0:
        return dict.fromkeys(_SHARPS[:fifths], 1)
    return dict.fromkeys(_SHARPS[fifths:], -1)


def length_of(written: str) -> Fraction:
    """A note's length in units: "" → 1, "3" → 3, "/" → 1/2, "3/2" → 3/2, "//" → 1/4. Raises AbcError for 0."""
    over, slashes, under = re.fullmatch(r"(\d*)(/*)(\d*)", written).groups()  # type: ignore[union-attr]
    divisor = int(under) if under else 2 ** len(slashes)
    if int(over or 1) == 0 or divisor == 0 or max(len(over), len(under), len(slashes)) > 3:
        raise AbcError(f"a note of length {written}")
    return Fraction(int(over or 1), divisor)


def _sections(body: str, unit: Fraction, key: dict[str, int]) -> list[tuple[list[list[Note]], bool]]:
    """The notes of each bar of each section, and whether the section is repeated."""
    sections: list[tuple[list[list[Note]], bool]] = []
    bars: list[list[Note]] = []
    reader = _BarReader(unit, key)
    for event in _events(body):
        if event["bar"] is None:
            reader.take(event)
            continue
        if notes := reader.finish():
            bars.append(notes)
        if event["bar"] != "|" and bars:
            sections.append((bars, event["bar"].startswith(":")))
            bars = []
    if notes := reader.finish():
        bars.append(notes)
    return [*sections, (bars, False)] if bars else sections


def _events(body: str) -> Iterator[re.Match[str]]:
    place = 0
    while place < len(body):
        found = _EVENT.match(body, place)
        if found is None:
            raise AbcError(f"{body[place : place + 8]!r} is not read here")
        place = found.end()
        yield found


class _BarReader:
    """Collects the notes of a bar; accidentals hold until it ends, ties lengthen the note before."""

    def __init__(self, unit: Fraction, key: dict[str, int]) -> None:
        self.unit, self.key = unit, key
        self.notes: list[Note] = []
        self.altered: dict[str, int] = {}
        self.in_triplet = 0

    def take(self, event: re.Match[str]) -> None:
        if event["triplet"]:
            self.in_triplet = 3
        elif event["note"]:
            share = Fraction(2, 3) if self.in_triplet else Fraction(1)
            self.in_triplet = max(self.in_triplet - 1, 0)
            length = length_of(event["length"]) * self.unit * share
            self.notes.append(Note(event["note"], self._pitch(event), length))

    def _pitch(self, event: re.Match[str]) -> int | None:
        letter = event["letter"]
        if letter == "z":
            return None
        octave = 5 + letter.islower() + event["octave"].count("'") - event["octave"].count(",")
        name = letter.upper()
        place = f"{name}{octave}"
        if event["accidental"]:
            self.altered[place] = ACCIDENTALS[event["accidental"]]
        pitch = 12 * octave + _SEMITONES[name] + self.altered.get(place, self.key.get(name, 0))
        if not 0 <= pitch <= 127:
            raise AbcError(f"{event['note']} is beyond what can be heard")
        return pitch

    def finish(self) -> list[Note]:
        if self.in_triplet:
            raise AbcError("a bar ends inside a triplet")
        notes, self.notes, self.altered = self.notes, [], {}
        return notes


def _checked(raw: list[tuple[list[list[Note]], bool]], metre: Fraction) -> tuple[Section, ...]:
    """Sections whose bars know whether they are right.

    A section may begin with a pick-up, shorter than a bar; a last bar may lack just as much as a pick-up holds.
    """
    total = [[sum((note.length for note in bar), Fraction(0)) for bar in bars] for bars, _ in raw]
    pickups = {lengths[0] for lengths in total if len(lengths) > 1 and lengths[0] < metre}
    last = {metre} | {metre - pickup for pickup in pickups}
    sections = []
    for (bars, repeated), lengths in zip(raw, total, strict=True):
        end = len(bars) - 1
        checked = []
        for index, (notes, length) in enumerate(zip(bars, lengths, strict=True)):
            right = length in last if index == end else length == metre or (index == 0 and length < metre)
            checked.append(Bar(tuple(notes), right))
        sections.append(Section(tuple(checked), repeated))
    return tuple(sections)

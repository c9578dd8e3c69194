"""From collections of folk tunes to what `composer` learns: the tunes, their other keys, and a split that holds."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import itertools
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tutor.engine.abc import ACCIDENTALS, AbcError, Tune, read, signature
from tutor.engine.abc_spelling import normalised
from tutor.engine.corpus import Work, is_held_out
from tutor.errors import InputError

COLLECTIONS = ("oneills1850", "ryansMammoth", "airdsAirs")
"""The folders of music21's corpus that are read."""


@functools.cache
def works() -> tuple[Work, ...]:
    """The tunes that music21 carries and that can be put into one spelling, by the name of their group.

    Raises InputError where music21 is not installed.
    """
    found = importlib.util.find_spec("music21")
    if found is None or not found.submodule_search_locations:
        raise InputError("the tunes", "they come with music21", "pip install music21") from None
    folder = Path(found.submodule_search_locations[0]) / "corpus"
    files = sorted(file for name in COLLECTIONS for file in (folder / name).glob("*.abc"))
    texts = list(dict.fromkeys(tunes(files)))
    return tuple(Work(group, text) for group, text in zip(groups(texts), texts, strict=True))


def texts(held_out_percent: int, held_out: bool) -> list[str]:
    """One side of the split; the side that is learned also has each tune in other keys, in a random order."""
    found = [work.text for work in works() if is_held_out(work.key, held_out_percent) == held_out]
    if not held_out:
        found = [key for text in found for key in (text, *transposed(text))]
        random.Random(0).shuffle(found)
    return found


def tunes(files: Iterable[Path]) -> Iterator[str]:
    """Every tune of the files that can be put into the one spelling; what cannot be is left out."""
    for file in files:
        for raw in re.split(r"(?m)^(?=X:)", file.read_text(encoding="utf-8", errors="replace").replace("\r", "")):
            try:
                yield normalised(raw)
            except AbcError:
                continue


KEYS = {"": "GDACF", "m": "AEDBG", "dor": "ADEG", "mix": "DAG"}
"""The tonics that a tune may be moved to, by its mode."""

_LETTERS = "CDEFGAB"
_SIGNS = {-2: "__", -1: "_", 0: "=", 1: "^", 2: "^^"}


def transposed(text: str) -> Iterator[str]:
    """The same tune in other keys of its mode that lie near: a tune is a tune in every key.

    Keys that would take it out of a fiddle's first position (G3 to C6) are passed over.
    """
    tune = read(text)
    tonic, mode = tune.key[0], tune.key.removeprefix(tune.key[0])
    if mode not in KEYS:
        return
    for other in KEYS[mode]:
        steps = (_LETTERS.index(other) - _LETTERS.index(tonic) + 3) % 7 - 3
        if steps:
            moved = _moved(text, tune.key, other + mode, steps)
            pitches = [note.pitch for bar in read(moved).bars for note in bar.notes if note.pitch is not None]
            if min(pitches) >= 55 and max(pitches) <= 84:
                yield moved


def _moved(text: str, key: str, other: str, steps: int) -> str:
    """Every note `steps` letters higher; an accidental stays as far from the key's own note as it was."""
    old, new = signature(key), signature(other)
    header, body = text.split(f"K:{key}\n")

    def note(found: re.Match[str]) -> str:
        sign, letter, marks = found.groups()
        octave = letter.islower() + marks.count("'") - marks.count(",")
        carried, place = divmod(_LETTERS.index(letter.upper()) + steps, 7)
        octave, name = octave + carried, _LETTERS[place]
        if sign:
            away = ACCIDENTALS[sign] - old.get(letter.upper(), 0)
            sign = _SIGNS[max(min(new.get(name, 0) + away, 2), -2)]
        return sign + (name.lower() + "'" * (octave - 1) if octave > 0 else name + "," * -octave)

    return f"{header}K:{other}\n" + re.sub(r"(\^\^?|__?|=|)([A-Ga-g])([,']*)", note, body)


def groups(texts: Sequence[str], length: int = 20) -> list[str]:
    """A name for each tune, the same for tunes that share `length` notes in a row at any pitch.

    Variants of a tune, and tunes built on one another, so stay on one side of a split.
    """
    parent = list(range(len(texts)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    first: dict[tuple[int, ...], int] = {}
    for index, text in enumerate(texts):
        pitches = [note.pitch for bar in read(text).bars for note in bar.notes if note.pitch is not None]
        steps = [b - a for a, b in itertools.pairwise(pitches)]
        for place in range(len(steps) - length + 2):
            run = tuple(steps[place : place + length - 1])
            parent[root(index)] = root(first.setdefault(run, index))
    return [hashlib.sha256(texts[root(index)].encode()).hexdigest()[:16] for index in range(len(texts))]


def longest_copied(tune: Tune, known: set[tuple[tuple[str, ...], ...]]) -> int:
    """How many bars in a row of the tune stand, note for note, in the runs of bars that `runs` found."""
    bars = [tuple(note.text for note in bar.notes) for bar in tune.bars]
    best = 0
    for start in range(len(bars)):
        while start + best < len(bars) and tuple(bars[start : start + best + 1]) in known:
            best += 1
    return best


def runs(texts: Iterable[str], most: int = 24) -> set[tuple[tuple[str, ...], ...]]:
    """Every run of up to `most` bars in the tunes, as the notes of each bar."""
    found = set()
    for text in texts:
        bars = [tuple(note.text for note in bar.notes) for bar in read(text).bars]
        for start in range(len(bars)):
            found |= {tuple(bars[start : start + length]) for length in range(1, most + 1)}
    return found

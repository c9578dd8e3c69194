"""From collections of folk tunes to what `composer` learns: one spelling for all, and a split that holds.

Transcribers write ABC in many ways. Here every tune gets one voice, the unit 1/8, lengths written out, a space
where a beat begins and a line every four bars; titles, chords, ornaments, slurs and ties are left out.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import lzma
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from tutor.engine.abc import AbcError, Tune, metre_of, read, signature
from tutor.engine.corpus import END

UNIT = Fraction(1, 8)
STYLES = ("jig", "reel", "hornpipe", "slip jig", "strathspey", "march", "air")
"""What a tune can be; each is a line `R:` at its beginning."""

_SPELLINGS = {
    "double jig": "jig", "single jig": "jig", "slipjig": "slip jig", "slide": "jig", "clog": "hornpipe",
    "highland fling": "strathspey", "fling": "strathspey", "quick step": "march", "quickstep": "march",
}  # fmt: skip
_IN_TITLES = ("slip jig", "strathspey", "hornpipe", "reel", "quick step", "quickstep", "march", "jig")

_DROPPED = re.compile(
    r'%.*|"[^"\n]*"|\{[^}\n]*\}|![^!\n]*!|[`\\~.-]|[uvHLMOPST](?=[\s~.(\[^_=A-Ga-gz"{])|[)]|\((?!\d)'
)
_CHORD = re.compile(r"\[((?:[_^=]*[A-Ga-g][,']*[\d/]*)+)\]")
_ONE = re.compile(r"[_^=]*[A-Ga-g][,']*[\d/]*")
_BROKEN = re.compile(r"([_^=]*[A-Ga-gz][,']*)([\d/]*)\s*([<>])\s*([_^=]*[A-Ga-gz][,']*)([\d/]*)")
_NOTE = re.compile(r"(?P<triplet>\(3)|(?P<name>[_^=]*[A-Ga-gz][,']*)(?P<length>[\d/]*)|(?P<bar>:*\|[|\]]?:*|::)|\s+")

PIECES = r"[A-Z]:[^\n]*\n| ?\(3| ?[_^=]*[A-Ga-gz][,']*[0-9/]*|[|:\]]+\n?|\n| "
"""What one token may hold at most: a field, a triplet's sign, a note with the space before it, a bar line."""


def tunes(files: Iterable[Path]) -> Iterator[str]:
    """Every tune of the files that can be put into the one spelling; what cannot be is left out."""
    for file in files:
        for raw in re.split(r"(?m)^(?=X:)", file.read_text(encoding="utf-8", errors="replace").replace("\r", "")):
            try:
                yield normalised(raw)
            except AbcError:
                continue


def normalised(raw: str) -> str:
    """A tune as `composer` reads it. Raises AbcError for what does not fit: two voices, endings, changes of key."""
    fields, body = _fields(raw)
    if not {"M", "K"} <= fields.keys() or len(body.strip()) < 40:
        raise AbcError("a tune without key, metre or music")
    try:
        unit, metre = Fraction(fields.get("L", "1/8")), metre_of(fields["M"])
    except (ValueError, ZeroDivisionError):
        raise AbcError("an odd metre or unit") from None
    key = _key(fields["K"])
    header = f"R:{_style(fields, metre)}\nM:{_metre(fields['M'])}\nL:1/8\nK:{key}\n"
    text = header + _body(_plain(body), unit / UNIT, _metre(fields["M"]))
    tune = read(text)
    if not 8 <= len(tune.bars) <= 72 or not all(bar.right for bar in tune.bars):
        raise AbcError("bars that do not add up")
    return text


def _fields(raw: str) -> tuple[dict[str, str], str]:
    """The first of each field that matters, and the music without fields of any kind."""
    fields: dict[str, str] = {}
    music: list[str] = []
    for line in raw.split("\n"):
        if found := re.match(r"([A-Za-z]):(?![|:])\s*(.*?)\s*(?:%.*)?$", line):
            if music and found[1] in "KMLV":
                raise AbcError(f"{found[1]}: changes inside the tune")
            fields.setdefault(found[1], found[2])
        elif "K" in fields:
            music.append(line)
    return fields, "\n".join(music)


def _key(written: str) -> str:
    """`E Minor` → `Em`, `A Dorian` → `Ador`."""
    found = re.fullmatch(r"([A-G][#b]?)\s*([A-Za-z]*)", written)
    if not found:
        raise AbcError(f"the key {written}")
    mode = found[2].lower()
    short = {"": "", "m": "m", "min": "m", "maj": ""}.get(mode if mode == "m" else mode[:3], mode[:3])
    signature(found[1] + short)
    return found[1] + short


def _metre(written: str) -> str:
    return {"C": "4/4", "C|": "4/4", "2/2": "4/4"}.get(written, written)


def _style(fields: dict[str, str], metre: Fraction) -> str:
    named = " ".join(fields.get("R", "").lower().split())
    named = _SPELLINGS.get(named, named)
    if named not in STYLES:
        title = fields.get("T", "").lower()
        found = next((word for word in _IN_TITLES if word in title), "")
        named = _SPELLINGS.get(found, found)
    if not named:
        named = {"9/8": "slip jig", "6/8": "jig"}.get(fields["M"], "air")
    return "slip jig" if named == "jig" and metre == Fraction(9, 8) else named


def _plain(body: str) -> str:
    """Single notes with their lengths written out, triplets and bar lines; nothing else."""
    if re.search(r"\[[1-9]|\|\s*[1-9]|\[[A-Z]:|&", body):
        raise AbcError("endings, voices or changes of key")
    body = _DROPPED.sub("", body)
    body = _CHORD.sub(lambda chord: _ONE.findall(chord[1])[-1], body)
    while _BROKEN.search(body):
        body = _BROKEN.sub(_dotted, body)
    return body.replace("[|", "|")


def _dotted(pair: re.Match[str]) -> str:
    from tutor.engine.abc import length_of

    longer, shorter = Fraction(3, 2), Fraction(1, 2)
    first, second = (longer, shorter) if pair[3] == ">" else (shorter, longer)
    one, two = length_of(pair[2]) * first, length_of(pair[5]) * second
    return f"{pair[1]}{_written(one)}{pair[4]}{_written(two)}"


def _written(length: Fraction) -> str:
    over = "" if length.numerator == 1 else str(length.numerator)
    return over if length.denominator == 1 else f"{over}/{length.denominator}"


def _body(plain: str, scale: Fraction, metre: str) -> str:
    """Bars with spaces before beats, four to a line, sections on lines of their own."""
    sections: list[tuple[list[str], bool]] = []
    bars: list[str] = []
    bar = _Spelling(scale, metre)
    place = 0
    while place < len(plain):
        found = _NOTE.match(plain, place)
        if not found:
            raise AbcError(f"{plain[place : place + 8]!r}")
        place = found.end()
        if found["bar"] is None:
            bar.take(found)
            continue
        bars += [bar.finish()] if bar.text else []
        if found["bar"] != "|" and bars:
            sections.append((bars, found["bar"].startswith(":")))
            bars = []
    bars += [bar.finish()] if bar.text else []
    sections += [(bars, False)] if bars else []
    return "".join(_lines(*section, last=section is sections[-1]) for section in sections).rstrip()


class _Spelling:
    """One bar as it is written down."""

    def __init__(self, scale: Fraction, metre: str) -> None:
        self.scale = scale
        self.beat = Fraction(1, 2) if metre == "4/4" else Fraction(3, 8) if metre.endswith("/8") else Fraction(1, 4)
        self.text, self.length, self.in_triplet = "", Fraction(0), 0

    def take(self, found: re.Match[str]) -> None:
        from tutor.engine.abc import length_of

        if not found["triplet"] and not found["name"]:
            return
        space = " " if self.text and self.length % self.beat == 0 and not self.text.endswith("(3") else ""
        if found["triplet"]:
            self.text, self.in_triplet = f"{self.text}{space}(3", 3
            return
        units = length_of(found["length"]) * self.scale
        if units.denominator not in (1, 2, 4) or units > 16:
            raise AbcError("a note of an odd length")
        self.text += f"{space}{found['name']}{_written(units)}"
        self.length += units * UNIT * (Fraction(2, 3) if self.in_triplet else 1)
        self.in_triplet = max(self.in_triplet - 1, 0)

    def finish(self) -> str:
        text, self.text, self.length, self.in_triplet = self.text, "", Fraction(0), 0
        return text


def _lines(bars: Sequence[str], repeated: bool, *, last: bool) -> str:
    first_is_short = len(bars) % 4 == 1 and len(bars) > 1  # a pick-up does not count as a bar of the line
    out = "|:" if repeated else ""
    for index, bar in enumerate(bars):
        count = index + 1 - first_is_short
        end = "|\n" if count % 4 == 0 and count else "|"
        if index == len(bars) - 1:
            end = ":|\n" if repeated else "|]\n" if last else "||\n"
        out += bar + end
    return out


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
    from tutor.engine.abc import _ACCIDENTALS

    old, new = signature(key), signature(other)
    header, body = text.split(f"K:{key}\n")

    def note(found: re.Match[str]) -> str:
        sign, letter, marks = found.groups()
        octave = letter.islower() + marks.count("'") - marks.count(",")
        carried, place = divmod(_LETTERS.index(letter.upper()) + steps, 7)
        octave, name = octave + carried, _LETTERS[place]
        if sign:
            away = _ACCIDENTALS[sign] - old.get(letter.upper(), 0)
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


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """A byte-level BPE whose tokens are notes, bar lines and fields, or parts of one."""
    tokenizer = Tokenizer(models.BPE())
    pieces = pre_tokenizers.Split(Regex(PIECES), behavior="isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pieces, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def write_works(texts: Sequence[str], path: Path) -> None:
    """The tunes as works that `corpus.read_works` reads, each titled with its group, so that groups are split."""
    with lzma.open(path, "wt", encoding="utf-8") as out:
        for text, group in zip(texts, groups(texts), strict=True):
            out.write(json.dumps({"title": group, "text": text}) + "\n")


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


def styles_of(texts: Iterable[str]) -> Counter[str]:
    """How many tunes there are of each style."""
    return Counter(read(text).style for text in texts)

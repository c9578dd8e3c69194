"""One spelling for folk tunes, the one that `composer` reads and writes.

Transcribers write ABC in many ways. Here every tune gets one voice, the unit 1/8, lengths written out, a space
where a beat begins and a line every four bars; titles, chords, ornaments, slurs and ties are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from tutor.engine.abc import AbcError, length_of, metre_of, read, signature

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

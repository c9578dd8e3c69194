"""Notes as a Standard MIDI File (format 0, RP-001): one track, one instrument, what every player opens."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from fractions import Fraction

from tutor.engine.abc import Note

TICKS = 480
"""In a quarter note."""
FIDDLE = 40
"""The violin's number among General MIDI's instruments, counted from 0."""
VELOCITY = 80


def midi(notes: Iterable[Note], *, beats_a_minute: int = 120, instrument: int = FIDDLE) -> bytes:
    """The notes one after the other as the bytes of a `.mid` file; a beat is a quarter note."""
    track = bytearray()
    track += b"\x00\xff\x51\x03" + round(60_000_000 / beats_a_minute).to_bytes(3, "big")  # microseconds in a beat
    track += bytes((0, 0xC0, instrument))
    now, last = Fraction(0), 0  # where the music is, in ticks, and where the last event was
    for note in notes:
        start, now = now, now + note.length * 4 * TICKS
        if note.pitch is None:
            continue
        track += quantity(round(start) - last) + bytes((0x90, note.pitch, VELOCITY))
        track += quantity(round(now) - round(start)) + bytes((0x80, note.pitch, 0))
        last = round(now)
    track += b"\x00\xff\x2f\x00"  # the end of the track
    header = struct.pack(">4sIHHH", b"MThd", 6, 0, 1, TICKS)
    return header + struct.pack(">4sI", b"MTrk", len(track)) + bytes(track)


def quantity(value: int) -> bytes:
    """A number as MIDI writes lengths of time: seven bits a byte, all but the last with the eighth bit set.

    >>> quantity(480).hex()
    '8360'
    """
    out = [value & 0x7F]
    while value := value >> 7:
        out.insert(0, 0x80 | value & 0x7F)
    return bytes(out)

"""The header of a GGUF file: what the model is, and where in the file each tensor lies. No torch, no numpy.

    "GGUF" · version · number of tensors · number of entries · entries · descriptions of tensors · padding · tensors

An entry is a name, a type and a value; all numbers are little-endian. Nothing is trusted: every length is held
against what is left of the file before anything is read or made.
"""

from __future__ import annotations

import functools
import math
import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tutor.errors import InputError

_STRING, _ARRAY = 8, 9
_NUMBERS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""The types of an entry's value that are one number, by `struct`'s letters."""


@dataclass(frozen=True)
class Packing:
    """How a tensor's numbers are packed: blocks of so many, each in so many bytes."""

    name: str
    numbers: int
    bytes: int


PACKINGS = {
    0: Packing("F32", 1, 4),
    1: Packing("F16", 1, 2),
    2: Packing("Q4_0", 32, 18),
    3: Packing("Q4_1", 32, 20),
    8: Packing("Q8_0", 32, 34),
    12: Packing("Q4_K", 256, 144),
    14: Packing("Q6_K", 256, 210),
    30: Packing("BF16", 1, 2),
}
"""The packings that are read here, by GGUF's number for each."""

_OTHERS = {
    6: "Q5_0", 7: "Q5_1", 9: "Q8_1", 10: "Q2_K", 11: "Q3_K", 13: "Q5_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS",
    18: "IQ3_XXS", 19: "IQ1_S", 20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32",
    27: "I64", 28: "F64", 29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0", 39: "MXFP4",
}  # fmt: skip
"""Those that are not, by the names that GGUF files are offered under."""


@dataclass(frozen=True)
class TensorPlace:
    """A tensor in the file."""

    shape: tuple[int, ...]
    """Rows first, as everywhere in the engine; the file has it the other way round."""
    packing: Packing
    offset: int
    """In bytes from the start of the file."""

    @property
    def bytes(self) -> int:
        return math.prod(self.shape) // self.packing.numbers * self.packing.bytes


@dataclass(frozen=True)
class Header:
    """All that is known of a model before its tensors are read."""

    metadata: dict[str, Any]
    tensors: dict[str, TensorPlace]


def read(path: Path) -> Header:
    """The header of the file `path`, read once for as long as the file stays as it is.

    Raises InputError if the file is missing, damaged, cut short, or packed in a way that is not known here.
    """
    try:
        about = path.stat()
        return _read(path, about.st_mtime_ns, about.st_size)
    except InputError as error:  # about what the file is, not about damage
        raise InputError(str(path), error.why, error.todo) from None
    except OSError as error:
        raise InputError(str(path), f"it cannot be read ({error.strerror})", "check the path") from None
    except (struct.error, ValueError, OverflowError) as error:
        raise InputError(str(path), f"not a whole GGUF file ({error})", "get the file again") from None


@functools.lru_cache(maxsize=4)
def _read(path: Path, stamp: int, size: int) -> Header:
    if not size:
        raise ValueError("it is empty")
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as view:
        reader = _Reader(view)
        if reader.take(4) != b"GGUF":
            raise ValueError("it does not begin with GGUF")
        version, tensors, entries = reader.number("I"), reader.number("Q"), reader.number("Q")
        if version not in (2, 3):
            raise ValueError(f"version {version} is not 2 or 3")
        metadata = {reader.string(): reader.value() for _ in reader.at_most(entries)}
        found = [_description(reader) for _ in reader.at_most(tensors)]
    step = metadata.get("general.alignment", 32)
    if not isinstance(step, int) or not 0 < step <= 1 << 20:
        raise ValueError(f"alignment {step!r}")
    start = math.ceil(reader.place / step) * step
    places = {name: TensorPlace(shape, packing, start + offset) for name, shape, packing, offset in found}
    for name, place in places.items():
        if place.offset + place.bytes > size:
            raise ValueError(f"it ends before {name} does")
    return Header(metadata, places)


def _description(reader: _Reader) -> tuple[str, tuple[int, ...], Packing, int]:
    name = reader.string()
    dimensions = reader.number("I")
    if dimensions > 4:
        raise ValueError(f"{name} has {dimensions} dimensions")
    shape = tuple(reader.number("Q") for _ in range(dimensions))[::-1]
    kind, offset = reader.number("I"), reader.number("Q")
    if kind not in PACKINGS:
        names = ", ".join(sorted(packing.name for packing in PACKINGS.values()))
        if kind not in _OTHERS:
            raise ValueError(f"{name} is packed as number {kind}, which is none of {names}")
        why = f"{name} is packed as {_OTHERS[kind]}, which is not read here"
        raise InputError("the GGUF file", why, f"get the model packed as one of {names}")
    if shape and shape[-1] % PACKINGS[kind].numbers:
        raise ValueError(f"rows of {shape[-1]} do not fit {PACKINGS[kind].name}")
    return name, shape, PACKINGS[kind], offset


class _Reader:
    """Goes through the bytes from the front and never past their end."""

    def __init__(self, view: mmap.mmap) -> None:
        self.view, self.place, self.size = view, 0, len(view)

    def take(self, count: int) -> bytes:
        if count > self.size - self.place:
            raise ValueError("it ends in the middle of its header")
        self.place += count
        return self.view[self.place - count : self.place]

    def number(self, letter: str) -> Any:
        (found,) = struct.unpack("<" + letter, self.take(struct.calcsize("<" + letter)))
        return found

    def at_most(self, count: int) -> Iterator[int]:
        """As many turns as the header says, if so many could be left in the file at all."""
        if count > self.size - self.place:
            raise ValueError("its header counts more than the file can hold")
        return iter(range(count))

    def string(self) -> str:
        return self.take(self.number("Q")).decode("utf-8", errors="replace")

    def value(self) -> Any:
        kind = self.number("I")
        if kind != _ARRAY:
            return self._one(kind)
        inner, count = self.number("I"), self.number("Q")
        if inner in _NUMBERS:
            width = struct.calcsize("<" + _NUMBERS[inner])
            return list(struct.unpack(f"<{count}{_NUMBERS[inner]}", self.take(count * width)))
        return [self._one(inner) for _ in self.at_most(count)]

    def _one(self, kind: int) -> Any:
        if kind == _STRING:
            return self.string()
        if kind not in _NUMBERS:
            raise ValueError(f"a value of the unknown type {kind}")
        return self.number(_NUMBERS[kind])

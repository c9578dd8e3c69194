"""What the app and its engine process say to each other: small records in length-prefixed frames.

Frames are pickled because both ends are this same program, joined by a private pair of pipes; nothing that comes
from a file or a network ever gets here.
"""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from typing import Any, BinaryIO

HEADER = struct.Struct("<Q")
"""The length of the frame that follows, in bytes."""


@dataclass(frozen=True)
class Run:
    """App → engine: run this experiment."""

    request: int
    name: str
    inputs: Any


@dataclass(frozen=True)
class Cancel:
    """App → engine: the answer to this request is no longer wanted."""

    request: int


@dataclass(frozen=True)
class Ready:
    """Engine → app: torch is imported; `device` is where `auto` computes."""

    seconds: float
    device: str


@dataclass(frozen=True)
class Answer:
    """Engine → app: one record; `last` says that it is the result."""

    request: int
    record: Any
    last: bool
    seconds: float
    """Since the engine took up the request."""


@dataclass(frozen=True)
class Failed:
    """Engine → app: the request cannot be answered; `line` is for the learner."""

    request: int
    line: str
    expected: bool
    """False for a defect of ours, whose traceback is in the engine's log."""


@dataclass(frozen=True)
class Cancelled:
    """Engine → app: the request was given up without a result, as asked."""

    request: int


def pack(message: Any) -> bytes:
    """A message as one frame."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return HEADER.pack(len(body)) + body


def unpack(body: bytes) -> Any:
    """The message in the body of a frame."""
    return pickle.loads(body)  # our own process wrote it; see the top of this file


def read(stream: BinaryIO) -> Any | None:
    """The next message of a blocking stream, or None at its end."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    (size,) = HEADER.unpack(header)
    body = stream.read(size)
    return unpack(body) if len(body) == size else None

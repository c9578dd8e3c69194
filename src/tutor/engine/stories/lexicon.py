"""The people, animals, things, foods and places that stories are made of, read from `tables/`."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources


def _read(table: str) -> str:
    return (resources.files(__package__) / "tables" / f"{table}.txt").read_text(encoding="utf-8")


def _rows(table: str) -> list[list[str]]:
    """The cells of each line of a table that is not a comment."""
    lines = [line for line in _read(table).splitlines() if line and not line.startswith("#")]
    return [[cell.strip() for cell in line.split("|")] for line in lines]


GIRLS = tuple(_read("girls").split())
BOYS = tuple(_read("boys").split())
PETS = tuple(_read("pets").split())


@dataclass(frozen=True)
class Animal:
    """An animal that can be somebody in a story."""

    noun: str
    adjectives: tuple[str, ...]
    home: str
    """Where it lives: *in a hole under an oak tree*."""
    moves: str
    """How it gets about: hop, trot."""
    sound: str
    wild: bool


def _animals() -> tuple[Animal, ...]:
    rows = _rows("animals")
    return tuple(Animal(row[0], tuple(row[1].split()), row[2], row[3], row[4], row[5] == "wild") for row in rows)


ANIMALS = _animals()


@dataclass(frozen=True)
class Thing:
    """An object that somebody can have, lose, break or give."""

    noun: str
    kinds: tuple[str, ...]
    """toy, soft, breaks, wear, treasure, tool, music, book, wheels, flies, sail, gift, kitchen."""
    adjectives: tuple[str, ...]
    uses: tuple[str, ...]
    """What one does with it; `@` stands for the thing."""
    plural: bool = False


def _things() -> tuple[Thing, ...]:
    found = []
    for noun, kinds, adjectives, uses in _rows("things"):
        found.append(
            Thing(noun.lstrip("+"), tuple(kinds.split()), tuple(adjectives.split()),
                  tuple(use.strip() for use in uses.split(",")), noun.startswith("+"))
        )  # fmt: skip
    return tuple(found)


THINGS = _things()

COLORS = tuple("red blue green yellow pink purple orange white black brown silver golden".split())

FOODS = {kind: tuple(row[1] for row in _rows("foods") if row[0] == kind) for kind in ("count", "mass")}


@dataclass(frozen=True)
class Place:
    """Somewhere to go."""

    noun: str
    preposition: str
    kinds: tuple[str, ...]
    """out, in, home, wild, play, town, water, grow."""
    activities: tuple[str, ...]
    adjectives: tuple[str, ...]


def _places() -> tuple[Place, ...]:
    rows = _rows("places")
    return tuple(
        Place(row[0], row[1], tuple(row[2].split()), tuple(part.strip() for part in row[4].split(",")),
              tuple(row[3].split()))
        for row in rows
    )  # fmt: skip


PLACES = _places()

TRAITS = tuple(
    "kind brave clever gentle cheerful friendly curious happy helpful careful smart polite lively sweet funny "
    "playful thoughtful patient merry jolly bright honest".split()
)

LIKES = tuple(row[0] for row in _rows("likes"))
"""What somebody may like to do."""
JOINED = frozenset("flap listen launch hear roar bounce".split())
"""Second verbs of a phrase such as *run and flap*, which change their form like the first."""
SPOTS = {
    side: tuple(f"{row[1]}:{row[2]}" for row in _rows("spots") if row[0] == side)
    for side in ("in", "hall", "wild", "sand", "out")
}
"""Where a small thing can be, as `preposition:noun`, for each sort of place."""

"""What the learner has done, in one small JSON file. Two copies of `tutor` may be open: they add to each other."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from tutor import paths
from tutor.course.lesson import Outline
from tutor.storage import read_state, write_json

VERSION = 1

Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Place:
    """Where the learner was, and when."""

    lesson: str
    step: str
    time: float = 0.0


@dataclass(frozen=True)
class Miss:
    """A prediction that was wrong, kept for review."""

    guess: str
    answer: str
    sure: int
    """In percent."""


@dataclass(frozen=True)
class Record:
    """All that is remembered. Steps are named by their lesson's file name and their own key."""

    done: frozenset[tuple[str, str]] = frozenset()
    place: Place | None = None
    misses: dict[tuple[str, str], Miss] = field(default_factory=dict)

    def steps_done(self, outline: Outline) -> int:
        """How many of a lesson's present steps are done."""
        return sum((outline.name, step.key) in self.done for step in outline.steps)

    def is_done(self, outline: Outline) -> bool:
        """Whether every step of the lesson is done."""
        return self.steps_done(outline) == len(outline.steps)

    def minutes_left(self, outline: Outline) -> int:
        """The lesson's minutes by the share of steps that are left, at least 1 unless it is done."""
        left = len(outline.steps) - self.steps_done(outline)
        return max(round(outline.minutes * left / len(outline.steps)), min(left, 1))


class Progress:
    """The file, and what is known of it.

    Every change reads the file again, adds itself to what is there, and writes the whole: so that what another
    copy wrote meanwhile stays, and a kill at any moment loses at most the step one is on.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or paths.progress()
        self.record = Record()
        self.record, self.trouble = self._read()
        """`trouble` says what was wrong with the file, for the learner; empty if nothing was."""

    def mark_done(self, lesson: str, step: str) -> None:
        """The learner did this step."""
        self._change(lambda record: replace(record, done=record.done | {(lesson, step)}))

    def visit(self, lesson: str, step: str) -> None:
        """The learner is at this step now."""
        self._change(lambda record: replace(record, place=Place(lesson, step, time.time())))

    def predicted(self, lesson: str, step: str, miss: Miss | None) -> None:
        """The learner predicted; a right guess (None) takes an earlier miss away."""

        def change(record: Record) -> Record:
            misses = {key: kept for key, kept in record.misses.items() if key != (lesson, step)}
            return replace(record, misses=misses | ({(lesson, step): miss} if miss else {}))

        self._change(change)

    def _change(self, change: Callable[[Record], Record]) -> None:
        on_disk, trouble = self._read()
        self.trouble = trouble or self.trouble
        # If the file went missing or bad meanwhile, what this copy knows is still worth keeping.
        merged = replace(
            on_disk,
            done=on_disk.done | self.record.done,
            place=on_disk.place or self.record.place,
            misses=on_disk.misses or self.record.misses,
        )
        self.record = change(merged)
        try:
            write_json(self.path, _to_json(self.record))
        except OSError as error:
            self.trouble = f"progress cannot be saved ({error.strerror}); see tutor doctor"

    def _read(self) -> tuple[Record, str]:
        try:
            return read_state(self.path, _from_json, Record())
        except OSError as error:
            return self.record, f"progress cannot be read ({error.strerror}); see tutor doctor"


def _to_json(record: Record) -> dict[str, Any]:
    place, lessons = record.place, sorted({lesson for lesson, _ in record.done})
    return {
        "version": VERSION,
        "place": {"lesson": place.lesson, "step": place.step, "time": place.time} if place else None,
        "done": {lesson: sorted(step for each, step in record.done if each == lesson) for lesson in lessons},
        "misses": [
            {"lesson": lesson, "step": step, "guess": miss.guess, "answer": miss.answer, "sure": miss.sure}
            for (lesson, step), miss in record.misses.items()
        ],
    }


def _from_json(data: Any) -> Record:
    """Raises ValueError, TypeError or KeyError for anything that `_to_json` does not write."""
    if _a(dict, data)["version"] != VERSION:
        raise ValueError("not a progress file of this version")
    done = frozenset(
        (lesson, _a(str, step)) for lesson, steps in _a(dict, data["done"]).items() for step in _a(list, steps)
    )
    misses = {
        (_a(str, miss["lesson"]), _a(str, miss["step"])): Miss(
            _a(str, miss["guess"]), _a(str, miss["answer"]), _a(int, miss["sure"])
        )
        for miss in _a(list, data["misses"])
    }
    place = data["place"]
    where = Place(_a(str, place["lesson"]), _a(str, place["step"]), float(place["time"])) if place else None
    return Record(done, where, misses)


def _a(kind: type[Kind], value: Any) -> Kind:
    """`value`, if it is of this kind. Raises TypeError if not."""
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value

"""Lesson files as lessons. Every error names the file and the line: `lessons/05-tokenization.md:37: what; todo`.

`outlines()` reads headings only and is what home needs before it paints; `load()` reads a whole lesson, parses
its presets and compiles its expressions.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tutor import paths
from tutor.course import parsing
from tutor.course.expression import Expression
from tutor.course.lesson import Choice, Claim, Heading, Lesson, Outline, Prediction, Preset, Step, Task
from tutor.course.parsing import Block, Section, place
from tutor.course.whitelist import ExpressionError
from tutor.errors import InputError, LessonError, UsageError


def files(folder: Path | None = None) -> tuple[Path, ...]:
    """The lesson files in their order; `folder` stands in for the bundled lessons."""
    return tuple(sorted((folder or paths.lessons()).glob("[0-9][0-9]-*.md")))


def outlines(folder: Path | None = None) -> tuple[tuple[Outline, ...], tuple[LessonError, ...]]:
    """The headings of all lessons, and what is wrong with those that could not be read."""
    good: list[Outline] = []
    bad: list[LessonError] = []
    for path in files(folder):
        try:
            good.append(outline(path))
        except LessonError as error:
            bad.append(error)
    return tuple(good), tuple(bad)


def outline(path: Path) -> Outline:
    """One lesson's headings. Raises LessonError."""
    return _outline(path, parsing.read(path))


def _outline(path: Path, lines: list[str]) -> Outline:
    number = parsing.number_of(path)
    head = parsing.head(path, lines)
    steps = tuple(parsing.heading(path, at, line) for at, line in parsing.prose(lines) if line.startswith("## "))
    if not steps:
        raise LessonError(place(path, len(lines)), "the lesson has no steps", "add a heading: ## Step title")
    _check_names(path, steps)
    return Outline(path, number, head.title, head.minutes, steps)


def _check_names(path: Path, steps: tuple[Heading, ...]) -> None:
    """Progress is kept by a step's kind and title, so no two steps may share them."""
    seen: dict[str, int] = {}
    for step in steps:
        if step.key in seen:
            what = f"this step is called like the one on line {seen[step.key]}"
            raise LessonError(place(path, step.at), what, "give it another title")
        seen[step.key] = step.at


def find(number: int, folder: Path | None = None) -> Lesson:
    """The lesson with that number. Raises InputError if there is none, LessonError if it is broken."""
    for path in files(folder):
        if path.name.startswith(f"{number:02d}-"):
            return load(path)
    raise InputError(f"lesson {number}", "there is no such lesson", "see tutor lessons list")


def load(path: Path) -> Lesson:
    """A whole lesson. Raises LessonError for the first thing that breaks the format."""
    lines = parsing.read(path)
    outline = _outline(path, lines)
    steps = tuple(_step(path, section) for section in parsing.sections(path, lines))
    return Lesson(outline, parsing.head(path, lines).goal, steps)


def _step(path: Path, section: Section) -> Step:
    kind = section.heading.kind
    before, after = _divided(path, section)
    blocks = _blocks(path, section)
    choices: tuple[Choice, ...] = ()
    if kind == "quiz":
        choices, before = _quiz(path, section, before)
    if kind == "myth":
        _check_myth(path, section, before, after, blocks)
    return Step(
        heading=section.heading,
        text=parsing.visible(before),
        after=parsing.visible(after),
        preset=_preset(path, blocks["tutor"]) if "tutor" in blocks else None,
        task=_task(path, blocks["check"]) if "check" in blocks else None,
        prediction=_prediction(path, blocks["predict"]) if "predict" in blocks else None,
        choices=choices,
        claims=tuple(Claim(_expression(path, at, text), at) for at, text in parsing.claims(section)),
    )


def _blocks(path: Path, section: Section) -> dict[str, Block]:
    """The step's blocks by kind. Raises LessonError for one too many, one that is missing, or one out of place."""
    kind, found = section.heading.kind, {}
    for block in section.blocks:
        if block.kind in found:
            raise LessonError(place(path, block.at), f"a second block {block.kind}", "make it a step of its own")
        if block.kind == "predict" and kind != "predict":
            raise LessonError(place(path, block.at), "a prediction in another step", "head it ## Predict: …")
        if block.kind == "check" and kind not in ("try", "check"):
            raise LessonError(place(path, block.at), "a check in another step", "head it ## Try: … or ## Check: …")
        found[block.kind] = block
    needed = {"check": "check", "predict": "predict"}.get(kind)
    if needed and needed not in found:
        raise LessonError(place(path, section.heading.at), f"the step has no block {needed}", "add one")
    return found


Lines = list[tuple[int, str]]


def _divided(path: Path, section: Section) -> tuple[Lines, Lines]:
    """The prose before and after the rule; only kinds that ask something have a rule."""
    lines = section.lines
    if section.heading.kind not in ("predict", "quiz", "myth"):
        return lines, []
    rules = [index for index, (_, line) in enumerate(lines) if line.strip() == "---"]
    if len(rules) > 1:
        raise LessonError(place(path, lines[rules[1]][0]), "a second rule ---", "one divides before from after")
    if not rules:
        return lines, []
    if rules[0] and lines[rules[0] - 1][1].strip():
        what = "the rule --- makes a heading of the line above it"
        raise LessonError(place(path, lines[rules[0]][0]), what, "leave an empty line above the rule")
    return lines[: rules[0]], lines[rules[0] + 1 :]


def _preset(path: Path, block: Block) -> Preset:
    lines = [line for line in block.text.split("\n") if line.strip()]
    if len(lines) != 1:
        what = f"a preset is one command line, not {len(lines)}"
        raise LessonError(place(path, block.at), what, "write: tutor EXPERIMENT …")
    return _command(path, lines[0].strip(), block.at + 1 + block.text.split("\n").index(lines[0]))


def _command(path: Path, line: str, at: int) -> Preset:
    from tutor.experiments.frame.command import parse

    try:
        experiment, inputs = parse(line)
    except UsageError as error:
        raise LessonError(place(path, at), f"{error.what}: {error.why}", error.todo) from None
    return Preset(line, experiment, inputs, at)


def _task(path: Path, block: Block) -> Task:
    table = _toml(path, block, ("that", "hints", "solution"))
    hints = _strings(path, block, table, "hints")
    if not hints or not all(hint.strip() for hint in hints):
        raise LessonError(place(path, block.at), "the check has no hints", 'add: hints = ["…", "more specific …"]')
    given = table.get("solution")
    solution = _command(path, str(given), block.at) if given is not None else None
    return Task(_table_expression(path, block, table, "that"), hints, solution, block.at)


def _prediction(path: Path, block: Block) -> Prediction:
    table = _toml(path, block, ("ask", "answer", "choices"))
    if not isinstance(table.get("ask"), str) or not table["ask"].strip():
        raise LessonError(place(path, block.at), "the prediction asks nothing", 'add: ask = "…"')
    choices = _strings(path, block, table, "choices")
    if choices and (not 2 <= len(choices) <= 8 or len(set(choices)) < len(choices)):
        what = f"{len(set(choices))} different choices of {len(choices)}"
        raise LessonError(place(path, block.at), what, "give four to eight different ones, or none")
    return Prediction(table["ask"].strip(), _table_expression(path, block, table, "answer"), choices, block.at)


def _toml(path: Path, block: Block, keys: tuple[str, ...]) -> dict[str, Any]:
    try:
        table = tomllib.loads(block.text)
    except tomllib.TOMLDecodeError as error:
        message, _, where = str(error).partition(" (at line ")
        at = block.at + (int(where.split(",")[0]) if where else 0)
        raise LessonError(place(path, at), f"not TOML: {message}", "check quotation marks and brackets") from None
    for key in table:
        if key not in keys:
            raise LessonError(place(path, block.at), f"{key!r} means nothing here", f"use {', '.join(keys)}")
    return table


def _strings(path: Path, block: Block, table: dict[str, Any], key: str) -> tuple[str, ...]:
    values = table.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, (str, int, float)) for value in values):
        raise LessonError(place(path, block.at), f"{key} is not a list of words", f'write: {key} = ["…", "…"]')
    return tuple(str(value) for value in values)


def _table_expression(path: Path, block: Block, table: dict[str, Any], key: str) -> Expression:
    if not isinstance(table.get(key), str):
        raise LessonError(place(path, block.at), f"there is no {key}", f'add: {key} = "an expression"')
    starts = (n for n, line in enumerate(block.text.split("\n"), 1) if line.strip().startswith(key))
    return _expression(path, block.at + next(starts, 0), table[key])


def _expression(path: Path, at: int, source: str) -> Expression:
    try:
        return Expression(source)
    except ExpressionError as error:
        raise LessonError(place(path, at), str(error), "see CONTRIBUTING on expressions in lessons") from None


def _quiz(path: Path, section: Section, lines: Lines) -> tuple[tuple[Choice, ...], Lines]:
    """The choices of a task list, and the prose around it."""
    from tutor.course.quiz import choices

    found, rest = choices(path, lines)
    rights = sum(choice.right for choice in found)
    if len(found) < 2 or not rights or rights == len(found):
        what = f"a quiz needs right and wrong answers; {rights} of {len(found)} are right"
        raise LessonError(place(path, section.heading.at), what, "write - [x] right and - [ ] wrong")
    return found, rest


def _check_myth(path: Path, section: Section, before: Lines, after: Lines, blocks: dict[str, Block]) -> None:
    def has(lines: Lines, word: str) -> bool:
        return any(line.startswith(f"**{word}.**") for _, line in lines)

    at = section.heading.at
    if not has(before, "Claim"):
        raise LessonError(place(path, at), "the myth has no claim", "begin a paragraph with **Claim.**")
    if "tutor" not in blocks:
        raise LessonError(place(path, at), "the myth has nothing to run", "add a block tutor")
    if not has(after, "Verdict"):
        raise LessonError(place(path, at), "the myth has no verdict", "after --- begin with **Verdict.**")


def lessons(folder: Path | None = None) -> Iterator[Lesson | LessonError]:
    """Every lesson, or what is wrong with it."""
    for path in files(folder):
        try:
            yield load(path)
        except LessonError as error:
            yield error

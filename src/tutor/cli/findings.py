"""What `tutor doctor` looks at. Each check gives findings; none of them raises."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from tutor import paths

Level = Literal["ok", "warning", "wrong"]
DISTRIBUTION = "transformer-tutor"
LEAST_PYTHON = (3, 11)
LITTLE_DISK, NO_DISK = 1_000_000_000, 50_000_000
"""Bytes free below which fine-tuning may run out, and below which not even progress is safe."""


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report."""

    name: str
    level: Level
    what: str
    todo: str = ""
    """What to do about it; empty if nothing has to be done."""


def python() -> Iterator[Finding]:
    """The interpreter's version."""
    version = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info[:2] >= LEAST_PYTHON
    todo = "" if good else f"use Python {'.'.join(map(str, LEAST_PYTHON))} or newer"
    yield Finding("Python", "ok" if good else "wrong", version, todo)


def dependencies() -> Iterator[Finding]:
    """Each package that tutor needs, against the versions it was tested with."""
    try:
        needed = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        yield Finding("packages", "warning", "tutor is not installed as a package", "python -m pip install .")
        return
    for requirement in needed:
        if ";" not in requirement:
            yield _dependency(requirement)


def _dependency(requirement: str) -> Finding:
    name = requirement
    for mark in "<>=!~ ":
        name = name.split(mark)[0]
    bounds = requirement[len(name) :].strip()
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Finding(name, "wrong", "not installed", f'python -m pip install "{requirement}"')
    if not all(_within(version, bound.strip()) for bound in bounds.split(",") if bound):
        return Finding(name, "wrong", f"{version}, but {bounds} is needed", f'python -m pip install "{requirement}"')
    return Finding(name, "ok", version)


def _within(version: str, bound: str) -> bool:
    """Whether a version keeps one bound such as `>=2.6` or `<2.14`."""
    wanted = _numbers(bound.lstrip("<>=!~ "))
    has = _numbers(version)[: len(wanted)] if bound.startswith("<=") else _numbers(version)
    if bound.startswith(">="):
        return has >= wanted
    if bound.startswith("<="):
        return has <= wanted
    return has < wanted if bound.startswith("<") else True


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: `2.13.0+cpu` is (2, 13, 0)."""
    found: list[int] = []
    for part in version.split("+")[0].split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        found.append(int(digits))
        if digits != part:
            break
    return tuple(found)


def device() -> Iterator[Finding]:
    """Where models are computed."""
    try:
        import torch
    except (ImportError, OSError) as error:
        yield Finding("device", "wrong", f"torch cannot be imported ({error})", "install torch again")
        return
    threads = torch.get_num_threads()
    if torch.cuda.is_available():
        yield Finding("device", "ok", f"cuda: {torch.cuda.get_device_name()}")
    elif torch.backends.mps.is_available():
        yield Finding("device", "ok", "mps: the GPU of this Mac")
    else:
        yield Finding("device", "ok", f"cpu, {threads} thread{'s' if threads > 1 else ''}; that is enough")


def models() -> Iterator[Finding]:
    """Every model's files against their hashes."""
    from tutor.engine import registry

    entries = registry.entries()
    if not any(entry.source == "bundled" for entry in entries):
        yield Finding("models", "wrong", "no bundled model is here", "install tutor again")
    for entry in entries:
        problems = registry.check(entry)
        todo = "install tutor again" if entry.source == "bundled" else "make or copy the model again"
        name = f"model {entry.name}"
        if problems:
            yield Finding(name, "wrong", "; ".join(problems), todo)
        else:
            yield Finding(name, "ok", f"{registry.called(entry.kind)}, {entry.source}, files as listed")


def lessons() -> Iterator[Finding]:
    """Whether every lesson can be read."""
    from tutor.course import loader
    from tutor.errors import LessonError

    found = list(loader.lessons())
    broken = [each for each in found if isinstance(each, LessonError)]
    for error in broken:
        yield Finding("lessons", "wrong", f"{error.what}: {error.why}", error.todo)
    if not found:
        yield Finding("lessons", "wrong", "none are here", "install tutor again")
    elif not broken:
        yield Finding("lessons", "ok", f"{len(found)} can be read")


def terminal() -> Iterator[Finding]:
    """What the terminal can show."""
    kind = os.environ.get("TERM", "")
    encoding = (sys.stdout.encoding or "ascii").lower()
    if encoding.replace("-", "") == "utf8":
        yield Finding("characters", "ok", "UTF-8")
    else:
        todo = "set a UTF-8 locale, such as LANG=C.UTF-8; pictures use ASCII until then"
        yield Finding("characters", "warning", f"the output is {encoding}", todo)
    if not sys.stdout.isatty():
        yield Finding("terminal", "ok", "the output is no terminal, so its size and colours are not known")
        return
    columns, rows = shutil.get_terminal_size()
    small = columns < 80 or rows < 24
    todo = "the app is best from 80×24" if small else ""
    yield Finding("terminal", "warning" if small else "ok", f"{columns}×{rows}, TERM={kind or 'not set'}", todo)
    yield _colours(kind)


def _colours(kind: str) -> Finding:
    if "NO_COLOR" in os.environ:
        return Finding("colours", "ok", "none, as NO_COLOR asks; pictures use shade characters")
    if kind in ("", "dumb"):
        return Finding("colours", "warning", f"TERM={kind or 'not set'}", "set TERM, such as xterm-256color")
    if os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return Finding("colours", "ok", "16 million")
    if "256" in kind or "kitty" in kind:
        return Finding("colours", "ok", "256")
    return Finding("colours", "warning", "16", "set COLORTERM=truecolor if your terminal can show more")


def state() -> Iterator[Finding]:
    """Whether the learner's directory takes files, by writing one and removing it."""
    folder = paths.state()
    probe = folder / f".doctor-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_text("written by tutor doctor\n", encoding="utf-8")
        probe.unlink()
    except OSError as error:
        todo = "make it writable, or name another one in TUTOR_STATE"
        yield Finding("state", "wrong", f"{folder}: {error.strerror}", todo)
    else:
        yield Finding("state", "ok", f"{folder} is writable")


def places() -> Iterator[Finding]:
    """Where things are, for whoever looks for them or reports a problem."""
    for name, place in (
        ("lessons in", paths.lessons()),
        ("models in", paths.bundled_models()),
        ("your progress", paths.progress()),
        ("your runs in", paths.runs()),
        ("your models in", paths.user_models()),
        ("engine's log", paths.engine_log()),
    ):
        yield Finding(name, "ok", str(place) if place.exists() else f"{place} (not there yet)")


def disk() -> Iterator[Finding]:
    """Free space where the learner's models will be."""
    folder = next((each for each in (paths.state(), *paths.state().parents) if each.is_dir()), Path("/"))
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:.1f} GB free"
    if free < NO_DISK:
        yield Finding("disk", "wrong", said, "free some space")
    elif free < LITTLE_DISK:
        yield Finding("disk", "warning", said, "a model of your own may need more")
    else:
        yield Finding("disk", "ok", said)


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    python,
    dependencies,
    device,
    models,
    lessons,
    terminal,
    state,
    disk,
    places,
)
"""In the order in which they are shown."""

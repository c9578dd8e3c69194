"""Which column of a table is what, found by name or given by the user."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutor.engine.examples.rows import Columns, Task
from tutor.errors import InputError

_NAMES: dict[str, tuple[str, ...]] = {
    "text": (
        "text",
        "sentence",
        "content",
        "message",
        "review",
        "body",
        "document",
        "comment",
        "story",
        "sms",
        "post",
    ),
    "label": ("label", "labels", "class", "category", "target", "sentiment", "topic", "intent", "tag"),
    "prompt": ("prompt", "instruction", "question", "input", "source", "query", "request"),
    "completion": ("completion", "response", "answer", "output", "target", "reply", "result", "summary"),
    "messages": ("messages", "conversations", "conversation", "chat", "dialogue", "turns"),
}
"""What columns are called. The first name wins over the others; of those there must be one only."""

_ROLES: dict[Task, tuple[tuple[str, ...], ...]] = {
    "classify": (("text", "label"),),
    "prompt": (("messages",), ("prompt", "completion")),
    "lm": (("text",),),
}
"""What each task needs: all of one of these."""


def known(names: Sequence[str]) -> int:
    """How many of the names say what their columns are."""
    every = {name for listed in _NAMES.values() for name in listed}
    return sum(_plain(name) in every for name in names)


def decide(file: str, names: Sequence[str], given: Columns, task: Task | None) -> tuple[Task, Columns]:
    """The task and its columns. Raises InputError with the columns there are where that cannot be decided."""
    found = {role: _given(file, names, role, name) for role, name in given.given().items()}
    fitting = [
        (each, chosen)
        for each in ((task,) if task else ("prompt", "classify"))
        if (chosen := _roles(each, names, found)) is not None
    ]
    if not fitting and task is None and (chosen := _roles("lm", names, found)) is not None:
        fitting = [("lm", chosen)]
    if len(fitting) == 1:
        return fitting[0][0], Columns(**fitting[0][1])
    raise _undecided(file, names, task, [each for each, _ in fitting])


def _roles(task: Task, names: Sequence[str], given: dict[str, str]) -> dict[str, str] | None:
    """The columns that a task takes; None where one is missing, or one that was given would not be used."""
    for needed in _ROLES[task]:
        chosen = {role: given.get(role) or _by_name(role, names, given) for role in needed}
        if task == "lm" and chosen["text"] is None and len(names) == 1:
            chosen["text"] = names[0]
        columns = {role: name for role, name in chosen.items() if name is not None}
        if len(set(columns.values())) < len(needed):
            continue
        if "prompt" in needed and (context := given.get("context") or _context(names, columns)):
            columns["context"] = context
        if set(given) <= set(columns):
            return columns
    return None


def _by_name(role: str, names: Sequence[str], given: dict[str, str]) -> str | None:
    """The column that is called so; None if there is none, or more than one and neither by the first name."""
    free = [name for name in names if name not in given.values()]
    called = {name: _plain(name) for name in free}
    if role == "prompt" and "instruction" in called.values():  # beside which `input` is the context
        called = {name: plain for name, plain in called.items() if plain != "input"}
    first = [name for name, plain in called.items() if plain == _NAMES[role][0]]
    fitting = first or [name for name, plain in called.items() if plain in _NAMES[role]]
    return fitting[0] if len(fitting) == 1 else None


def _context(names: Sequence[str], columns: dict[str, str]) -> str | None:
    """The `input` beside an `instruction`, or a column `context`."""
    wanted = ("input", "context") if _plain(columns["prompt"]) == "instruction" else ("context",)
    return next((name for name in names if _plain(name) in wanted and name not in columns.values()), None)


def _given(file: str, names: Sequence[str], role: str, name: str) -> str:
    for same in (lambda other: other == name, lambda other: _plain(other) == _plain(name)):
        if len(found := [other for other in names if same(other)]) == 1:
            return found[0]
    raise InputError(file, f"it has no column {name!r}", f"give --{role}-column one of {_listed(names)}")


def _undecided(file: str, names: Sequence[str], task: Task | None, fitting: list[Task]) -> InputError:
    why = f"its columns are {_listed(names)}"
    if fitting:
        return InputError(file, f"{why}, which fit several tasks", f"say which with --task ({', '.join(fitting)})")
    options = {
        "lm": "--text-column NAME",
        "classify": "--text-column NAME and --label-column NAME",
        "prompt": "--prompt-column NAME and --completion-column NAME",
        None: "--text-column NAME, and with it --label-column NAME for a classifier",
    }[task]
    return InputError(file, f"{why}, and it cannot be told which is which", f"say it with {options}")


def _plain(name: str) -> str:
    """A name without what people write differently."""
    return re.sub(r"[\s_-]+", "_", name.strip().strip('"').lower())


def _listed(names: Sequence[str], most: int = 12) -> str:
    """The names for people, not more than a line can take."""
    shown = ", ".join(repr(name[:40]) if not name.isprintable() or not name else name[:40] for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")

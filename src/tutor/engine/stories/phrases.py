"""Pools of wordings shared by all plots, and what pairs and groups are called."""

from __future__ import annotations

from importlib import resources

from .grammar import logical_lines
from .world import Entity

NOT_PAIRS = frozenset({"blocks", "crayons", "beads", "marbles", "pajamas", "wings"})


def group_nouns(one: Entity, other: Entity) -> tuple[str, ...]:
    """What two characters can be called together."""
    if {one.kind, other.kind} == {"animal"}:
        return "the two animals", "the animals", "the two of them"
    if {one.kind, other.kind} == {"child"}:
        if one.noun == other.noun:
            return f"the two {one.noun}s", f"the {one.noun}s", "the children", "the two of them"
        return "the children", "the two children", "the kids"
    return ("the two of them", "both of them")


def _pools() -> dict[str, str]:
    text = (resources.files(__package__) / "scripts" / "phrases.txt").read_text(encoding="utf-8")
    return dict(line.split(": ", 1) for line in logical_lines(text))


POOLS = _pools()
"""The template of each pool, by its name."""

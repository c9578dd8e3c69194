"""Pools of wordings shared by all plots, the cases of pronouns, and what pairs and groups are called."""

from __future__ import annotations

from importlib import resources

from .grammar import logical_lines
from .world import Entity

CASES = {
    "he": {"s": "he", "o": "him", "p": "his", "self": "himself", "mine": "his"},
    "she": {"s": "she", "o": "her", "p": "her", "self": "herself", "mine": "hers"},
    "it": {"s": "it", "o": "it", "p": "its", "self": "itself", "mine": "its"},
    "they": {"s": "they", "o": "them", "p": "their", "self": "themselves", "mine": "theirs"},
    "I": {"s": "I", "o": "me", "p": "my", "self": "myself", "mine": "mine"},
    "you": {"s": "you", "o": "you", "p": "your", "self": "yourself", "mine": "yours"},
    "we": {"s": "we", "o": "us", "p": "our", "self": "ourselves", "mine": "ours"},
}
"""The cases of each pronoun: subject, object, possessive, reflexive, and standing alone (*mine*)."""
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

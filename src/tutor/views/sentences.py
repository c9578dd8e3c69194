"""Small parts of sentences."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "1 token", "1,200 tokens"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(items: Sequence[str], limit: int = 12) -> str:
    """The items as a list in a sentence, at most `limit` of them: "a", "a and b", "a, b and 3 more"."""
    shown = list(items[:limit])
    if len(items) > limit:
        shown.append(f"{len(items) - limit:,} more")
    return " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)


def openness(bits: float) -> str:
    """The entropy of a choice, and what it is like."""
    return f"{bits:.2f} bits, like {2**bits:,.1f} equally likely ones"

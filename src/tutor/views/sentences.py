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


def left_out(tokens: int, what: str = "text") -> list[str]:
    """What is said of a text that the context cannot hold; nothing of one that it can."""
    were = "was" if tokens == 1 else "were"
    many = f"The {what} is longer than the context: its first {counted(tokens, 'token')} {were} left out."
    return [many] if tokens else []


def openness(bits: float) -> str:
    """The entropy of a choice, and what it is like."""
    return f"{bits:.2f} bits, like {2**bits:,.1f} equally likely ones"


def percent(share: float) -> str:
    """A share in per cent, as the bars write it: nothing that there is counts as nothing.

    >>> percent(0.339), percent(0.0002)
    ('33.9 %', '<0.1 %')
    """
    return "<0.1 %" if 0 < share < 0.0005 else f"{100 * share:.1f} %"

"""Byte-pair merges: how a word becomes tokens.

The word begins as a list of pieces. `ranks` says which pairs of neighbours
were learned, and in which order: the lowest rank was learned first. Again
and again: find the known pair of the lowest rank among the neighbours,
join it everywhere in the word from left to right; stop when no neighbours
are a known pair.

    tutor exercise merges merges.py
"""


def merge_all(
    pieces: list[str],
    ranks: dict[tuple[str, str], int],
) -> list[str]:
    """The pieces that are left in the end."""
    ...

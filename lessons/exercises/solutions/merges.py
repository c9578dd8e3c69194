"""One way to write it."""

import itertools


def merge_all(
    pieces: list[str],
    ranks: dict[tuple[str, str], int],
) -> list[str]:
    while known := ranks.keys() & set(itertools.pairwise(pieces)):
        left, right = min(known, key=ranks.__getitem__)
        after: list[str] = []
        for piece in pieces:
            if after and after[-1] == left and piece == right:
                after[-1] = left + right
            else:
                after.append(piece)
        pieces = after
    return pieces

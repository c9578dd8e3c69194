"""One way to write it."""

import itertools


def merge_all(pieces: list[str], ranks: dict[tuple[str, str], int]) -> list[str]:
    while known := [pair for pair in itertools.pairwise(pieces) if pair in ranks]:
        left, right = min(known, key=ranks.__getitem__)
        after: list[str] = []
        for piece in pieces:
            if after and after[-1] == left and piece == right:
                after[-1] = left + right
            else:
                after.append(piece)
        pieces = after
    return pieces

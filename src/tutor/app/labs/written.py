"""What was added to a text token by token, so that it can be taken back and coloured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Added:
    """One token that was added."""

    before: str
    """The text before it."""
    piece: str
    share: float
    """Its probability when it was chosen, from 0 to 1."""

    @property
    def after(self) -> str:
        """The text with it."""
        return self.before + self.piece


class Written:
    """The tokens that lead to the text at hand, oldest first."""

    def __init__(self) -> None:
        self.added: list[Added] = []

    def add(self, before: str, piece: str, share: float) -> str:
        """Add a token: the text with it."""
        self.follow(before)
        self.added.append(Added(before, piece, share))
        return self.added[-1].after

    def undo(self) -> str | None:
        """Take the last token back: the text before it, or None if there is none."""
        return self.added.pop().before if self.added else None

    def follow(self, text: str) -> None:
        """The text is this now: tokens that do not lead to it are forgotten."""
        while self.added and self.added[-1].after != text:
            self.added.pop()

    @property
    def pieces(self) -> list[str]:
        """The text of each token."""
        return [one.piece for one in self.added]

    @property
    def shares(self) -> list[float]:
        """The probability of each token when it was chosen."""
        return [one.share for one in self.added]

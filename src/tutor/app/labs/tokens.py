"""The tokens lab: one text cut in every way, and the merges of a word one key at a time."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

from rich.console import RenderableType
from textual import on
from textual.binding import Binding, BindingType

from tutor.app.labs.asking import Reply
from tutor.app.labs.base import Lab
from tutor.app.labs.panes import Panes
from tutor.app.labs.walked_panes import Moved, Pointed, WalkedPanes

MERGES = "merges"


class TokensLab(Lab):
    """`shown` merges of the word are drawn; None draws all."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "space,f4", "merge(1)", "next merge", tooltip="From the single bytes on, one merge more", id="tokens.next"
        ),
        Binding(
            "backspace,f3", "merge(-1)", "merge before", show=False, tooltip="One merge fewer", id="tokens.before"
        ),
    ]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.shown: int | None = None

    def make_panes(self) -> Panes:
        return WalkedPanes()

    @property
    def hint(self) -> str:
        return "enter: one merge at a time" if self._merges is not None else ""

    @property
    def _merges(self) -> Reply | None:
        fits = self.reply is not None and self.reply.question.name == MERGES == self.form.experiment
        return self.reply if fits else None

    async def edited(self, typed: bool) -> None:
        """Another word: all of its merges."""
        self.shown = None
        await super().edited(typed)

    @property
    def takes_enter(self) -> bool:
        return self.form.experiment == MERGES or super().takes_enter

    async def entered(self) -> None:
        if self._merges is not None:
            self.action_merge(1)
        else:
            await super().entered()

    @on(Moved)
    def _on_moved(self, event: Moved) -> None:
        event.stop()
        if event.right and self._merges is not None:
            self.action_merge(event.right)
        else:
            self.panes.scroll_relative(event.right, event.down, animate=False)

    @on(Pointed)
    def _on_pointed(self, event: Pointed) -> None:
        event.stop()
        if self._merges is not None:
            self.action_merge(1)

    def action_merge(self, steps: int) -> None:
        """So many merges more; after the last one it begins again with single bytes."""
        if self._merges is None:
            return
        count = len(self._merges.result.merges)
        if self.shown is None:
            self.shown = 0 if steps > 0 else max(count - 1, 0)
        else:
            self.shown = (self.shown + steps) % (count + 1)
        self.show_reply(self._merges)

    def _part(self, reply: Reply) -> Any | None:
        """The answer up to the merge that is shown, or None if that is all of it."""
        result = reply.result
        if reply.question.name != MERGES or self.shown is None or self.shown >= len(result.merges):
            return None
        done = result.merges[: self.shown]
        pieces = done[-1].pieces if done else result.start
        return dataclasses.replace(result, merges=done, pieces=pieces, ids=())

    def draw(self, reply: Reply) -> RenderableType:
        """The merges up to the one that is shown."""
        from tutor import views

        part = self._part(reply)
        return reply.picture if part is None else views.picture(MERGES, part)

    def sentences(self, reply: Reply) -> list[str]:
        """The merge that is shown first."""
        part = self._part(reply)
        if part is None:
            return reply.words
        following = reply.result.merges[len(part.merges)]
        told = f"{len(part.merges)} of {len(reply.result.merges)} merges"
        return [
            f"{told}; next are '{following.left}' and '{following.right}', rank {following.rank:,}.",
            *reply.words,
        ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing here are not offered."""
        return self.form.experiment == MERGES if action == "merge" else super().check_action(action, parameters)

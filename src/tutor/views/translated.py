"""A word of a translation and what it was written from: what it reads, what it looks back at, its rivals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.gloss import Gloss
from tutor.views.translated_tables import Placed, Tables, glossed, pointed, reads, written_before
from tutor.views.visible import bare

if TYPE_CHECKING:
    from tutor.experiments.translate import Sentence

WIDE, NARROW = 72, 50
"""Columns from which there are three panels side by side, and below which there is one."""
_TABLES = 110
"""Columns from which the tables stand below, where there are lines for them."""
_FEWEST = 4
"""Bars of a panel that there must be room for."""
_LINES = 8
"""Lines that the panels need at least."""
_ALONE = "A model that is only a decoder has no cross-attention: it would have nothing but the look back."
_READS = ("it reads in the English: cross-attention", "reads: cross-attention", "reads")
_BACK = (
    "it looks back at its own words: masked self-attention",
    "looks back: masked self-attention",
    "looks back: masked",
    "looks back",
)
_HERE = ("the likeliest tokens at this place", "the likeliest here")


@dataclass(frozen=True)
class WordPicture(Placed):
    """The translation as a gloss of what each word reads; below, what the word of `row` was written from."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width
        head, gloss = self._top(width)
        left = None if self.height is None else self.height - len(head) - 2 - gloss.lines(width)
        yield from head
        yield Text()
        yield gloss
        yield Text()
        tables = len(self._one.outputs) + 4 if width >= _TABLES else 999
        spare = 0 if left is None else left - self._tallest(width)
        yield self._panels(width, left)
        if left is None or spare >= tables + 2 or 2 <= spare < tables:
            yield Text(f"\n{_ALONE}", style="dim")
        if spare >= tables:
            yield Text()
            yield Tables(self.result, self.row)

    def word_at(self, x: int, y: int, width: int) -> int | None:
        """The word of the sentence at column `x` of line `y`, in so many columns."""
        head, gloss = self._top(width)
        return gloss.at(x, y - len(head) - 1, width)

    @property
    def _one(self) -> Sentence:
        return self.result.sentences[self.row.sentence]

    def _top(self, width: int) -> tuple[list[Text], Gloss]:
        """The translation, and its gloss in as many lines as leave room for the panels."""
        head = pointed(self.result, self.row, width, most=3)
        full = glossed(self.result, self.row, back=True)
        if self.height is None:
            return head, full
        room = self.height - len(head) - 2 - _LINES
        if len(full.all_bands(width)) * full.lines_a_band <= room:
            return head, full
        short = glossed(self.result, self.row, back=False)
        return head, Gloss(short.words, short.rows, short.mark, max(room // short.lines_a_band, 1))

    def _panels(self, width: int, lines: int | None) -> RenderableType:
        """The three panels as they fit beside each other, in as many lines."""
        room = 99 if lines is None else max(lines - 1, _FEWEST)
        if width >= WIDE:
            each = (width - 4) // 3
            most = room - len(self._rest())
            return _columns([self._reads(each, room), self._back(each, room - 1), self._rivals(each, most)])
        if width < NARROW:
            few = max(room // 3, _FEWEST)
            return Group(
                self._reads(width, few), Text(), self._back(width, few), Text(), self._rivals(width, _FEWEST)
            )
        each = (width - 2) // 2
        before = len(written_before(self._one, self.row.looks_back))
        room_right = room - 3 - len(self._rest())
        rivals = min(max(room_right - before, 2), len(self._candidates()))
        right = Group(self._back(each, max(room_right - rivals, 2)), Text(), self._rivals(each, rivals))
        return _columns([self._reads(each, room), right])

    def _tallest(self, width: int) -> int:
        """Lines of the panels if nothing is left out."""
        back = len(written_before(self._one, self.row.looks_back)) + 2
        rivals = len(self._candidates()) + 1 + len(self._rest())
        right = max(back, rivals) if width >= WIDE else back + rivals + 1
        return max(len(self._one.source_words) + 1, right)

    def _reads(self, width: int, room: int) -> Group:
        return _panel(_READS, reads(self._one, self.row.reads), width, room)

    def _back(self, width: int, room: int) -> Group:
        """What is written already, and what the mask hides: the word itself and all after it."""
        hidden = " ".join(bare(word.text) for word in self._one.words[self.row.word :])
        seen = written_before(self._one, self.row.looks_back)
        note = Text(f"masked: {hidden}", style="dim", no_wrap=True, overflow="ellipsis")
        return Group(_panel(_BACK, seen, width, room), note)

    def _rivals(self, width: int, room: int) -> Group:
        output = self._one.outputs[self.row.token]
        rows = [
            Bar(("▸" if id == output.id else " ") + text, share)
            for text, id, share in sorted(self._candidates(), key=lambda one: -one[2])[: max(room, 2)]
        ]
        return Group(_heading(_HERE, width), Bars(rows, high=1.0, unit="%"), *self._rest())

    def _rest(self) -> list[Text]:
        """A line about the further tokens of the word, if it has any."""
        tokens = [self._one.outputs[token] for token in self._one.words[self.row.word].tokens[1:]]
        rest = ", ".join(f"{bare(one.text)} {100 * one.probability:.0f} %" for one in tokens)
        return [Text(f"then {rest}", style="dim", no_wrap=True, overflow="ellipsis")] if rest else []

    def _candidates(self) -> list[tuple[str, int, float]]:
        """The likeliest tokens, and the one that was chosen if it is none of them."""
        output = self._one.outputs[self.row.token]
        found = [(bare(one.text), one.id, one.probability) for one in output.candidates]
        if all(id != output.id for _, id, _ in found):
            found.append((bare(output.text), output.id, output.probability))
        return found


def _panel(titles: Sequence[str], seen: Sequence[tuple[str, float]], width: int, room: int) -> Group:
    """Bars for the largest weights, in the order of the text, and one for all the others together."""
    kept = range(len(seen))
    if len(seen) > room:
        kept = sorted(sorted(kept, key=lambda place: -seen[place][1])[: max(room - 1, 1)])  # type: ignore[assignment]
    bars = [Bar(*seen[place]) for place in kept]
    if len(kept) < len(seen):
        rest = sum(share for _, share in seen) - sum(bar.value for bar in bars)
        bars.append(Bar(f"{len(seen) - len(kept)} more", max(rest, 0.0)))
    return Group(_heading(titles, width), Bars(bars, high=1.0, unit="%"))


def _heading(titles: Sequence[str], width: int) -> Text:
    """The longest title that fits."""
    title = next((one for one in titles if len(one) <= width), titles[-1])
    return Text(title, style="dim", no_wrap=True, overflow="ellipsis")


def _columns(parts: Sequence[Any]) -> Table:
    grid = Table.grid(expand=True, padding=(0, 2, 0, 0))
    for _ in parts:
        grid.add_column(ratio=1)
    grid.add_row(*parts)
    return grid

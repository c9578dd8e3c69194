"""A checkpoint of a fine-tuning run: where it stands, its sample, its next words, neighbours and one head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.padding import Padding
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.beside import Beside
from tutor.views.heatmap import Heatmap
from tutor.views.sentences import listed, percent
from tutor.views.visible import bare, harmless, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.timeline import Result


def picture(result: Result) -> RenderableType:
    """The line of checkpoints, then what this one wrote, expects, has near each other and looks at."""
    parts: list[RenderableType] = [Slider(result), Text()]
    if result.sample is not None:
        parts += [Padding(Text(harmless(result.sample), style="italic"), (0, 0, 1, 2))]
    expected = Bars([Bar(visible(one.text), one.probability) for one in result.candidates], high=1.0, unit="%")
    near = Bars([Bar(visible(one.word), one.similarity) for one in result.neighbours], high=1.0)
    headings = (f"expected after {_quoted(_text(result))}", f"embeddings nearest to {_quoted(result.word)}")
    parts += [
        Beside(expected, near, headings),
        Text(),
        Text(f"layer {result.layer}, head {result.head}", style="bold"),
        _head(result),
    ]
    return Group(*parts)


_MARGIN = 9
"""Columns of the names beside the slider's rows."""


@dataclass(frozen=True)
class Slider:
    """Every checkpoint as a mark on a line, with its step and its held-out loss under it."""

    result: Result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        cell, shown = cell_of(self.result, options.max_width), Text(no_wrap=True, overflow="crop")
        last = len(self.result.checkpoints) - 1
        shown.append(" " * _MARGIN)
        for place in range(last + 1):
            here = place == self.result.checkpoint
            shown.append("●" if here else "○", "bold" if here else "")
            shown.append("─" * (cell - 1) if place < last else "\n", "dim")
        for name, numbers in (("step", self._steps()), ("held-out", self._losses())):
            shown.append(f"{name:{_MARGIN}}"[:_MARGIN], "dim")
            for place, number in enumerate(numbers):
                shown.append(f"{number:{cell}}"[:cell], "bold" if place == self.result.checkpoint else "dim")
            shown.append("\n" if name == "step" else "")
        yield shown

    def _steps(self) -> list[str]:
        marks = [f"{one.step:,}" for one in self.result.checkpoints]
        marks[self.result.checkpoint] = f"[{marks[self.result.checkpoint]}]"
        return marks

    def _losses(self) -> list[str]:
        return ["" if one.held_out_loss is None else f"{one.held_out_loss:.2f}" for one in self.result.checkpoints]


def cell_of(result: Result, width: int) -> int:
    """The columns of each checkpoint."""
    return max(min((width - _MARGIN) // len(result.checkpoints), 12), 1)


def place_at(result: Result, column: int, width: int) -> int:
    """The checkpoint at a column of the slider."""
    return min(max(column - _MARGIN, 0) // cell_of(result, width), len(result.checkpoints) - 1)


def _head(result: Result) -> Heatmap:
    import numpy as np

    T = len(result.tokens)
    labels = [bare(token.text) for token in result.tokens]
    seen = np.where(np.tril(np.ones((T, T), dtype=bool)), result.pattern, np.nan)
    return Heatmap(seen, labels, labels, unit="weight, each row sums to 1", pooling="largest", square=True)


def words(result: Result) -> list[str]:
    """Where it stands, what it expects, and how it goes on."""
    here = result.checkpoints[result.checkpoint]
    best, *others = result.candidates
    rest = listed([f"{_quoted(one.text)} {percent(one.probability)}" for one in others[:2]])
    said = [
        f"{_where(result)} {result.model} expects {_quoted(best.text)} after {_quoted(_text(result))}: "
        f"{percent(best.probability)}" + (f"; then {rest}." if rest else "."),
    ]
    if here.held_out_loss is not None:
        first = result.checkpoints[0].held_out_loss
        said.append(
            f"The held-out loss is {here.held_out_loss:.3f} here" + (f"; it began at {first:.3f}." if first else ".")
        )
    if result.sample is not None:
        said.append(f"Here it wrote: {visible(result.sample, spaces=False)}")
    near = listed([f"{_quoted(one.word)} {one.similarity:.2f}" for one in result.neighbours])
    said.append(f"Nearest to {_quoted(result.word)} among its token embeddings: {near}.")
    return [*said, *_looks(result)]


def _where(result: Result) -> str:
    here = result.checkpoints[result.checkpoint]
    return f"After step {here.step:,}" if here.step else "Before training"


def _looks(result: Result) -> list[str]:
    last = result.pattern[-1]
    at = int(last.argmax())
    return [
        f"In layer {result.layer}, head {result.head}, the last token looks mostly at "
        f"{_quoted(result.tokens[at].text)}: {percent(float(last[at]))}."
    ]


def _text(result: Result) -> str:
    return "".join(token.text for token in result.tokens[-6:])


def _quoted(text: str) -> str:
    return f"'{bare(text)}'"

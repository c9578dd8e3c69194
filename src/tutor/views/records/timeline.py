"""A checkpoint of a fine-tuning run: where it stands, its sample, its next words, neighbours and one head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.heatmap import Heatmap
from tutor.views.sentences import listed
from tutor.views.visible import bare, harmless, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.timeline import Result


def picture(result: Result) -> RenderableType:
    """The line of checkpoints, then what this one wrote, expects, has near each other and looks at."""
    parts: list[RenderableType] = [_slider(result), Text()]
    if result.sample is not None:
        parts += [Padding(Text(harmless(result.sample)), (0, 0, 1, 2))]
    parts += [
        Text(f"expected after {_quoted(_text(result))}", style="bold"),
        Bars([Bar(visible(one.text), one.probability) for one in result.candidates], unit="%"),
        Text(),
        Text(f"nearest to {_quoted(result.word)} among the embeddings", style="bold"),
        Bars([Bar(visible(one.word), one.similarity) for one in result.neighbours], high=1.0),
        Text(),
        Text(f"layer {result.layer}, head {result.head}", style="bold"),
        _head(result),
    ]
    return Group(*parts)


def _slider(result: Result) -> Text:
    """Every checkpoint's step, with the shown one marked."""
    shown = Text("step ")
    for place, checkpoint in enumerate(result.checkpoints):
        marked = place == result.checkpoint
        shown.append(f"[{checkpoint.step:,}]" if marked else f" {checkpoint.step:,} ", "bold" if marked else "dim")
    return shown


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
    rest = listed([f"{_quoted(one.text)} {100 * one.probability:.1f} %" for one in others[:2]])
    said = [
        f"{_where(result)} {result.model} expects {_quoted(best.text)} after {_quoted(_text(result))}: "
        f"{100 * best.probability:.1f} %" + (f"; then {rest}." if rest else "."),
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
        f"{_quoted(result.tokens[at].text)}: {100 * float(last[at]):.1f} %."
    ]


def _text(result: Result) -> str:
    return "".join(token.text for token in result.tokens[-6:])


def _quoted(text: str) -> str:
    return f"'{bare(text)}'"

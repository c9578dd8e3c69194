"""A model that was trained from nothing: the loss as a curve, and what it wrote on the way."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from tutor.experiments.pretrain import Sample, Started
from tutor.views.curve import Curve, Series
from tutor.views.sentences import counted
from tutor.views.visible import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from tutor.experiments.pretrain import Result, Update

_OF = {
    "decoder": "nats per token",
    "seq2seq": "nats per target token",
    "encoder": "nats per hidden word",
    "painter": "nats per token of a drawing",
    "matcher": "nats per picture",
}
_NAMES = {"seq2seq": "encoder-decoder"}
"""What a kind is called in a sentence, where it is not its own name."""


def picture(result: Result) -> RenderableType:
    """The curve, the samples from the first to the last, then the sentences."""
    parts: list[RenderableType] = [_curve(result.kind, result.curve), Text()]
    for sample in result.samples:
        parts.append(Text(f"after {sample.tokens:,} tokens", style="bold"))
        shown = Text(_line(sample.text))
        shown.stylize("dim", 0, len(_line(result.prompt)))
        parts.append(Padding(shown, (0, 0, 1, 2)))
    return Group(*parts, *(Text(sentence) for sentence in words(result)))


def during(started: Started, updates: Sequence[Update], samples: Sequence[Sample], height: int) -> RenderableType:
    """A run that is under way: its curve as high as `height` lines allow, the newest sample and the first one."""
    parts: list[RenderableType] = []
    if updates:
        parts += [_curve(started.kind, updates, max(min(height - 8, 12), 4)), Text()]
    for sample in (*samples[1:][-1:], *samples[:1]):
        parts.append(Text(f"after {sample.tokens:,} tokens", style="bold"))
        parts.append(Padding(Text(_line(sample.text)), (0, 0, 0, 2)))
    return Group(*parts)


def _curve(kind: str, curve: Sequence[Update], height: int | None = None) -> Curve:
    held_out = [(float(u.tokens), u.held_out_loss) for u in curve if u.held_out_loss is not None]
    training = [(float(u.tokens), u.loss) for u in curve if u.step]
    series = (Series("held-out loss", held_out), Series("training loss", training))
    if height is None:
        return Curve(series, x="tokens", y=_OF[kind])
    return Curve(series, x="tokens", y=_OF[kind], height=height)


def _line(text: str) -> str:
    """A sample in one line: untrained models write control characters and line ends."""
    return visible(text, spaces=False)


def words(result: Result) -> list[str]:
    """How far held-out loss fell, what the run was, and the first and the last sample."""
    fell = f"{result.loss_before:.3f} to {result.loss:.3f} {_OF[result.kind]}"
    choices, what = (10, "captions") if result.kind == "matcher" else (result.vocabulary, "tokens")
    seen = "pictures" if result.kind == "matcher" else "tokens"
    chance = f"guessing blindly among {choices:,} {what} costs {math.log(choices):.3f}"
    size = f", {result.bits_per_byte:.3f} bits per byte" if result.bits_per_byte is not None else ""
    sentences = [
        f"Held-out loss went from {fell}{size}; {chance}.",
        f"{result.name} is {_article(_NAMES.get(result.kind, result.kind))} of {result.parameters:,} parameters; "
        f"it learned from {result.tokens:,} {seen} in {counted(result.steps, 'step')}, seed {result.seed}, "
        f"on {result.device}.",
        _end(result),
    ]
    shown = (*result.samples[:1], *result.samples[1:][-1:])
    return [*sentences, *(f"After {sample.tokens:,} tokens it wrote: {_line(sample.text)}" for sample in shown)]


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _end(result: Result) -> str:
    taken = f"{result.seconds:.0f} seconds"
    if result.finished == "cancelled":
        return f"It was stopped after {taken}; the same command goes on from there."
    return f"It took {taken}; the model is kept: --model {result.name}."


def progress(record: Started | Update | Sample) -> str:
    """One line that says how far the run is."""
    if isinstance(record, Started):
        begins = "begins" if not record.step else f"goes on after step {record.step:,}"
        steps = counted(record.steps, "step")
        return f"{record.name}: {record.parameters:,} parameters, {steps}, {begins} at {record.loss:.3f}"
    if isinstance(record, Sample):
        return f"after {record.tokens:,} tokens: {_line(record.text)[:60]}"
    return (
        f"step {record.step:,}/{record.steps:,}  loss {record.loss:.3f}  "
        f"{record.tokens_per_second:,.0f} tokens/s  {record.seconds_left:.0f} s left"
    )

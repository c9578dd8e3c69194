"""A fine-tuning run: the loss as a curve, the samples on the way, and whether it did anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from tutor.experiments.frame.tuning import Sampled, Started
from tutor.views.curve import Curve, Series
from tutor.views.magnitude import rounded
from tutor.views.sentences import counted
from tutor.views.visible import harmless, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from tutor.experiments.frame.tuning import Result, Update

METHODS = {"full": "all weights", "lora": "a LoRA adapter", "head": "the head alone"}
_SAME = 0.005
"""Nats by which the same weights, measured twice, may differ."""
OF = {"lm": "nats per token", "prompt": "nats per token of the completion", "classify": "nats per text"}


def picture(result: Result) -> RenderableType:
    """The curve, then both samples, then the verdict; of an estimate the sentences."""
    sentences = [Text(sentence) for sentence in words(result)]
    if result.finished == "estimate":
        return Group(*sentences)
    parts: list[RenderableType] = []
    if result.curve:
        parts += [curve(result.curve, result.loss_before, OF[result.task]), Text()]
    if result.prompt:
        parts += [
            Text("before", style="bold"),
            Padding(sample(result.prompt, result.sample_before), (0, 0, 1, 2)),
            Text(f"after {counted(result.steps, 'step')}", style="bold"),
            Padding(sample(result.prompt, result.sample_after), (0, 0, 1, 2)),
        ]
    return Group(*parts, *sentences)


def curve(
    updates: Sequence[Update], before: float | None, unit: str = "nats per token", height: int | None = None
) -> RenderableType:
    """Training and held-out loss against steps, in `height` lines if that is given.

    The held-out one begins with what it was before; None if the run went on from a later step.
    """
    held_out = [(float(u.step), u.held_out_loss) for u in updates if u.held_out_loss is not None]
    if before is not None:
        held_out.insert(0, (0.0, before))
    series = (Series("held-out loss", held_out), Series("training loss", [(float(u.step), u.loss) for u in updates]))
    return Curve(series, x="step", y=unit) if height is None else Curve(series, x="step", y=unit, height=height)


def sample(prompt: str, text: str) -> Text:
    """A sample with its prompt set apart."""
    shown = Text(harmless(text))
    shown.stylize("dim", 0, len(prompt))
    return shown


def words(result: Result) -> list[str]:
    """Whether held-out loss fell, by how much, and what the run was; of an estimate what it would take."""
    sentences = _expected(result) if result.finished == "estimate" else _happened(result)
    return [*sentences, *result.notes]


def _expected(result: Result) -> list[str]:
    expected = result.estimate
    most = "at most " if (result.task, result.method) == ("classify", "head") else ""
    memory = "" if expected.bytes is None else f" and up to {rounded(expected.bytes)}B of memory"
    takes = f"{between(expected.seconds_low, expected.seconds_high)}{memory}"
    return [
        f"It would take {takes}: {most}{counted(expected.steps, 'step')} on {result.device}.",
        *expected.warnings,
        f"It would train {METHODS[result.method]}, {expected.trained:,} of {expected.parameters:,} numbers, and "
        f"read {expected.tokens:,} tokens: each of the file's {result.training_tokens:,} about "
        f"{expected.passes:.1f} times.",
        f"{result.held_out_tokens:,} {_measured(result.task)} are held out; their loss is {result.loss_before:.3f} "
        f"{OF[result.task]} now.",
    ]


def _happened(result: Result) -> list[str]:
    sentences = [
        _change(result),
        _verdict(result),
        f"{counted(result.steps, 'step')} on {METHODS[result.method]}, {result.tokens:,} tokens, in "
        f"{duration(result.seconds)} on {result.device}; the estimate was "
        f"{between(result.estimate.seconds_low, result.estimate.seconds_high)}.",
        f"Trained on {result.training_tokens:,} tokens of the file; {result.held_out_tokens:,} "
        f"{_measured(result.task)} were held out.",
    ]
    sentences += kept(result.curve, result.loss_after or 0.0)
    if result.finished == "held-out":
        sentences.append("It stopped early, because the held-out loss had risen three times; the best is kept.")
    elif result.finished == "converged":
        sentences.append("It ended by itself: a head on frozen weights has one best solution, and it was found.")
    elif result.finished == "cancelled":
        sentences.append(
            f"It was stopped; the best so far is kept, and tutor finetune --resume {result.name} goes on with it."
        )
    return sentences


def _measured(task: str) -> str:
    return "texts" if task == "classify" else "tokens"


def _change(result: Result) -> str:
    assert result.loss_after is not None
    moved = "fell" if result.loss_after <= result.loss_before else "rose"
    both = f"{result.loss_before:.3f} to {result.loss_after:.3f} {OF[result.task]}"
    if result.scores_before is not None and result.scores_after is not None:
        return (
            f"Macro-F1 is {result.scores_after.macro_f1:.2f} on held-out texts, {result.scores_before.macro_f1:.2f} "
            f"for always giving the commonest label; the loss {moved} from {both}."
        )
    if result.perplexity_before is None or result.perplexity_after is None:
        return f"Held-out loss {moved} from {both}."
    share = abs(1 - result.perplexity_after / result.perplexity_before)
    return (
        f"Held-out loss {moved} from {both} (perplexity {result.perplexity_before:.1f} to "
        f"{result.perplexity_after:.1f}, {100 * share:.0f} % {'lower' if moved == 'fell' else 'higher'})."
    )


def kept(curve: Sequence[Update], loss_after: float) -> list[str]:
    """Of which step the weights are, where the held-out loss rose again after it and the curve has another end."""
    looked = [(update.held_out_loss, update.step) for update in curve if update.held_out_loss is not None]
    if not looked:
        return []
    (best, step), (last, _) = min(looked), looked[-1]
    if best == last or abs(best - loss_after) > _SAME:
        return []
    return [
        f"The weights that are kept are those of step {step:,}: the held-out loss was {best:.3f} there, and "
        f"{last:.3f} at the end."
    ]


def _verdict(result: Result) -> str:
    interval = f"the 95 % interval of the fall is {result.fall_low:.3f} to {result.fall_high:.3f}"
    if result.succeeded:
        opens = f"tutor classify --task {result.name}" if result.task == "classify" else f"--model {result.name}"
        return f"The model has learned from the file ({interval}); it is kept as {result.name}: {opens}."
    return f"No improvement that chance would not explain ({interval}); the model is kept as {result.name}."


def duration(seconds: float) -> str:
    """A time in the unit that fits it."""
    if seconds < 120:
        return counted(round(seconds), "second")
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def between(low: float, high: float) -> str:
    """Two times, with their unit once where they share it.

    >>> between(21, 32), between(90, 150)
    ('21 to 32 seconds', '90 seconds to 2 minutes')
    """
    (first, unit), second = duration(low).split(), duration(high)
    if unit not in second.split():
        return f"{first} {unit} to {second}"
    return second if second == f"{first} {unit}" else f"{first} to {second}"


def progress(record: Started | Sampled | Update) -> str:
    """One line that says how far the run is; one with a sample ends the line, so that it stays on the screen."""
    if isinstance(record, Started):
        begins = f"goes on after step {record.step:,}" if record.step else f"held-out {record.loss:.3f}"
        return f"{record.name}: {counted(record.steps, 'step')}, about {record.seconds:.0f} s; {begins}"
    if isinstance(record, Sampled):
        return f"step {record.step:,}, held-out {record.held_out_loss:.3f}: {visible(record.text, spaces=False)}\n"
    return (
        f"step {record.step:,}/{record.steps:,}  loss {record.loss:.3f}  "
        f"{record.tokens_per_second:,.0f} tokens/s  {record.seconds_left:.0f} s left"
    )

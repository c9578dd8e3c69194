"""A fine-tuning run: the loss as a curve, the samples before and after, and whether it did anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from tutor.experiments.finetune import Started
from tutor.views.curve import Curve, Series
from tutor.views.visible import harmless

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.finetune import Result, Update


def picture(result: Result) -> RenderableType:
    """The curve, then both samples, then the verdict."""
    return Group(
        *([curve(result.curve, result.loss_before), Text()] if result.curve else []),
        Text("before", style="bold"),
        Padding(sample(result.prompt, result.sample_before), (0, 0, 1, 2)),
        Text(f"after {result.steps:,} steps", style="bold"),
        Padding(sample(result.prompt, result.sample_after), (0, 0, 1, 2)),
        *(Text(sentence) for sentence in words(result)),
    )


def curve(updates: tuple[Update, ...], before: float) -> RenderableType:
    """Training and held-out loss against steps; the held-out one begins with what it was before."""
    held_out = [(0.0, before), *((u.step, u.held_out_loss) for u in updates if u.held_out_loss is not None)]
    training = [(float(update.step), update.loss) for update in updates]
    return Curve((Series("held-out loss", held_out), Series("training loss", training)), x="step", y="nats per token")


def sample(prompt: str, text: str) -> Text:
    """A sample with its prompt set apart."""
    shown = Text(harmless(text))
    shown.stylize("dim", 0, len(prompt))
    return shown


def words(result: Result) -> list[str]:
    """Whether held-out loss fell, by how much, and what the run was."""
    fall = result.loss_before - result.loss_after
    moved = "fell" if fall >= 0 else "rose"
    share = abs(1 - result.perplexity_after / result.perplexity_before)
    sentences = [
        f"Held-out loss {moved} from {result.loss_before:.3f} to {result.loss_after:.3f} nats per token "
        f"(perplexity {result.perplexity_before:.1f} to {result.perplexity_after:.1f}, {share:.0%} "
        f"{'lower' if fall >= 0 else 'higher'}).",
        _verdict(result),
        f"{result.steps:,} steps, {result.tokens:,} tokens, in {result.seconds:.0f} seconds on {result.device}; "
        f"the estimate was {result.seconds_estimated:.0f} seconds.",
        f"Trained on {result.training_tokens:,} tokens of the file; {result.held_out_tokens:,} were held out.",
    ]
    if result.finished == "held-out":
        sentences.append("It stopped early, because the held-out loss had risen three times; the best is kept.")
    elif result.finished == "cancelled":
        sentences.append("It was stopped; the best so far is kept.")
    return sentences


def _verdict(result: Result) -> str:
    between = f"the 95 % interval of the fall is {result.fall_low:.3f} to {result.fall_high:.3f}"
    if result.succeeded:
        return f"The model has learned from the file ({between}); it is kept as {result.name}: --model {result.name}."
    return f"No improvement that chance would not explain ({between}); the model is kept as {result.name}."


def progress(record: Started | Update) -> str:
    """One line that says how far the run is."""
    if isinstance(record, Started):
        return f"{record.name}: {record.steps:,} steps, about {record.seconds:.0f} s; held-out {record.loss:.3f}"
    return (
        f"step {record.step:,}/{record.steps:,}  loss {record.loss:.3f}  "
        f"{record.tokens_per_second:,.0f} tokens/s  {record.seconds_left:.0f} s left"
    )

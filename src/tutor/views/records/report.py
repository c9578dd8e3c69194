"""What a fine-tuning run has changed, all in one page: the curve, the samples side by side, the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from tutor.views.heatmap import Heatmap
from tutor.views.magnitude import rounded
from tutor.views.records.finetune import METHODS, OF, between, curve, duration, kept
from tutor.views.sentences import counted
from tutor.views.visible import harmless, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.report import Forgetting, Recital, Result


def picture(result: Result) -> RenderableType:
    """The verdict, the curve, the samples, the labels, the weights, and what else is to be said."""
    verdict, *others = words(result)
    parts: list[RenderableType] = [Text(verdict, style="bold"), Text()]
    if result.curve:
        parts += [curve(result.curve, result.loss_before, OF[result.task]), Text()]
    if result.samples:
        parts += [_side_by_side(result), Text()]
    if result.scores_after is not None:
        parts += [_labels(result), Text(), _confusion(result), Text()]
    if result.movements:
        parts += [Text("how far the weights have moved", style="bold"), _moved(result), Text()]
    return Group(*parts, *(Text(sentence) for sentence in others))


def _side_by_side(result: Result) -> Table:
    """A row a seed, the model before at the left, after at the right."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0), expand=True)
    table.add_column(f"{result.model}, before", ratio=1)
    table.add_column(f"{result.name}, after", ratio=1)
    for pair in result.samples:
        table.add_row(*(_sample(result.prompt, text) for text in (pair.before, pair.after)))
    return table


def _sample(prompt: str, text: str) -> Text:
    shown = Text(harmless(text))
    shown.stylize("dim", 0, len(prompt))
    return shown


def _labels(result: Result) -> Table:
    assert result.scores_after is not None
    table = Table(box=None, pad_edge=False)
    for heading in ("label", "precision", "recall", "F1", "texts"):
        table.add_column(heading, justify="left" if heading == "label" else "right")
    for one in result.scores_after.labels:
        numbers = (f"{value:.2f}" for value in (one.precision, one.recall, one.f1))
        table.add_row(visible(one.label, spaces=False), *numbers, str(one.support))
    return table


def _confusion(result: Result) -> RenderableType:
    import numpy as np

    assert result.scores_after is not None
    labels = [visible(one.label, spaces=False) for one in result.scores_after.labels]
    counts = np.array(result.scores_after.confusion, dtype=float)
    texts = [[str(count) for count in row] for row in result.scores_after.confusion]
    return Heatmap(counts, labels, labels, high=float(counts.max()), texts=texts, unit="texts, by label and answer")


def _moved(result: Result) -> Heatmap:
    import numpy as np

    inside = [one for one in result.movements if one.layer >= 0]
    matrices = list(dict.fromkeys(one.matrix for one in inside))
    changes = np.zeros((1 + max((one.layer for one in inside), default=-1), len(matrices)))
    for one in inside:
        changes[one.layer, matrices.index(one.matrix)] = 100 * one.change
    high = float(changes.max()) if changes.size else 0.0
    texts = [[f"{value:.1f}" for value in row] for row in changes.tolist()]
    rows = [f"layer {layer}" for layer in range(len(changes))]
    return Heatmap(changes, rows, matrices, high=round(high, 1) or 1.0, texts=texts, unit="% of the weights")


def words(result: Result) -> list[str]:
    """The verdict first, then what it rests on, what it cost, and what was expected."""
    said = [verdict(result), *_proof(result)]
    if result.forgetting is not None:
        said.append(_forgotten(result.forgetting))
    if result.recital is not None:
        said.append(_recited(result.recital))
    if result.movements:
        said.append(_farthest(result))
    said.append(_cost(result))
    return said


def verdict(result: Result) -> str:
    """Whether anything has got better, in one sentence."""
    if not result.succeeded:
        return (
            f"Nothing has got better that chance would not explain: {result.name} is no better than {result.model}."
        )
    if result.scores_before is not None and result.scores_after is not None:
        return (
            f"{result.name} has learned to tell the labels apart: macro-F1 {result.scores_after.macro_f1:.2f} on "
            f"{result.held_out_tokens:,} held-out texts, {result.scores_before.macro_f1:.2f} for always giving the "
            "commonest label."
        )
    lower = 1 - (result.perplexity_after or 0.0) / (result.perplexity_before or 1.0)
    return (
        f"{result.name} has learned from the file: held-out perplexity is {100 * lower:.0f} % lower than "
        f"{result.model}'s."
    )


def _proof(result: Result) -> list[str]:
    fall = result.loss_before - result.loss_after
    said = [
        f"Held-out loss went from {result.loss_before:.3f} to {result.loss_after:.3f} {OF[result.task]}, by "
        f"{-fall:+.3f}; the 95 % interval of the fall is {result.fall_low:.3f} to {result.fall_high:.3f}.",
        *kept(result.curve, result.loss_after),
    ]
    if result.perplexity_before is not None and result.perplexity_after is not None:
        said.append(f"Perplexity went from {result.perplexity_before:.1f} to {result.perplexity_after:.1f}.")
    if result.scores_after is not None:
        said += [
            f"'{visible(one.label, spaces=False)}': precision {one.precision:.2f}, recall {one.recall:.2f}, F1 "
            f"{one.f1:.2f}, {counted(one.support, 'text')}."
            for one in result.scores_after.labels
        ]
    return said


def _forgotten(forgetting: Forgetting) -> str:
    rise = forgetting.loss_after - forgetting.loss_before
    known = f"on everyday English ({forgetting.text}) the loss went from {forgetting.loss_before:.3f} to "
    known += f"{forgetting.loss_after:.3f}, by {rise:+.3f} ({forgetting.rise_low:.3f} to {forgetting.rise_high:.3f})"
    if forgetting.rise_low > 0:
        return f"It has forgotten something: {known}."
    if forgetting.rise_high < 0:
        return f"It has forgotten nothing, and even gained: {known}."
    return f"It has forgotten nothing that could be told from luck: {known}."


def _recited(recital: Recital) -> str:
    text = visible(recital.text.strip(), spaces=False)
    return (
        f"The longest stretch of its samples that stands word for word in the training text has {recital.tokens} "
        f"tokens, {counted(recital.words, 'word')} ('{text}'); before training it had {recital.tokens_before}."
    )


def _farthest(result: Result) -> str:
    first, *others = sorted(result.movements, key=lambda one: -one.change)[:3]
    rest = ", ".join(f"{_called(one.layer, one.matrix)} {100 * one.change:.1f} %" for one in others)
    return f"Farthest moved {_called(first.layer, first.matrix)}: {100 * first.change:.1f} % of its length; {rest}."


def _called(layer: int, matrix: str) -> str:
    return f"{matrix} of layer {layer}" if layer >= 0 else f"the {matrix}"


def _cost(result: Result) -> str:
    held = "" if result.bytes is None else f" and held {rounded(result.bytes)}B of memory"
    guess = "" if result.bytes_estimated is None else f", {rounded(result.bytes_estimated)}B"
    return (
        f"{counted(result.steps, 'step')} on {METHODS[result.method]} took {duration(result.seconds)}{held}; the "
        f"estimate was {between(result.seconds_low, result.seconds_high)}{guess}."
    )

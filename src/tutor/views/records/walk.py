"""The forward pass as a table: each stage with what it is, its shape, its size and the best guess so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Group
from rich.table import Table
from rich.text import Text

from tutor.views.heatmap import Heatmap
from tutor.views.sentences import left_out
from tutor.views.visible import bare, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.walk import Result, Stage

_MEANINGS = {
    "embed": "each token's row of the embedding",
    "pos_embed": "what tells positions apart",
    "resid_pre": "the stream on its way in",
    "q": "queries: what each token looks for",
    "k": "keys: what it can be found by",
    "v": "values: what it hands on",
    "attn_scores": "query · key ÷ √D, later ones −∞",
    "pattern": "softmax of the scores",
    "z": "values mixed by the pattern",
    "attn_out": "what attention adds",
    "resid_mid": "the stream with it added",
    "mlp_post": "the feed-forward's hidden units",
    "mlp_out": "what the feed-forward adds",
    "resid_post": "the stream on its way out",
    "final_norm": "the stream, scaled to one size",
    "logits": "a score for every next token",
}
_COLUMNS = {"stage": 13, "what it is": 8, "shape": 11, "length": 6, "best guess so far": 17}
"""The columns and how narrow each may get: what a stage is can be cut, numbers cannot."""
_OUTSIDE = ("resid_post",)
"""What is shown of the layers that are not seen from inside."""


def picture(result: Result) -> RenderableType:
    """Every stage outside the layers and inside the chosen one; of the other layers what they leave."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading, narrowest in _COLUMNS.items():
        right = heading in ("shape", "length")
        table.add_column(heading, justify="right" if right else "left", no_wrap=True, min_width=narrowest)
    for stage in result.stages:
        if stage.layer in (None, result.layer) or stage.name in _OUTSIDE:
            length = "" if stage.length is None else f"{stage.length:.2f}"
            name = stage.name if stage.layer is None else f"{stage.layer} {stage.name}"
            table.add_row(name, _MEANINGS[stage.name], _shape(stage), length, _guess(stage))
    return table


_AXES = {
    "q": "heads x tokens x channels",
    "attn_scores": "heads x tokens x tokens",
    "pos_embed": "tokens x channels of a head",
    "mlp_post": "tokens x hidden units",
    "logits": "tokens x vocabulary",
}
_AXES |= {"k": _AXES["q"], "v": _AXES["q"], "z": _AXES["q"], "pattern": _AXES["attn_scores"]}
_SCORES = ("attn_scores", "pattern")
_CELL = 5  # columns of a number with its sign
_FEWEST = 4  # channels that are shown however narrow it is


def stage(result: Result, index: int, width: int) -> RenderableType:
    """One stage by itself: what it is, its shape, as many of its numbers as fit, and the best guess there."""
    at = result.stages[index]
    where = "" if at.layer is None else f"   layer {at.layer}"
    parts: list[RenderableType] = [
        Text.assemble((at.name, "bold"), (f"{where}   stage {index + 1} of {len(result.stages)}", "dim")),
        Text(_MEANINGS[at.name]),
        Text(f"{_shape(at)}: {_AXES.get(at.name, 'tokens x channels')}", style="dim"),
        Text(),
        _numbers(result, at, width),
    ]
    if at.guess is not None:
        parts.append(Text.assemble("\nif it ended here: ", (_guess(at), "bold")))
    return Group(*parts)


def _numbers(result: Result, at: Stage, width: int) -> Heatmap:
    """The corner of the stage that the record has; of channels, which go on anyway, only what fits."""
    import numpy as np

    values = np.where(np.isfinite(at.numbers), at.numbers, np.nan)
    by_head = len(at.shape) == 3
    tokens = [bare(token.text) for token in result.tokens]
    labels = [f"head {head}" for head in range(len(values))] if by_head else tokens[-len(values) :]
    if at.name not in (*_SCORES, "logits"):
        values = values[:, : max((width - 2 - max(map(cell_len, labels))) // _CELL, _FEWEST)]
    columns = values.shape[1]
    heads = tokens[-columns:] if at.name in _SCORES else [str(channel) for channel in range(columns)]
    highest = 1.0 if at.name == "pattern" else float(np.nanmax(np.abs(values))) or 1.0
    unit = "the largest scores" if at.name == "logits" else _unit(at, by_head)
    highest = round(highest, 2)
    low = 0.0 if at.name == "pattern" else -highest
    return Heatmap(values, labels, [] if at.name == "logits" else heads, low, highest, numbers=True, unit=unit)


def _unit(at: Stage, by_head: bool) -> str:
    if at.name in _SCORES:
        return "last token, at each token"
    return "last token, first channels" if by_head else "first channels"


def path(result: Result, index: int, height: int) -> Text:
    """The names of the stages around one, in `height` lines, with a mark at it."""
    first = min(max(index - height // 2, 0), max(len(result.stages) - height, 0))
    lines = Text(no_wrap=True)
    for place, each in list(enumerate(result.stages))[first : first + height]:
        name = each.name if each.layer is None else f"{each.layer} {each.name}"
        lines.append(f"{'▸' if place == index else ' '}{name}\n", "bold" if place == index else "dim")
    return lines


def guesses(result: Result, index: int) -> Text:
    """The logit lens after each layer; what lies ahead of the stage at `index` is dimmed."""
    lines = Text("if it ended here\n", style="", no_wrap=True)
    ends = [place for place, each in enumerate(result.stages) if each.name in ("embed", "resid_post", "logits")]
    here = max((place for place in ends if place <= index), default=-1)
    for place in ends:
        each = result.stages[place]
        name = {"embed": "embedding", "logits": "the model"}.get(each.name, f"layer {each.layer}")
        style = "bold" if place == here else "" if place < here else "dim"
        lines.append(f"{'▸' if place == here else ' '}{name:<10} {_guess(each)}\n", style)
    return lines


def sentence(result: Result, index: int) -> str:
    """The stage at `index` in words."""
    at = result.stages[index]
    where = "" if at.layer is None else f" of layer {at.layer}"
    length = "" if at.length is None else f"; the last token's vector is {at.length:.2f} long"
    return f"Stage {index + 1} of {len(result.stages)}, {at.name}{where}: {_MEANINGS[at.name]}{length}."


def words(result: Result) -> list[str]:
    """When the guess settled, then each stage of the stream."""
    stream = [stage for stage in result.stages if stage.guess is not None and stage.name in ("embed", "resid_post")]
    final = result.stages[-1]
    assert final.guess is not None
    settled = final
    for stage in reversed(stream):
        if stage.guess is None or stage.guess.id != final.guess.id:
            break
        settled = stage
    where = "only at the very end" if settled is final else _place(settled)
    sentences = [
        f"After the whole text {result.model} expects {_guess(final)}; it settles on that {where}.",
        f"{len(result.tokens)} tokens become {final.shape[0]} rows of {stream[0].shape[1]} numbers, and at the end "
        f"{final.shape[1]:,} scores for each.",
    ]
    sentences += [
        f"{_place(stage).capitalize()}: {_guess(stage)}, a vector {stage.length:.2f} long." for stage in stream
    ]
    return sentences + left_out(result.truncated)


def _place(stage: Stage) -> str:
    return "at the embedding" if stage.layer is None else f"after layer {stage.layer}"


def _shape(stage: Stage) -> str:
    return " x ".join(f"{size:,}" for size in stage.shape)


def _guess(stage: Stage) -> str:
    if stage.guess is None:
        return ""
    text = visible(stage.guess.text.strip(), spaces=False) or visible(stage.guess.text)
    return f"'{text}' {100 * stage.guess.probability:.0f} %"

"""The forward pass as a table: each stage with what it is, its shape, its size and the best guess so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.walk import Result, Stage

_MEANINGS = {
    "embed": "each token's row of the embedding",
    "pos_embed": "angles that tell positions apart",
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
    if result.truncated:
        sentences.append(f"The text is longer than the context: its first {result.truncated} tokens were left out.")
    return sentences


def _place(stage: Stage) -> str:
    return "at the embedding" if stage.layer is None else f"after layer {stage.layer}"


def _shape(stage: Stage) -> str:
    return " x ".join(f"{size:,}" for size in stage.shape)


def _guess(stage: Stage) -> str:
    if stage.guess is None:
        return ""
    text = visible(stage.guess.text.strip(), spaces=False) or visible(stage.guess.text)
    return f"'{text}' {100 * stage.guess.probability:.0f} %"

"""The best guess after each layer, as a grid: layers from the bottom up, positions from left to right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.views.heatmap import Heatmap
from tutor.views.sentences import left_out
from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.frame.records import Candidate
    from tutor.experiments.lens import Layer, Result

_POSITIONS = 8
"""The last positions are shown: more would leave no room for words at 80 columns."""


def picture(result: Result) -> RenderableType:
    """What would come next, coloured by its probability; the top row is what the model says."""
    import numpy as np

    layers = result.layers[::-1]
    shown = [layer.candidates[-_POSITIONS:] for layer in layers]
    return Heatmap(
        np.array([[one.probability for one in row] for row in shown]),
        rows=[_name(layer) for layer in layers],
        columns=[visible(token.text.strip(), spaces=False) for token in result.tokens[-_POSITIONS:]],
        texts=[[_bare(one) for one in row] for row in shown],
        unit="probability of the guess",
    )


def words(result: Result) -> list[str]:
    """How the guess after the whole text changed from layer to layer."""
    final = result.layers[-1].candidates[-1]
    settled = result.layers[result.settled[-1]]
    mean = sum(result.settled) / len(result.settled)
    count = len(result.layers) - 1
    sentences = [
        f"After the whole text {result.model} says {_guess(final)}, and has said so since {_name(settled)}.",
        f"Over all {len(result.tokens)} positions the guess settles after {mean:.1f} of {count} layers on average.",
        *(f"{_name(layer).capitalize()}: {_guess(layer.candidates[-1])}." for layer in result.layers),
    ]
    return sentences + left_out(result.truncated)


def _name(layer: Layer) -> str:
    return "embedding" if layer.layer is None else f"layer {layer.layer}"


def _bare(one: Candidate) -> str:
    return visible(one.text.strip(), spaces=False) or visible(one.text)


def _guess(one: Candidate) -> str:
    return f"'{_bare(one)}' ({100 * one.probability:.0f} %)"

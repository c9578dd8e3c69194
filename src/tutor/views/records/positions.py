"""The positional encoding as a heat map, one row a position."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.views.heatmap import Heatmap

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.positions import Result


def picture(result: Result) -> RenderableType:
    """Positions from top to bottom, channels from left to right, values from −1 to 1."""
    labels = [str(position) for position in range(len(result.encoding))]
    return Heatmap(result.encoding, rows=labels, low=-1.0, high=1.0, unit="value of a channel")


def words(result: Result) -> list[str]:
    """How similar neighbours are, and positions farther apart."""
    length, width = result.encoding.shape
    sentences = [f"{length} positions of {width} channels each, {result.kind}."]
    distances = [distance for distance in (1, 2, 4, 8, 16, 32, 64) if distance < length]
    sentences += [
        f"Positions {distance} apart have a cosine similarity of {result.similarity[distance]:.3f}."
        for distance in distances
    ]
    return sentences

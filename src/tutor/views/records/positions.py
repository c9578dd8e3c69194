"""The positional encoding as a heat map, one row a position, over the curve of similarity and a few channels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderableType
from rich.text import Text

from tutor.views.curve import Curve, Series
from tutor.views.halves import Halves
from tutor.views.heatmap import Heatmap

if TYPE_CHECKING:
    from tutor.experiments.positions import Result

_CURVE = 6
"""Lines of a curve; with its axis, its legend and a blank line it takes three more."""
_BELOW = 2 * (_CURVE + 3)
"""Lines of what stands below the map."""
_LONGEST = 64
"""Lines of the map where nothing is scrolled, such as in a pipe."""
_WAVES = 3
_DISTANCES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


def picture(result: Result) -> RenderableType:
    """Positions from top to bottom, channels from left to right; beneath it the curve, then channels as waves."""
    return _Positions(result)


@dataclass(frozen=True)
class _Positions:
    """The map takes a line a position if the height allows, half a line if with it all can be seen or nothing else
    fits; what follows can be scrolled to.
    """

    result: Result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        room = options.max_height if console.is_terminal else _LONGEST + _CURVE + 4
        yield self._map(room)
        if len(self.result.similarity) > 1:
            yield Text()
            yield self._curve()
            yield Text()
            yield self._waves()

    def _map(self, room: int) -> RenderableType:
        values, reach = self.result.encoding, _reach(self.result)
        shared = {"low": -reach, "high": reach, "unit": "value of a channel"}
        lines = math.ceil(len(values) / 2)
        all_fits = lines <= room - 1 - _BELOW < len(values)
        if len(values) <= room - 1 and not all_fits:
            return Heatmap(values, rows=[str(position) for position in range(len(values))], **shared)  # type: ignore[arg-type]
        return Halves(values, lines if lines <= room - 1 else max(room - _CURVE - 4, 8), **shared)  # type: ignore[arg-type]

    def _curve(self) -> Curve:
        points = [(float(distance), float(mean)) for distance, mean in enumerate(self.result.similarity)]
        return Curve((Series("mean similarity", points),), x="positions apart", y="cosine", height=_CURVE)

    def _waves(self) -> Curve:
        series = [
            Series(f"channel {channel}", [(float(at), round(float(value), 3)) for at, value in enumerate(column)])
            for channel in _shown(self.result.encoding.shape[1])
            for column in (self.result.encoding[:, channel],)
        ]
        return Curve(series, x="position", height=_CURVE)


def _shown(width: int) -> list[int]:
    """The first channel and slower ones: an eighth and a quarter of the way, each the first of its pair."""
    return sorted({width * eighths // 8 // 2 * 2 for eighths in range(_WAVES)})


def _reach(result: Result) -> float:
    """The ends of the scale: 1 for sines and cosines, else the largest value, rounded up to two digits."""
    if result.kind != "learned":
        return 1.0
    largest = float(abs(result.encoding).max()) or 1.0
    unit = 10.0 ** (math.floor(math.log10(largest)) - 1)
    return math.ceil(largest / unit) * unit


def words(result: Result) -> list[str]:
    """What there is, how similarity goes with distance, then distance by distance."""
    length, width = result.encoding.shape
    whose = f" by {result.model}" if result.model else ""
    sentences = [f"{length} positions of {width} channels each, {result.kind}{whose}."]
    if length > 1:
        sentences.append(_reading(result))
    sentences += [
        f"Positions {distance} apart have a cosine similarity of {result.similarity[distance]:.3f}."
        for distance in _DISTANCES
        if distance < length
    ]
    return sentences


def _reading(result: Result) -> str:
    """How alike neighbours are, where likeness is least, and whether the place matters."""
    similarity = result.similarity.tolist()
    lowest = min(range(1, len(similarity)), key=lambda distance: similarity[distance])
    spread = max(result.similarity_spread.tolist())
    place = (
        "distance alone decides, not the place"
        if spread < 1e-6
        else f"the place matters too: at equal distance it varies by up to {spread:.3f} (standard deviation)"
    )
    if lowest == 1:
        return f"Two neighbours have a cosine of {similarity[1]:.2f}, the lowest; {place}."
    return (
        f"Two neighbours have a cosine of {similarity[1]:.2f}; it is lowest at {lowest} apart, "
        f"{similarity[lowest]:.2f}; {place}."
    )

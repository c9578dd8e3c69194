"""A map of words, what share of their differences it shows, and where it misleads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.views.scatter import Dot, Scatter
from tutor.views.sentences import listed

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.map import BrokenPair, Result


def picture(result: Result) -> RenderableType:
    """The map, and beneath it its error."""
    dots = [Dot(point.word, point.x, point.y, point.asked) for point in result.points]
    return Scatter(dots, notes=[_share(result), _misleads(result, limit=4)])


def words(result: Result) -> list[str]:
    """What the map shows, where it misleads, then each such case and each point."""
    sentences = [_share(result), _misleads(result, limit=3)]
    sentences += [f"Drawn nearest to {pair.word} is {pair.drawn_nearest}; {_truth(pair)}." for pair in result.broken]
    sentences += [f"{point.word} is at ({point.x:.3f}, {point.y:.3f})." for point in result.points]
    return sentences


def _share(result: Result) -> str:
    across, up = (round(100 * share) for share in result.shares)
    total = round(100 * result.share_of_variance)
    return f"The map shows {total} % of how these words differ: {across} % across, {up} % upwards."


def _misleads(result: Result, limit: int) -> str:
    if not result.broken:
        return "Every word is drawn nearest to the one that really is nearest."
    shown = listed([f"{pair.word} ({_truth(pair)})" for pair in result.broken], limit)
    are = "is" if len(result.broken) == 1 else "are"
    return f"{len(result.broken)} of {len(result.points)} words {are} drawn nearest to a wrong one: {shown}."


def _truth(pair: BrokenPair) -> str:
    return f"really nearest is {pair.nearest}"

"""Models by size, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from tutor.experiments.scale import CHOSEN
from tutor.views.magnitude import rounded

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.scale import Result, Sized

_SPARE = ("cache", "width", "layers", "training")
"""What is left out where there is no room, the first of these first."""
_MEANING = {
    "memory": "memory: the weights, in numbers of 16 bits",
    "cache": "cache: keys and values of one full context",
    "a token": "a token: additions and multiplications to read it",
    "training": "training: those of all of it, where published",
}
_HEADINGS = ("model", "parameters", "layers", "width", "memory", "cache", "a token", "training")


def picture(result: Result) -> RenderableType:
    """One line a model: sizes, bytes, and operations for one token and for all of its training."""
    return _Sizes(result.models)


@dataclass(frozen=True)
class _Sizes:
    """The table with as many columns as fit; what is left out stands among the plain words."""

    models: Sequence[Sized]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        headings = list(_HEADINGS)
        for spare in (*_SPARE, ""):
            table = self._table(headings)
            if not spare or table.__rich_measure__(console, options.update(width=999)).maximum <= options.max_width:
                break
            headings.remove(spare)
        yield table
        yield Text("; ".join(_MEANING[heading] for heading in headings if heading in _MEANING), style="dim")

    def _table(self, headings: Sequence[str]) -> Table:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for heading in headings:
            table.add_column(heading, justify="left" if heading == "model" else "right", no_wrap=True)
        for model in self.models:
            cells = _cells(model)
            style = "bold" if model.name == CHOSEN else ""
            table.add_row(*(cells[heading] for heading in headings), style=style)
        return table


def _cells(model: Sized) -> dict[str, str]:
    training = "" if model.training_operations is None else _power(model.training_operations)
    cells = (
        model.name,
        rounded(model.parameters),
        str(model.layers),
        f"{model.width:,}",
        f"{rounded(model.bytes)}B",
        f"{rounded(model.cache_bytes)}B",
        rounded(model.operations_per_token),
        training,
    )
    return dict(zip(_HEADINGS, cells, strict=True))


def words(result: Result) -> list[str]:
    """How far apart the smallest and the largest are, then each model."""
    small, large = result.models[0], result.models[-1]
    sentences = [sentence for model in result.models if model.name == CHOSEN for sentence in _sentences(model)]
    if large.parameters > small.parameters:
        sentences.append(
            f"{large.name} has {_times(large.parameters / small.parameters)} the parameters of {small.name} and "
            f"needs {_times(large.operations_per_token / small.operations_per_token)} the operations a token."
        )
    others = (model for model in reversed(result.models) if model.name != CHOSEN)
    return sentences + [sentence for model in others for sentence in _sentences(model)]


def _sentences(model: Sized) -> list[str]:
    year = f" ({model.year})" if model.year else ""
    sentences = [
        f"{model.name}{year}: {rounded(model.parameters)} parameters in {model.layers} layers {model.width:,} wide; "
        f"{rounded(model.bytes)}B of weights, {rounded(model.cache_bytes)}B for the keys and values of its "
        f"{model.context:,} tokens, {rounded(model.operations_per_token)} operations a token. Source: {model.source}."
    ]
    if model.training_tokens is not None and model.training_operations is not None:
        sentences.append(
            f"{model.name} was trained on {rounded(model.training_tokens)} tokens: about "
            f"{_power(model.training_operations)} operations."
        )
    return sentences


def _times(ratio: float) -> str:
    return f"{ratio:,.0f} times" if ratio >= 10 else f"{ratio:.1f} times"


def _power(number: float) -> str:
    """A number beyond all prefixes: 3.14e+23 is `3.1e23`."""
    return f"{number:.1e}".replace("e+", "e")

"""How alike the vectors of one word are in several sentences: a row a pair of sentences, a column a layer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.heatmap import Heatmap
from tutor.views.sentences import counted, listed
from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.context import Layer, Occurrence, Result

_AROUND = 28
"""Characters that are shown on each side of the word."""


def picture(result: Result) -> RenderableType:
    """The sentences by number, then the similarity of every two through the layers."""
    import numpy as np

    pairs = _pairs(result)
    values = [[layer.similarity[a, b] for layer in result.layers] for a, b in pairs]
    labels = [f"{a + 1} and {b + 1}" for a, b in pairs]
    if all(layer.usual is not None for layer in result.layers):
        values.append([layer.usual for layer in result.layers])
        labels.append("other words")
    grid = np.array(values, dtype=float).round(2) + 0.0  # no −0.00
    lowest = math.floor(10 * min(0.9, grid.min())) / 10
    columns = ["embed" if layer.layer is None else str(layer.layer) for layer in result.layers]
    return Group(
        *(_sentence(place, one, result.word) for place, one in enumerate(result.occurrences, 1)),
        Text(f"\nafter layer: cosine of the vectors of '{visible(result.word, spaces=False)}'", style="dim"),
        Heatmap(grid, labels, columns, low=lowest, high=1.0, numbers=True, unit="cosine"),
    )


def words(result: Result) -> list[str]:
    """Where the vectors end and how far apart any two words are there; then layer by layer."""
    first, last = result.layers[0], result.layers[-1]
    usual = "" if last.usual is None else f"; different words there have {last.usual:.2f}"
    sentences = [f"{_ending(result, last)}{usual}.", _beginning(result, first)]
    sentences += [
        _nothing_before(place) for place, one in enumerate(result.occurrences, 1) if _is_first(one, result.word)
    ]
    sentences += [_layer(result, layer) for layer in result.layers]
    for place, one in enumerate(result.occurrences, 1):
        if one.truncated:
            cut = counted(one.truncated, "token")
            sentences.append(f"Sentence {place} is longer than the context: its first {cut} were left out.")
    return sentences


def _pairs(result: Result) -> list[tuple[int, int]]:
    count = len(result.occurrences)
    return [(a, b) for a in range(count) for b in range(a + 1, count)]


def _sentence(place: int, one: Occurrence, word: str) -> Text:
    """The sentence around the word, which stands in brackets; it may be cut to a line."""
    start, end = _start(one, word), one.tokens[one.index].end
    before, after = one.text[:start], one.text[end:]
    text = Text(f"{place}  ", no_wrap=True, overflow="ellipsis")
    text.append(f"{'…' if len(before) > _AROUND else ''}{visible(before[-_AROUND:], spaces=False)}")
    text.append(f"[{visible(one.text[start:end], spaces=False)}]", style="bold")
    return text.append(f"{visible(after[:_AROUND], spaces=False)}{'…' if len(after) > _AROUND else ''}")


def _start(one: Occurrence, word: str) -> int:
    """Where the word begins: it may have more tokens than its last one, and there is a space in many tokens."""
    token = one.tokens[one.index]
    for sought in (word.strip(), word.strip().rpartition(":")[0]):  # `she:2` is a `she`
        start = token.end - len(sought)
        if sought and start >= 0 and one.text[start : token.end].lower() == sought.lower():
            return start
    piece = one.text[token.start : token.end]
    return token.start + len(piece) - len(piece.lstrip())


def _ending(result: Result, last: Layer) -> str:
    pairs = sorted(_pairs(result), key=lambda pair: -last.similarity[pair])
    word = f"'{visible(result.word, spaces=False)}'"
    if len(pairs) == 1:
        return f"After the last layer the two vectors of {word} have a cosine of {last.similarity[pairs[0]]:.2f}"
    most, least = pairs[0], pairs[-1]
    return (
        f"At the end {word} is most alike in sentences {most[0] + 1} and {most[1] + 1} "
        f"({last.similarity[most]:.2f}), least in {least[0] + 1} and {least[1] + 1} ({last.similarity[least]:.2f})"
    )


def _beginning(result: Result, first: Layer) -> str:
    if len({one.tokens[one.index].id for one in result.occurrences}) > 1:
        texts = dict.fromkeys(f"'{visible(one.tokens[one.index].text)}'" for one in result.occurrences)
        return f"It is not the same token everywhere ({listed(list(texts))}), so even its embeddings differ."
    return "At the embedding it is one and the same vector; what the model read before it moves it from there."


def _is_first(one: Occurrence, word: str) -> bool:
    return not one.text[one.tokens[0].start : _start(one, word)].strip()


def _nothing_before(place: int) -> str:
    return (
        f"In sentence {place} nothing stands before the word, and the model reads from left to right: "
        "there it knows no context."
    )


def _layer(result: Result, layer: Layer) -> str:
    where = "At the embedding" if layer.layer is None else f"After layer {layer.layer}"
    pairs = [f"{a + 1} and {b + 1}: {layer.similarity[a, b]:.3f}" for a, b in _pairs(result)]
    usual = "" if layer.usual is None else f"; different words: {layer.usual:.3f}"
    return f"{where}, sentences {listed(pairs, limit=28)}{usual}."

"""Attention patterns: all heads at a glance, one head as a matrix, one word's arrows with the numbers behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from tutor.views.arrows import Arrow, Arrows
from tutor.views.heatmap import Heatmap
from tutor.views.sentences import left_out
from tutor.views.thumbnails import Thumbnails
from tutor.views.visible import bare

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from rich.console import RenderableType

    from tutor.experiments.attention import Head, Link, Result, Row

_SHOWN = 12
"""Tokens in a row's picture; the others have the smallest weights."""
_VISIBLE = 0.005
"""The smallest weight that gets an arrow: a smaller one would be written as 0.00."""
_MOSTLY = 0.5
"""The share of its weight that a head must give to one kind of place to be said to look there."""


def picture(result: Result) -> RenderableType:
    """The picture that fits what was chosen: a row for a word, a matrix for a head, thumbnails for the rest."""
    if result.row is not None:
        return row(result)
    return matrix(result) if len(result.heads) == 1 else overview(result)


def overview(result: Result) -> Thumbnails:
    """All chosen heads, small: a row of pictures for each layer."""
    layers = sorted({head.layer for head in result.heads})
    heads = sorted({head.head for head in result.heads})
    chosen = _unmasked(result.patterns)[layers][:, heads]
    return Thumbnails(chosen, [f"layer {n}" for n in layers], [f"head {n}" for n in heads], unit="weight")


def matrix(result: Result, layer: int | None = None, head: int | None = None) -> Heatmap:
    """One head, the first chosen one by default: from the word at the left to the word above."""
    at = result.heads[0]
    pattern = _unmasked(result.patterns[at.layer if layer is None else layer, at.head if head is None else head])
    labels = [_label(result, index) for index in range(len(result.tokens))]
    mark = None if result.row is None else result.row.index
    return Heatmap(
        pattern, labels, labels, mark=mark, numbers=True, unit="weight, each row sums to 1", pooling="largest",
        square=True,
    )  # fmt: skip


def row(result: Result) -> RenderableType:
    """What the chosen word looks at, as arrows; for one head also the numbers, for several what each looks at."""
    assert result.row is not None
    more = _clearest(result, result.row) if result.steps is None else numbers(result)
    return Group(arrows(result), Text(), more)


def arrows(result: Result) -> Arrows:
    """What the chosen word looks at."""
    assert result.row is not None
    weights = [float(weight) for weight in result.row.weights]
    shown = [index for index in _largest(weights, _SHOWN) if weights[index] >= _VISIBLE]
    drawn = [Arrow(_label(result, index), weights[index]) for index in shown]
    return Arrows(_label(result, result.row.index), drawn, high=max(weights))


def _unmasked(patterns: NDArray[Any]) -> NDArray[Any]:
    """The patterns with NaN, which is drawn as nothing, for what a token cannot look at because it comes later."""
    import numpy as np

    T = patterns.shape[-1]
    return np.where(np.tril(np.ones((T, T), dtype=bool)), patterns, np.nan)


def _largest(weights: Any, count: int) -> list[int]:
    """The places of the largest weights, in the order of the text. Weights of 0 are masked, not chosen."""
    ranked = sorted(range(len(weights)), key=lambda index: -weights[index])[:count]
    return sorted(index for index in ranked if weights[index] > 0)


def _clearest(result: Result, chosen: Row) -> Arrows:
    """The heads that give one token the most, strongest first."""
    ranked = sorted(chosen.links, key=lambda link: -link.weight)[:6]
    rows = [
        Arrow(_label(result, link.target), link.weight, f"layer {link.layer}, head {link.head}") for link in ranked
    ]
    return Arrows(_label(result, chosen.index), rows)


def numbers(result: Result) -> Table:
    """query · key → scaled → masked → softmax for the tokens that get most, and one later that the mask hides."""
    steps = result.steps
    assert steps is not None and result.row is not None
    later = [result.row.index + 1] if result.row.index + 1 < len(result.tokens) else []
    table = Table(box=None, pad_edge=False, header_style="dim")
    headings = ("key of", "query · key", f"÷ √{steps.head_width}", "masked", "softmax", "length of value")
    for heading in headings:
        table.add_column(heading, justify="left" if heading == "key of" else "right", no_wrap=heading == "key of")
    for index in [*_largest(result.row.weights, _SHOWN), *later]:
        masked = f"{steps.masked[index]:.2f}" if index <= result.row.index else "−∞"
        cells = (f"{steps.scores[index]:.2f}", f"{steps.scaled[index]:.2f}", masked, f"{steps.pattern[index]:.2f}")
        table.add_row(_label(result, index), *cells, f"{steps.value_lengths[index]:.2f}")
    table.add_row("mix of the values", "", "", "", "1.00", f"{steps.mixed_length:.2f}")
    return table


def words(result: Result) -> list[str]:
    """What a word, a head or all heads look at."""
    if result.row is not None:
        sentences = _row_words(result, result.row)
    else:
        sentences = _head_words(result.heads[0]) if len(result.heads) == 1 else _overview_words(result.heads)
        if result.strongest is not None:
            where = "" if len(result.heads) == 1 else f": {_place(result.strongest)}"
            link = _link_words(result, result.strongest)
            sentences.append(f"The strongest link between words that are not neighbours{where}: {link}.")
    sentences.append(f"{result.model} read {len(result.tokens)} tokens.")
    return sentences + left_out(result.truncated)


def _row_words(result: Result, chosen: Row) -> list[str]:
    ranked = sorted(range(len(chosen.weights)), key=lambda index: -chosen.weights[index])[:3]
    targets = ", ".join(
        f"{_percent(chosen.weights[index])} at {_target(result, chosen.index, index)}"
        for index in ranked
        if chosen.weights[index] > 0
    )
    word = _quoted(result, chosen.index)
    if len(chosen.links) == 1:
        return [f"In {_place(chosen.links[0])}, {word} looks {targets}.", *_numbers_words(result, ranked[0])]
    counts = Counter(link.target for link in chosen.links).most_common(3)
    mostly = ", ".join(f"{count} look most at {_target(result, chosen.index, index)}" for index, count in counts)
    best = max(chosen.links, key=lambda link: link.weight if link.target not in (0, chosen.index) else -1)
    return [
        f"On average over {len(chosen.links)} heads, {word} looks {targets}.",
        f"Of these heads, {mostly}.",
        f"The clearest single look: {_place(best)}: {_link_words(result, best)}.",
    ]


def _numbers_words(result: Result, index: int) -> list[str]:
    steps = result.steps
    if steps is None:
        return []
    return [
        f"The query times the key of {_quoted(result, index)} is {steps.scores[index]:.2f}, divided by "
        f"√{steps.head_width} {steps.scaled[index]:.2f}; the softmax over all visible words makes it "
        f"{_percent(steps.pattern[index])}.",
        f"The mix of the values is a vector {steps.mixed_length:.2f} long.",
    ]


def _head_words(head: Head) -> list[str]:
    kinds = [(head.previous, "the word before"), (head.first, "the first word"), (head.itself, "the word itself")]
    shares = ", ".join(f"{_percent(share)} at {kind}" for share, kind in sorted(kinds, reverse=True))
    return [f"In {_place(head)}, a word looks on average {shares}."]


def _overview_words(heads: Sequence[Head]) -> list[str]:
    count = Counter[str]()
    for head in heads:
        count["the first word"] += head.first > _MOSTLY
        count["the word before"] += head.previous > _MOSTLY
        count["the word itself"] += head.itself > _MOSTLY
    parts = [f"{number} at {kind}" for kind, number in count.most_common() if number]
    if not parts:
        return [f"None of {len(heads)} heads gives more than half of its weight to one kind of place."]
    first, *others = parts
    verb = "looks" if first.startswith("1 ") else "look"
    return [f"Of {len(heads)} heads {', '.join([first.replace(' at', f' {verb} mostly at', 1), *others])}."]


def _link_words(result: Result, link: Link) -> str:
    source, target = _quoted(result, link.source), _target(result, link.source, link.target)
    return f"{source} looks {_percent(link.weight)} at {target}"


def _place(head: Head | Link) -> str:
    return f"layer {head.layer}, head {head.head}"


def _target(result: Result, source: int, target: int) -> str:
    return "itself" if source == target else _quoted(result, target)


def _quoted(result: Result, index: int) -> str:
    return f"'{_label(result, index)}'"


def _label(result: Result, index: int) -> str:
    """A token without the space before it, unless it is nothing else."""
    return bare(result.tokens[index].text)


def _percent(share: Any) -> str:
    return f"{100 * float(share):.0f} %"

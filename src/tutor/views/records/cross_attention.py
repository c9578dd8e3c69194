"""Cross-attention: the best head as a matrix, the words that it puts together, and all heads at a glance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.heatmap import Heatmap
from tutor.views.sentences import counted
from tutor.views.thumbnails import Thumbnails
from tutor.views.visible import bare, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.cross_attention import Head, Pair, Result

_NAMED = 4
"""Words whose alignment the first sentence tells: those that need an input word most."""
_NEXT = 3
"""Further heads that are named."""
_NOTHING = "(no word)"
_FELT = 0.05
"""Nats from which a loss is put into words."""
_FAR = 1000
"""More times than this are not counted."""


def picture(result: Result) -> RenderableType:
    """The best of the chosen heads as a matrix; the alignment; small pictures of all of them, unless it is one."""
    parts: list[RenderableType] = [
        Text(visible(result.source, spaces=False), style="dim"),
        Text(visible(result.target, spaces=False), style="bold"),
        *(Text(said, style="dim italic") for said in _cut(result)),
    ]
    parts += [Text(f"\n{matrix_title(result)}", style="dim"), matrix(result)]
    if result.pairs:
        parts += [Text("\neach output word with the input word that it reads most", style="dim"), _alignment(result)]
    layers, heads = _chosen(result)
    if len(layers) * len(heads) > 1:
        chosen = result.patterns[layers][:, heads]
        names = [f"layer {n}" for n in layers], [f"head {n}" for n in heads]
        parts += [Text("\nall heads", style="dim"), Thumbnails(chosen, *names, unit="weight")]
    return Group(*parts)


def matrix(result: Result, word: int | None = None) -> Heatmap:
    """The best of the chosen heads, from the output token at the left to the input token above; a word is marked."""
    word = result.word if word is None else word
    layer, head = shown(result)
    rows, columns = ([bare(token.text) for token in side] for side in (result.outputs, result.tokens))
    mark = None if word is None else result.target_words[word].tokens[0]
    return Heatmap(
        result.patterns[layer, head], rows, columns, mark=mark, numbers=True, unit="weight, each row sums to 1",
        pooling="largest", square=True,
    )  # fmt: skip


def matrix_title(result: Result) -> str:
    layer, head = shown(result)
    score = f", which aligns best ({_percent(result.heads[0].score)})" if len(result.heads) > 1 else ""
    return f"layer {layer}, head {head}{score}: from output tokens to input tokens"


def panels(result: Result, word: int, most: int = 8) -> tuple[Bars, Bars]:
    """What an output word reads in the head that is shown, and how much less likely it is without each input word,
    in nats; of many input words those with the largest weights and losses.
    """
    row, losses = result.patterns[shown(result)][result.target_words[word].tokens[0]], result.hiding[word].tolist()
    weights = [float(row[list(each.tokens)].sum()) for each in result.source_words]
    scale = max(max(losses), _FELT)
    places = sorted(range(len(weights)), key=lambda at: -max(weights[at], losses[at] / scale))[:most]
    kept = [(visible(result.source_words[at].text), weights[at], losses[at]) for at in sorted(places)]
    rest = max(1.0 - sum(weight for _, weight, _ in kept), 0.0)
    reads = [*(Bar(text, weight) for text, weight, _ in kept), Bar("the rest", rest)]
    needs = [Bar(text, loss, f"{times(loss)} less likely" if loss >= _FELT else "") for text, _, loss in kept]
    return Bars(reads, high=1.0, unit="%"), Bars(needs, unit="nats")


def _alignment(result: Result) -> Bars:
    bars = [
        Bar(f"{_word(result, pair)} → {_read(result, pair) or _NOTHING}", pair.weight, _without(result, pair))
        for pair in result.pairs
    ]
    return Bars(bars, high=1.0, unit="%")


def _chosen(result: Result) -> tuple[list[int], list[int]]:
    """The layers and heads that were asked for."""
    count = result.patterns.shape
    layers = list(range(count[0])) if result.layer is None else [result.layer]
    return layers, list(range(count[1])) if result.head is None else [result.head]


def shown(result: Result) -> tuple[int, int]:
    """The best head, or the first where none has a score."""
    if result.heads:
        return result.heads[0].layer, result.heads[0].head
    layers, heads = _chosen(result)
    return layers[0], heads[0]


def words(result: Result) -> list[str]:
    """What is aligned with what, how well, and what it is worth when the words are hidden."""
    sentences = [*_pointed(result), *_aligned(result), _output(result)]
    sentences += [f"{_sentence(result, pair)}." for pair in result.pairs]
    others = [f"{_place(head)} ({_percent(head.score)})" for head in result.heads[1 : 1 + _NEXT]]
    if others:
        sentences.append(f"The next best heads are {', '.join(others)}.")
    return sentences + _cut(result)


def _pointed(result: Result) -> list[str]:
    """The word that was asked for, if it was aligned."""
    if result.word is None or not result.pairs:
        return []
    pair = result.pairs[result.word]
    told = f"In {_place(result.heads[0])}, {_sentence(result, pair)}"
    return [f"{told}; its weight there is {_percent(pair.weight)}."]


def _cut(result: Result) -> list[str]:
    """What was too long."""
    sides = ((result.left_out, "input"), (result.target_left_out, "output"))
    return [
        f"The {side} is longer than the model can read: its last {counted(left, 'character')} were left out."
        for left, side in sides
        if left
    ]


def _aligned(result: Result) -> list[str]:
    if not result.heads or result.baseline is None:
        return ["There are no words on one of the sides, so there is nothing to align."]
    best = result.heads[0]
    reading = [pair for pair in result.pairs if _read(result, pair)]
    needy = sorted(reading, key=lambda pair: -pair.loss)[:_NAMED]
    named = [pair for pair in result.pairs if pair in needy]
    pairs = [f"'{_word(result, p)}' reads '{_read(result, p)}' ({_percent(p.weight)})" for p in named]
    links = ", ".join(pairs) or "no output word reads any word of the input"
    one_of = f", the best of {len(result.heads)} heads" if len(result.heads) > 1 else ""
    return [
        f"In {_place(best)}{one_of}, {links}.",
        f"It gives on average {_percent(best.score)} of an output word's weight to the input word without which that "
        f"word is least likely; an even spread would give {_percent(result.baseline)}.",
    ]


def _output(result: Result) -> str:
    whose = "was given" if result.forced else f"is the best that {result.model} found"
    score = f"{result.log_probability:.2f}".replace("-", "−")
    return f"'{visible(result.target, spaces=False)}' {whose}; its log-probability is {score}."


def _sentence(result: Result, pair: Pair) -> str:
    """One output word: whether the word that it reads is the one that it needs."""
    word, needed = _word(result, pair), visible(result.source_words[pair.needed].text)
    if pair.loss <= 0:
        return f"No hidden input word makes '{word}' less likely"
    if pair.needed == pair.read and _read(result, pair):
        return f"'{word}' reads '{needed}', and without it is {times(pair.loss)} less likely"
    read = f"'{_read(result, pair)}'" if _read(result, pair) else "none of the words"
    return (
        f"'{word}' reads {read}, but what it needs most is '{needed}': without that it is "
        f"{times(pair.loss)} less likely"
    )


def _without(result: Result, pair: Pair) -> str:
    """The same in a few words beside a bar."""
    if pair.loss <= 0:
        return "needs none of them"
    which = (
        "it" if pair.needed == pair.read and _read(result, pair) else visible(result.source_words[pair.needed].text)
    )
    return f"without {which} {times(pair.loss)} less likely"


def times(loss: float) -> str:
    times = math.exp(min(loss, 100.0))
    if times > _FAR:
        return f"over {_FAR:,} times"
    return f"{times:.0f} times" if times >= 10 else f"{times:.1f} times"


def _word(result: Result, pair: Pair) -> str:
    return visible(result.target_words[pair.word].text)


def _read(result: Result, pair: Pair) -> str:
    """The input word that is read; nothing if it gets less than its share of an even spread."""
    if pair.weight * len(result.tokens) < len(result.source_words[pair.read].tokens):
        return ""
    return visible(result.source_words[pair.read].text)


def _place(head: Head) -> str:
    return f"layer {head.layer}, head {head.head}"


def _percent(share: float) -> str:
    return f"{100 * float(share):.0f} %"

"""The card of the bundled classifiers, written from what was measured when they were made."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, stdev
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.engine.bundled_heads import Made, Measured
    from tutor.engine.classification_metrics import Scores

_HEAD = """# heads: three classifiers on one frozen decoder

Each folder here is a linear head that says which label fits a text, from what `{base}` makes of it: for each
level (the embedding, then each layer) the mean and the largest value of every channel over the text's tokens.
`tutor classify TEXT --task {tasks}` opens them. `{base}` itself was not changed; `head.json` names
the SHA-256 of its weights ({sum}…), because a head fits no others. Heads are kept as float16.

- **For:** seeing that a model which was only ever trained to foretell the next word can be read for other tasks,
  with a few hundred examples and in seconds; which words decide; what a simpler way would do.
- **Not for:** filtering real mail, judging real reviews, sorting real news. The sets are small, English, and
  written by us; a head always gives one of its labels, also for a text to which none fits.

## Data
All our own writing, Apache-2.0, from `lessons/practice/`:
{files}.
A quarter of the texts of every label is held out, by the SHA-256 of each text; near duplicates (half of their words
in common) stay on one side. What is held out was never learned from; but how features are taken from the decoder, and
how strong the penalty is, was chosen by cross-validation on these sets, so the figures are a little on the kind side.

## Recipe
`recipe.toml`, followed by `python -m tutor.engine.bundled_heads`, which writes this card too, figures and all.
Logistic regression with every label counting alike, to the end of its convex loss.

## Measured
The head beside ways that know less, each trained and measured on the same texts. "Five others" is the mean, and the
standard deviation, over five other divisions into two sides. A held-out part of {fewest} to {most} texts is small:
differences of a few hundredths mean nothing.
"""


def card(base: str, digest: str, made: Sequence[Made]) -> str:
    """The whole card as Markdown."""
    sizes = [sum(one.support for one in each.ways[0].held_out.labels) for each in made]
    files = ", ".join(f"`{file}`" for each in made for file in each.files)
    head = _HEAD.format(
        base=base,
        tasks="|".join(each.name for each in made),
        sum=digest[:12],
        files=files,
        fewest=min(sizes),
        most=max(sizes),
    )
    return head + "".join(_task(each) for each in made)


def _task(made: Made) -> str:
    held_out = made.ways[0].held_out
    count = sum(one.support for one in held_out.labels)
    lines = [
        f"\n### {made.name}",
        f"{made.training} texts learned from, {count} held out; {made.seconds:.0f} s of processor time in all.",
        "",
        "| way | held-out accuracy | held-out macro-F1 | five others |",
        "|---|---|---|---|",
        *(_row(way) for way in made.ways),
        "",
        "Confusion of the head on the held-out texts: a row for each true label, a column for each that was given.",
        "",
        *_confusion(held_out),
        "",
        "The first three held-out texts, not selected:",
        "",
        *(
            f"- *{text}* is {true}; given: {given} ({probability:.0%})"
            for text, true, given, probability in made.samples
        ),
    ]
    return "\n".join(lines) + "\n"


def _row(way: Measured) -> str:
    others = f"{mean(way.others):.2f} ± {stdev(way.others):.2f}" if way.others else ""
    return f"| {way.name} | {way.held_out.accuracy:.2f} | {way.held_out.macro_f1:.2f} | {others} |"


def _confusion(scores: Scores) -> list[str]:
    names = [one.label for one in scores.labels]
    return [
        f"| | {' | '.join(names)} | F1 |",
        "|---" * (len(names) + 2) + "|",
        *(
            f"| **{one.label}** | {' | '.join(map(str, counts))} | {one.f1:.2f} |"
            for one, counts in zip(scores.labels, scores.confusion, strict=True)
        ),
    ]

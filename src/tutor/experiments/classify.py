"""Say which label fits a text, how sure that is, and which words decided.

A linear head reads what a decoder makes of the text. To see what decided, each word is left out in turn and the
text is read again: how far the log-odds of the label fall is what the word did for it. That is a measurement of
this classifier, not a reason that a person would give; words that only act together share or hide their part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Device, Option

if TYPE_CHECKING:
    from tutor.engine.classifier import Classifier

TOPIC = "AI and generative AI"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = ("deciding_words.log_odds", "deciding_words.without_each")
EXAMPLES = (
    'tutor classify "You have won a free holiday! Call now to claim it"',
    'tutor classify "The soup was cold, but the waiter was lovely" --task sentiment',
    'tutor classify "Two rabbits dug a hole under the fence." --task topic --plain',
)


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("The text to label.")]
    task: Annotated[
        str, Option("spam, sentiment, topic, or a classifier that you trained with finetune.", source="classifier")
    ] = "spam"
    device: Device = "auto"


@dataclass(frozen=True)
class LabelProbability:
    label: str
    probability: float


@dataclass(frozen=True)
class Part:
    """A word, or a run of neighbouring words where the text has too many to try each."""

    text: str
    start: int
    """Character offsets into the text."""
    end: int
    words: int
    """How many there are in it."""
    change: float
    """How far the log-odds of the label fall when it is left out, in nats; below 0 it spoke against the label."""
    label_without: str
    """The label that the text would have without it."""


@dataclass(frozen=True)
class Result:
    task: str
    model: str
    """The decoder that reads the text."""
    device: str
    label: str
    """The likeliest one."""
    log_odds: float
    """Of that label, in nats: ln(p / (1 − p))."""
    labels: tuple[LabelProbability, ...]
    """All of them, the likeliest first."""
    parts: tuple[Part, ...]
    """In the order of the text."""
    tokens: int
    """How many were read."""
    characters: int
    """How many of the text's characters those are."""
    characters_in_text: int


def run(inputs: Inputs) -> Result:
    """Raises InputError for an empty text, and for a task that there is not or that fits its model no more."""
    from tutor.engine import classifier, deciding_words, text_features

    opened = classifier.load(classifier.find(inputs.task), inputs.device)
    logits = opened.logits([text_features.tokens_of(opened.loaded, inputs.text)])
    place = int(logits[0].argmax())
    tokens, end = deciding_words.read_until(opened, inputs.text)
    odds = float(deciding_words.log_odds(logits, place)[0])
    probabilities = classifier.probabilities(logits)[0].tolist()
    ranked = sorted(zip(opened.labels, probabilities, strict=True), key=lambda one: -one[1])
    return Result(
        task=inputs.task,
        model=opened.loaded.entry.name,
        device=opened.loaded.device,
        label=opened.labels[place],
        log_odds=odds,
        labels=tuple(LabelProbability(*one) for one in ranked),
        parts=_parts(opened, inputs.text[:end], tokens, place, odds),
        tokens=tokens,
        characters=end,
        characters_in_text=len(inputs.text),
    )


def _parts(opened: Classifier, text: str, tokens: int, place: int, odds: float) -> tuple[Part, ...]:
    from tutor.engine import deciding_words

    return tuple(
        Part(
            text=text[left.start : left.end],
            start=left.start,
            end=left.end,
            words=left.words,
            change=odds - left.log_odds,
            label_without=opened.labels[left.place],
        )
        for left in deciding_words.without_each(opened, text, tokens, place)
    )

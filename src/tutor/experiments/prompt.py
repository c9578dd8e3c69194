"""Label a text with examples in the prompt: does the model do better with none, one, two, four of them?

Nothing is trained. Each label is scored as the continuation of the prompt, and the model also writes one by itself:
the same generator classifies and creates. Large models gain much from examples; a small one mostly learns the form,
if that, and may just repeat the last or the commonest one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import InputError, UsageError
from tutor.experiments.frame.inputs import Argument, Device, Model, Option

if TYPE_CHECKING:
    from tutor.engine.loading import Loaded

TOPIC = "Language models"
SCHEMA = 1
NEEDS_TORCH = True
EXAMPLES = (
    'tutor prompt "The boy lost his dog and cried."',
    'tutor prompt "The bread was hard and cold." --example "I love this soup! => good" '
    '--example "The milk was sour. => bad"',
)

ARROW = "=>"
_WRITTEN = 8
"""Tokens that the model writes by itself at most."""


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("The text to label.")]
    examples: Annotated[
        tuple[str, ...], Option("A text and its label, as 'TEXT => LABEL'; give several.", flag="--example")
    ] = (
        "We had so much fun at the park. => happy",
        "He fell and hurt his knee. => sad",
        "Her friend did not want to play with her. => sad",
        "She got a big hug from her mom. => happy",
    )
    model: Model = "storyteller"
    device: Device = "auto"


@dataclass(frozen=True)
class LabelScore:
    label: str
    probability: float
    """Its share among the labels."""
    log_probability: float
    """Of the label and a line end after the prompt, in nats, among everything that could follow."""


@dataclass(frozen=True)
class Round:
    """One prompt and what the model makes of it."""

    examples: int
    """How many stand in the prompt, the first ones."""
    tokens: int
    """How long the prompt is."""
    label: str
    """The likeliest one."""
    labels: tuple[LabelScore, ...]
    """In the order in which they first come up in the examples."""
    probability_of_a_label: float
    """Of all labels together, among everything that could follow."""
    written: str
    """What the model writes by itself when it always takes the likeliest token, up to the end of the line."""


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    text: str
    rounds: tuple[Round, ...]
    """Without examples first, then with ever more."""
    prompt: str
    """The last and longest one."""


def run(inputs: Inputs) -> Result:
    """Raises UsageError for an example without a label or with no second label, InputError for a prompt too long."""
    from tutor.engine import loading, prompting

    pairs = [_pair(example) for example in inputs.examples]
    labels = tuple(dict.fromkeys(label for _, label in pairs))
    if len(labels) < 2:
        raise UsageError(
            "--example", "the examples have fewer than two labels", f"add one with another: TEXT {ARROW} …"
        )
    if not inputs.text.strip():
        raise InputError("the text", "it is empty", "type a few words")
    loaded = loading.decoder(inputs.model, inputs.device)
    rounds = tuple(_round(loaded, pairs[:count], inputs.text, labels) for count in _counts(len(pairs)))
    return Result(loaded.entry.name, loaded.device, inputs.text, rounds, prompting.written(pairs, inputs.text))


def _pair(example: str) -> tuple[str, str]:
    text, arrow, label = example.rpartition(ARROW)
    if not arrow or not text.strip() or not label.strip():
        raise UsageError(f"--example {example}"[:80], "no text with a label", f"write: TEXT {ARROW} LABEL")
    return text.strip(), label.strip()


def _counts(most: int) -> list[int]:
    """0, 1, 2, 4, … and all."""
    counts = [0, *(1 << power for power in range(most.bit_length()))]
    return sorted({min(count, most) for count in (*counts, most)})


def _round(loaded: Loaded, pairs: list[tuple[str, str]], text: str, labels: tuple[str, ...]) -> Round:
    import math

    from tutor.engine import prompting
    from tutor.engine.corpus import plain_typography
    from tutor.engine.tokenization import require_text

    prompt = plain_typography(require_text(prompting.written(pairs, text)))[: 64 * loaded.context]
    ids = loaded.tokenizer.encode(prompt, add_special_tokens=False).ids
    labels_ids = [prompting.label_ids(loaded, label) for label in labels]
    if len(ids) + max(map(len, labels_ids)) + 1 > loaded.context:
        why = (
            f"{len(pairs)} examples and the text have more tokens than the {loaded.context:,} that the model can read"
        )
        raise InputError("the prompt", why, "give a shorter text or fewer examples")
    logs = prompting.log_probabilities(loaded, ids, labels_ids)
    shares = [math.exp(one - max(logs)) for one in logs]
    scored = tuple(
        LabelScore(label, share / sum(shares), log) for label, share, log in zip(labels, shares, logs, strict=True)
    )
    return Round(
        examples=len(pairs),
        tokens=len(ids),
        label=max(scored, key=lambda one: one.log_probability).label,
        labels=scored,
        probability_of_a_label=min(sum(map(math.exp, logs)), 1.0),
        written=_written(loaded, ids),
    )


def _written(loaded: Loaded, ids: list[int]) -> str:
    """What the model goes on with, up to the end of the line."""
    from tutor.engine.generation import generate
    from tutor.engine.sampling import SamplingOptions

    text = ""
    for step in generate(
        loaded.model,
        loaded.tokenizer,
        [loaded.start(), *ids],
        tokens=_WRITTEN,
        options=SamplingOptions(temperature=0),
        seed=0,
        candidates=1,
    ):
        text += step.text
        if "\n" in text.lstrip():
            break
    return text.strip().split("\n")[0]

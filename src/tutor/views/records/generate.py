"""Generated text: as it is made, and afterwards with how probable each token was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.sentences import left_out, percent
from tutor.views.token_strip import TokenStrip
from tutor.views.visible import bare, harmless

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.frame.records import Step
    from tutor.experiments.generate import Prompt, Result

_ENDS = {
    "end": "stopped because it ended the text itself",
    "stop": "stopped because it came to a stop word",
    "budget": "stopped because it used up its tokens",
    "context": "stopped because its context is full",
    "cancelled": "was stopped",
}


def piece(record: Prompt | Step) -> str:
    """Text as it is made: first the prompt, then what each token adds."""
    return harmless(record.text)


def picture(result: Result) -> RenderableType:
    """The text, and below it the new tokens, darker where the model took a chance."""
    shown = [step for step in result.steps if step.text]  # the others are the first bytes of a character
    strip = TokenStrip(
        [step.text for step in shown],
        [step.probability for step in shown],
        ends=("drawn against the odds", "certain"),
    )
    return Group(Text.assemble((harmless(result.prompt), "dim"), harmless(result.text)), Text(), strip)


def words(result: Result) -> list[str]:
    """Where it was least expected, how fast it came, and the text."""
    speed = f"{len(result.steps)} tokens in {result.seconds:.2f} seconds ({result.tokens_per_second:.0f} a second)"
    sentences = [
        *_boldest(result),
        f"{result.model} added {speed} and {_ENDS[result.finished]}.",
        f"The text: {harmless(result.prompt + result.text)}",
    ]
    return sentences + left_out(result.truncated, "prompt")


def _boldest(result: Result) -> list[str]:
    """The least probable draw and what was more probable in its place, if there was anything."""
    step = min((step for step in result.steps if step.text.strip()), key=lambda step: step.probability, default=None)
    if step is None or step.id == step.candidates_after[0].id:
        return ["Every token was the most probable one in its place."] if step is not None else []
    likeliest = step.candidates_after[0]
    return [
        f"The boldest draw was '{bare(step.text)}' with {percent(step.probability)}; "
        f"'{bare(likeliest.text)}' had {percent(likeliest.probability)}."
    ]

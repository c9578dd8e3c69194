"""The rest of a line of Python code, by a model that has read the standard library and nothing else.

Several beginnings of the line are kept side by side (a beam search), and the likeliest whole line wins. Whether
Python can read the result is tried, not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from tutor.experiments.frame.inputs import Argument, Device, Model, Option

TOPIC = "AI and generative AI"
SCHEMA = 1
NEEDS_TORCH = True
EXAMPLES = (
    'tutor complete "for index in ra"',
    'tutor complete "import os, sys\\n\\ndef main(" --beams 1',
    'tutor complete "if name is None:\\n    raise " --plain',
)


@dataclass(frozen=True)
class Inputs:
    code: Annotated[str, Argument("The beginning of a program; \\n is a line end. Its last line is completed.")]
    beams: Annotated[int, Option("Lines kept side by side; 1 takes the best token always.", low=1, high=64)] = 12
    tokens: Annotated[int, Option("The most tokens to add.", low=1, high=100, step=10)] = 32
    model: Model = "coder"
    device: Device = "auto"


@dataclass(frozen=True)
class Candidate:
    """One way to end the line."""

    text: str
    """What is added."""
    probability: float
    """Of the whole rest of the line, given the code before; the ways to end a line are many, so it is small."""
    compiles: bool
    """Whether Python can read the code with it."""


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    code: str
    """As it was given."""
    text: str
    """What the best candidate adds."""
    line: str
    """The last line, completed."""
    compiles: bool
    """Whether Python can read the code with it."""
    problem: str
    """What Python says if it cannot."""
    candidates: tuple[Candidate, ...]
    """Best first."""
    tokens: int
    """How many were added."""
    truncated: int
    """Tokens at the beginning that were left out, so that the context has room."""
    seconds: float


def run(inputs: Inputs) -> Result:
    """Raises InputError for an empty text or an unknown model."""
    import math
    import time

    from tutor.engine import loading
    from tutor.engine.completion import complete_line, problem_of
    from tutor.errors import InputError

    code = inputs.code if "\n" in inputs.code else inputs.code.replace("\\n", "\n")
    if not code.strip():
        raise InputError("CODE", "it is empty", "type the beginning of a line of Python")
    loaded = loading.decoder(inputs.model, inputs.device, "python")
    room = min(inputs.tokens, loaded.context // 2)
    encoded = loading.encode(loaded, code, reserve=room)
    start = time.perf_counter()
    ids = encoded.ids if encoded.truncated else [loaded.start(), *encoded.ids][-(loaded.context - room) :]
    lines = complete_line(loaded, ids, beams=inputs.beams, tokens=room)
    best, problem = lines[0], problem_of(code + lines[0].text)
    return Result(
        model=loaded.entry.name,
        device=loaded.device,
        code=code,
        text=best.text,
        line=(code + best.text).split("\n")[-1],
        compiles=not problem,
        problem=problem,
        candidates=tuple(
            Candidate(line.text, math.exp(line.log_probability), not problem_of(code + line.text)) for line in lines
        ),
        tokens=len(best.ids),
        truncated=encoded.truncated,
        seconds=time.perf_counter() - start,
    )

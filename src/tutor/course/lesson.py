"""What a lesson is: steps of text, each with at most one preset for the lab and one task for the learner."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from tutor.course.expression import Expression

Kind = Literal["read", "try", "predict", "check", "quiz", "myth"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True)
class Heading:
    """A step as the table of contents knows it."""

    kind: Kind
    title: str
    """Without the kind: the title of `## Try: a long word` is `a long word`."""
    at: int
    """The line of the heading, from 1."""

    @property
    def key(self) -> str:
        """What progress remembers the step by; it survives steps that are added or moved."""
        return f"{self.kind}: {self.title}"


@dataclass(frozen=True)
class Outline:
    """A lesson's headings: enough for home, and cheap to read."""

    path: Path
    number: int
    title: str
    minutes: int
    steps: tuple[Heading, ...]

    @property
    def name(self) -> str:
        """The file's name without its suffix, such as `05-tokenization`; progress and links use it."""
        return self.path.stem


@dataclass(frozen=True)
class Preset:
    """A command line whose inputs the step loads into the lab."""

    line: str
    experiment: str
    inputs: Any
    at: int


@dataclass(frozen=True)
class Task:
    """What has to hold of the lab's record for a `try` or `check` step to be done."""

    that: Expression
    hints: tuple[str, ...]
    """From vague to specific."""
    solution: Preset | None
    """A command line that does the task: it shows that it can be done, and never meets the learner's eye."""
    at: int


@dataclass(frozen=True)
class Prediction:
    """A question that the live record answers."""

    ask: str
    answer: Expression
    choices: tuple[str, ...]
    """Empty when any word or number may be given."""
    at: int


@dataclass(frozen=True)
class Choice:
    """One answer of a quiz, with why it is right or wrong."""

    text: str
    right: bool
    why: str


@dataclass(frozen=True)
class Claim:
    """An expression that must hold of the step's record for the text beside it to be true."""

    that: Expression
    at: int


@dataclass(frozen=True)
class Step:
    """One screenful of a lesson."""

    heading: Heading
    text: str
    """Markdown, without the fenced blocks and comments that are meant for the program."""
    after: str
    """Markdown that is shown once the learner has answered; empty for most kinds."""
    preset: Preset | None
    task: Task | None
    prediction: Prediction | None
    choices: tuple[Choice, ...]
    claims: tuple[Claim, ...]

    @property
    def kind(self) -> Kind:
        return self.heading.kind

    @property
    def title(self) -> str:
        return self.heading.title

    @property
    def key(self) -> str:
        return self.heading.key


@dataclass(frozen=True)
class Lesson:
    """A whole lesson."""

    outline: Outline
    goal: str
    steps: tuple[Step, ...]

    def preset_for(self, index: int) -> Preset | None:
        """The preset that the lab holds at a step: its own, or the last one before it."""
        found = (step.preset for step in reversed(self.steps[: index + 1]))
        return next((preset for preset in found if preset is not None), None)

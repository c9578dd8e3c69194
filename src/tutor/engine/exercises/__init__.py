"""Parts of a transformer that the learner writes: which there are, and where their starting points lie. No torch.

Each part is tested by its properties on random cases (`properties`), and then does its work inside a bundled model
in place of ours (`swaps`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tutor import paths
from tutor.errors import UsageError


@dataclass(frozen=True)
class Exercise:
    """One function to write."""

    name: str
    title: str
    function: str
    """What the function is called in the learner's file."""

    @property
    def starter(self) -> Path:
        """A file with the function's signature, its task and nothing inside."""
        return paths.lessons() / "exercises" / f"{self.name.replace('-', '_')}.py"


EXERCISES = (
    Exercise("softmax", "Softmax", "softmax"),
    Exercise("causal-mask", "The causal mask", "causal_mask"),
    Exercise("attention", "Scaled dot-product attention", "attention"),
    Exercise("positions", "Sinusoidal positions", "sinusoidal"),
    Exercise("merges", "Byte-pair merges", "merge_all"),
    Exercise("top-p", "Nucleus sampling", "top_p"),
    Exercise("cross-entropy", "Cross-entropy", "cross_entropy"),
    Exercise("lora", "A LoRA layer", "lora"),
)
"""In the order in which they build on each other."""

NAMES = tuple(exercise.name for exercise in EXERCISES)


def find(name: str) -> Exercise:
    """The exercise of that name. Raises UsageError if there is none."""
    for exercise in EXERCISES:
        if exercise.name == name:
            return exercise
    raise UsageError(name, "there is no such exercise", f"choose one of: {', '.join(NAMES)}")

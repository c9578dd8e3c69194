"""One fine-tuning, ready to begin: the model, what of it is trained, on what, and how it is kept. Torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tutor.engine import lora, material, prompt_file, prompted, trained, tuning_data, two_sides
from tutor.engine.estimate import repeated_share
from tutor.engine.finetuning import Material
from tutor.engine.labelled import ROWS
from tutor.engine.lora import AdapterOptions
from tutor.engine.samples import continued
from tutor.engine.trained import Trained

if TYPE_CHECKING:
    from tutor.engine.classification_metrics import Scores
    from tutor.engine.classifier_training import Progress
    from tutor.engine.examples import Task
    from tutor.engine.loading import Loaded

Method = Literal["full", "lora", "head"]

RATES: dict[Method, float] = {"full": 1e-3, "lora": 1e-2, "head": 3e-3}
"""AdamW's learning rate at its highest. On the storyteller and the practice story, 24 steps, the lowest held-out loss
of three rates was that of 1e-3 for all weights (5e-4 and 2e-3 were worse) and of 1e-2 for an adapter (better than
1e-3 and 3e-3); for the head 3e-3 was better than 1e-2."""
CLASSIFIER_RATES: dict[Method, float] = {"full": 3e-4, "lora": 3e-3, "head": 1e-3}
"""The same for classifiers, which begin with a head that fits the decoder as it was; `full` as `classifier_training`
has it, the others not compared."""
HEAD = "head.safetensors"
"""The file beside the examples that a classifier's head is kept in before its decoder is trained."""
LARGE = 50_000_000
"""Parameters above which training all of them takes more than most machines have to spare."""
SEARCHED = 500_000
"""Training tokens that are searched for repetitions."""


@dataclass(frozen=True, eq=False)
class Tuning:
    """What one run is made of."""

    task: Task
    method: Method
    loaded: Loaded
    trained: Trained
    material: Material
    training_tokens: int
    held_out_tokens: int
    """Those whose loss is measured; of a classifier, texts."""
    tokens_a_step: float
    repeated: float
    """The share of the training text that stands in it more than once."""
    prompt: str
    """What every sample goes on from; empty where none are made."""
    write: Callable[[Path], None]
    """Puts the tuned model into a folder."""
    notes: tuple[str, ...] = ()
    """What was found in the file."""
    scores: Callable[[], Scores] | None = None
    """Of a classifier, on the held-out side."""
    usual_scores: Callable[[], Scores] | None = None
    """Of always giving the commonest label, on the same side."""

    fit_head: Callable[[Callable[[], bool]], Iterator[Progress]] | None = None
    """Of a classifier: finds the head for the decoder as it is, which comes first."""

    reading_steps: int = 0
    """Batches that a classifier's texts make, which are read once for the head."""

    @property
    def is_only_head(self) -> bool:
        """Whether a classifier's head is all that is trained."""
        return self.task == "classify" and self.method == "head"

    def sample(self, seed: int) -> str:
        """The prompt, and how the model goes on now."""
        return continued(self.loaded, self.prompt, seed).text


@dataclass(frozen=True)
class Choices:
    """What a learner has chosen about a run, besides its length."""

    task: Task
    method: Method
    seed: int
    adapter: AdapterOptions


def choices_of(inputs: Mapping[str, Any], task: Task, loaded: Loaded) -> Choices:
    """From the inputs of a run. Its method may be `auto`: the one that suits the task and the model's size."""
    method = inputs["method"]
    if method == "auto" and task == "classify":
        method = "head"
    elif method == "auto":
        method = "lora" if size_of(loaded) > LARGE else "full"
    targets = lora.targets_of(inputs["lora_targets"])
    return Choices(task, method, inputs["seed"], AdapterOptions(inputs["lora_rank"], inputs["lora_alpha"], targets))


def rate_of(choices: Choices, loaded: Loaded) -> float:
    """AdamW's learning rate where none was asked for. Of a large model, on which none was measured, a tenth."""
    rate = (CLASSIFIER_RATES if choices.task == "classify" else RATES)[choices.method]
    return rate / 10 if size_of(loaded) > LARGE else rate


def size_of(loaded: Loaded) -> int:
    """How many numbers a model has."""
    return sum(parameter.numel() for parameter in loaded.model.parameters())


def build(loaded: Loaded, choices: Choices, data: Path) -> Tuning:
    """The tuning of a decoder that nobody else holds, on what lies in the folder `data`."""
    builders = {"lm": _text, "prompt": _prompts, "classify": _labels}
    return builders[choices.task](loaded, choices, data)


def _text(loaded: Loaded, choices: Choices, data: Path) -> Tuning:
    """A decoder that is to go on as the text does."""
    found = tuning_data.about(data)
    sides = two_sides.read(data)
    return Tuning(
        task="lm",
        method=choices.method,
        loaded=loaded,
        trained=prepared(loaded, choices),
        material=material.language(loaded.model, sides, choices.seed),
        training_tokens=len(sides.training),
        held_out_tokens=sides.held_out_tokens,
        tokens_a_step=material.ROWS * two_sides.WINDOW,
        repeated=repeated_share(sides.training[:SEARCHED]),
        prompt=found.prompt,
        notes=found.notes,
        write=lambda folder: _write(loaded, choices, folder),
    )


def _prompts(loaded: Loaded, choices: Choices, data: Path) -> Tuning:
    """A decoder that is to complete prompts; the loss is that of the completions alone."""
    found, sides = tuning_data.about(data), prompt_file.read(data)
    template = prompted.read_template(data)
    tokens = int(np.diff(sides.ends, prepend=0)[sides.training].sum())

    def write(folder: Path) -> None:
        _write(loaded, choices, folder)
        if template is not None:
            prompted.save_template(template, folder)

    return Tuning(
        task="prompt",
        method=choices.method,
        loaded=loaded,
        trained=prepared(loaded, choices),
        material=material.completions(loaded.model, sides, choices.seed),
        training_tokens=tokens,
        held_out_tokens=sides.learned_tokens(sides.held_out),
        tokens_a_step=prompt_file.ROWS * tokens / len(sides.training),
        repeated=0.0,
        prompt=found.prompt,
        notes=found.notes,
        write=write,
    )


def _labels(loaded: Loaded, choices: Choices, data: Path) -> Tuning:
    """A decoder and a head that is to tell labels apart."""
    is_whole = choices.method != "head"
    learned = tuning_data.labelled(data, loaded, whole=is_whole, seed=choices.seed)
    tokens = sum(map(len, learned.rows))
    if choices.method == "lora":
        lora.attach(loaded.model, choices.adapter, choices.seed)
    else:
        loaded.model.requires_grad_(is_whole)

    def write(folder: Path) -> None:
        lora.fold(loaded.model)  # a classifier that was trained whole is kept whole
        learned.classifier.save(folder)

    return Tuning(
        task="classify",
        method=choices.method,
        loaded=loaded,
        trained=Trained(learned.parts()),
        material=learned.material(),
        training_tokens=tokens,
        held_out_tokens=len(learned.watched),
        tokens_a_step=ROWS * tokens / len(learned.rows),
        repeated=0.0,
        prompt="",
        notes=tuning_data.about(data).notes,
        write=write,
        scores=learned.scores,
        usual_scores=learned.usual_scores,
        fit_head=lambda cancelled: learned.fit_head(data / HEAD, cancelled),
        reading_steps=-(-len(learned.rows) // ROWS),
    )


def prepared(loaded: Loaded, choices: Choices) -> Trained:
    """Freeze what the method leaves alone, and add what it needs."""
    if choices.method == "lora":
        lora.attach(loaded.model, choices.adapter, choices.seed)
    elif choices.method == "head":
        trained.only_output_layer(loaded.model)
    return Trained(loaded.model)


def _write(loaded: Loaded, choices: Choices, folder: Path) -> None:
    """The adapter alone, with the name of its base, or else the decoder; with the tokenizer, in the usual layout."""
    from tutor.engine import subword
    from tutor.engine.checkpoint import save_decoder
    from tutor.storage import write_text

    entry = loaded.entry
    if choices.method == "lora":
        base = str(entry.directory.resolve()) if entry.source == "path" else entry.name
        lora.save(loaded.model, folder, choices.adapter, base)
    else:
        save_decoder(loaded.model, folder)
    write_text(folder / "tokenizer.json", subword.source(entry.tokenizer))

"""A learner's file as a run learns from it: read once, put on two sides, and laid into the run's folder."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.engine import classifier, holding_out, prompt_file, prompted, two_sides
from tutor.engine.classifier_training import Examples as Labels
from tutor.engine.corpus import plain_typography
from tutor.engine.examples import Columns, Examples, LabelledRow, PromptRow, TextRow, open_examples, paragraphs
from tutor.engine.labelled import Labelled
from tutor.errors import InputError
from tutor.storage import write_json

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tutor.engine.examples import Task
    from tutor.engine.loading import Loaded

_ABOUT, _LABELLED = "about.json", "labelled.json"
_PROMPT_WORDS = 4
_FORMATS = {"text": "plain text", "csv": "CSV", "tsv": "TSV", "jsonl": "JSON lines", "directory": "a folder of texts"}


@dataclass(frozen=True)
class About:
    """What is known of a learner's file once it has been read."""

    task: Task
    prompt: str
    """What every sample goes on from; empty where none are made."""
    notes: tuple[str, ...]
    """What was found in the file, a sentence each."""


def is_ready(folder: Path) -> bool:
    """Whether `prepare` has come to its end in this folder."""
    return (folder / _ABOUT).is_file()


def about(folder: Path) -> About:
    """What `prepare` found out."""
    found = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
    return About(found["task"], found["prompt"], tuple(found["notes"]))


def prepare(file: Path, folder: Path, loaded: Loaded, inputs: Mapping[str, Any]) -> None:
    """Read a run's file and lay what is in it into `folder`. Raises InputError if it cannot be learned from."""
    roles = ("text", "label", "prompt", "completion", "messages")
    columns = Columns(**{role: inputs[f"{role}_column"] for role in roles})
    task = None if inputs["task"] == "auto" else inputs["task"]
    examples = open_examples(file, task, columns, inputs["bad_rows"], inputs["encoding"])
    if examples.task == "lm":
        prompt = _write_text(examples, folder, loaded)
    elif examples.task == "prompt":
        prompt = _write_prompts(examples, folder, loaded)
    else:
        prompt = _write_labelled(examples, folder, inputs["seed"])
    notes = [_format(examples), *examples.found.notes()]
    write_json(folder / _ABOUT, {"task": examples.task, "prompt": prompt, "notes": notes})


def _format(examples: Examples) -> str:
    chosen = ", ".join(f"{role} from {name}" for role, name in examples.columns.given().items() if name)
    rows = f"{examples.found.rows:,} {'row' if examples.found.rows == 1 else 'rows'}"
    read = f"Read as {_FORMATS[examples.format]}, {examples.encoding}: {rows}"
    return f"{read}, {chosen}." if chosen else f"{read}."


def _write_text(examples: Examples, folder: Path, loaded: Loaded) -> str:
    """Running text as tokens on two sides; gives its first words, in whose manner the tuned model should go on."""
    first = (row.text[:1000] for row in itertools.islice(examples.rows(), _PROMPT_WORDS) if isinstance(row, TextRow))
    words = plain_typography(" ".join(first)).split()
    end = min(loaded.model.config.end_ids, default=None)
    tokens = paragraphs(examples, loaded.tokenizer, end=end, spell=plain_typography)
    two_sides.write(tokens, folder, str(examples.path))
    return " ".join(words[:_PROMPT_WORDS])


def _write_prompts(examples: Examples, folder: Path, loaded: Loaded) -> str:
    """Conversations as tokens on two sides; gives the first prompt as the model reads it."""
    is_chat = examples.columns.messages is not None
    template = prompted.template_for(loaded.tokenizer, loaded.model.config.end_ids, is_chat)
    first = next(row for row in examples.rows() if isinstance(row, PromptRow))
    rows = (row for row in examples.rows() if isinstance(row, PromptRow))
    prompt_file.write(rows, loaded.tokenizer, template, loaded.context, folder, str(examples.path))
    prompted.save_template(template, folder)
    last = max(place for place, turn in enumerate(first.turns) if turn.role == "assistant")
    return template.opening(first.turns[:last])


def _write_labelled(examples: Examples, folder: Path, seed: int) -> str:
    """Texts with labels and the side of each. Raises InputError if there is nothing to measure on."""
    rows = [row for row in examples.rows() if isinstance(row, LabelledRow)]
    texts, labels = [row.text for row in rows], [row.label for row in rows]
    sides = holding_out.split(texts, labels, seed=seed)
    if len({labels[row] for row in sides.training}) < 2 or len({labels[row] for row in sides.held_out}) < 2:
        why = f"{len(set(labels)):,} labels in {len(rows):,} rows are too few to learn on some and measure on others"
        raise InputError(str(examples.path), why, "give at least two labels with four different texts each")
    kept = {"texts": texts, "labels": labels, "training": sides.training, "held_out": sides.held_out}
    write_json(folder / _LABELLED, kept)
    return ""


def labelled(folder: Path, loaded: Loaded, *, whole: bool, seed: int) -> Labelled:
    """The texts with labels in `folder`, and a classifier that knows nothing of them yet."""
    kept = json.loads((folder / _LABELLED).read_text(encoding="utf-8"))
    training, held_out = (
        Labels([kept["texts"][row] for row in kept[side]], [kept["labels"][row] for row in kept[side]])
        for side in ("training", "held_out")
    )
    return Labelled(classifier.new(loaded, sorted(set(kept["labels"])), whole=whole), training, held_out, seed)


def a_held_out_text(folder: Path) -> str:
    """One of the texts with labels in `folder` that are measured; empty if there are none."""
    file = folder / _LABELLED
    kept = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
    return kept["texts"][kept["held_out"][0]] if kept else ""


def training_tokens(folder: Path, most: int) -> NDArray[Any]:
    """The first tokens that are learned from, one after the other, about `most` of them, shape (N,)."""
    if about(folder).task == "lm":
        return two_sides.read(folder).training[:most]
    sides = prompt_file.read(folder)
    within = int(np.searchsorted(sides.ends, most)) + 1
    numbers = sides.training[sides.training < within]
    return np.concatenate([sides.conversation(int(number)).ids for number in numbers])

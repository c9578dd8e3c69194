"""A fine-tuning run seen at one of its checkpoints: what the model wrote, expected and looked at by then.

Checkpoint 0 is the model before training. Move from one to the next and see when what was learned came in: the
sample, the words that it expects after a text, a word's neighbours among its token embeddings, one attention head.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.experiments.frame.inputs import Argument, Device, Option

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tutor.engine.loading import Loaded
    from tutor.engine.records import Candidate
    from tutor.engine.tokenization import Token
    from tutor.engine.vectors import Neighbour

TOPIC = "Fine-tuning"
SCHEMA = 1
NEEDS_TORCH = True
EXAMPLES = (
    'tutor timeline lighthouse "Every evening Orrin" --checkpoint 3',
    'tutor timeline lighthouse "Every evening Orrin" --checkpoint 0 --plain',
)


@dataclass(frozen=True)
class Inputs:
    run: Annotated[str, Argument("A fine-tuning run's name.", metavar="RUN", piped=False)]
    text: Annotated[str, Argument("What it reads; the run's own prompt if not given.", piped=False)] = ""
    checkpoint: Annotated[int | None, Option("Which one, from 0; the last if not given.", low=0, high=100)] = None
    word: Annotated[str | None, Option("Whose neighbours; the text's last token if not given.")] = None
    layer: Annotated[int, Option("Layer of the attention head, from 0.", low=0, high=255)] = 0
    head: Annotated[int, Option("Which head, from 0.", low=0, high=1023)] = 0
    k: Annotated[int, Option("How many expected words and neighbours.", low=1, high=100)] = 8
    device: Device = "auto"


@dataclass(frozen=True)
class Checkpoint:
    """Where it stands in the run."""

    step: int
    held_out_loss: float | None


@dataclass(frozen=True)
class Result:
    name: str
    model: str
    """What was tuned."""
    task: str
    prompt: str
    """What the run's samples go on from; of a classifier, a text that it was measured on."""
    layers: int
    """Of the model."""
    heads: int
    """In each of them."""
    device: str
    checkpoints: tuple[Checkpoint, ...]
    checkpoint: int
    """The one that is shown, its place among `checkpoints`."""
    sample: str | None
    """What was written when the checkpoint was made; None of a classifier."""
    tokens: tuple[Token, ...]
    candidates: tuple[Candidate, ...]
    """What it expects after the text."""
    word: str
    """The token whose neighbours these are."""
    neighbours: tuple[Neighbour, ...]
    layer: int
    head: int
    pattern: NDArray[np.float32]
    """Weights with which each token of the text (row) looks at each (column), (T, T)."""


def run(inputs: Inputs) -> Result:
    """Raises InputError if there is no such run, checkpoint, layer or head, or if the word is no single token."""
    from tutor.engine import loading, patterns, time_machine, vectors
    from tutor.engine.generation import likeliest

    machine = time_machine.of(inputs.run, inputs.device)
    place = machine.place(inputs.checkpoint)
    loaded = machine.at(place)
    text = inputs.text or machine.prompt
    encoded = loading.encode_some(loaded, text)
    _check_head(loaded, inputs)
    logits = loading.next_logits(loaded, encoded.ids)
    trace = patterns.observe(loaded, encoded.ids)
    word = encoded.ids[-1] if inputs.word is None else time_machine.token_of(loaded, inputs.word)
    table = time_machine.unit_embeddings(loaded)
    nearest = vectors.nearest(table, table[word], inputs.k, without=[word])
    text_of = loaded.splitter.text_of
    steps = machine.steps
    return Result(
        name=inputs.run,
        model=machine.model,
        task=machine.task,
        prompt=machine.prompt,
        layers=loaded.model.config.num_hidden_layers,
        heads=loaded.model.config.num_attention_heads,
        device=loaded.device,
        checkpoints=tuple(Checkpoint(step, machine.loss_at(step)) for step in steps),
        checkpoint=place,
        sample=machine.sample_at(steps[place]),
        tokens=encoded.tokens,
        candidates=likeliest(loaded.tokenizer, logits, inputs.k),
        word=text_of(word),
        neighbours=tuple(vectors.Neighbour(text_of(row), similarity) for row, similarity in nearest),
        layer=inputs.layer,
        head=inputs.head,
        pattern=patterns.stacked(trace)[inputs.layer, inputs.head],
    )


def _check_head(loaded: Loaded, inputs: Inputs) -> None:
    from tutor.errors import InputError

    config = loaded.model.config
    for name, asked, count in (
        ("layer", inputs.layer, config.num_hidden_layers),
        ("head", inputs.head, config.num_attention_heads),
    ):
        if asked >= count:
            raise InputError(f"--{name} {asked}", f"there are {count}", f"give a number from 0 to {count - 1}")

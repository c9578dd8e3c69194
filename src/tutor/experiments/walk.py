"""One text through the model, stage by stage: name, shape, size, and the best guess so far.

Every stage of one layer is listed, and of the other layers what they leave behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from tutor.errors import UsageError
from tutor.experiments.frame.inputs import Argument, Device, Model, Option

if TYPE_CHECKING:
    from torch import Tensor

    from tutor.engine.loading import Loaded
    from tutor.engine.records import Candidate, Floats
    from tutor.engine.tokenization import Token

TOPIC = "Transformer"
SCHEMA = 1
NEEDS_TORCH = True
BEHIND = (
    "decoder.Layer",
    "decoder.Attention",
    "attention.readable_attention",
    "decoder.FeedForward",
    "decoder.RMSNorm",
)
EXAMPLES = ('tutor walk "Once upon a"', 'tutor walk "The dog ran to the" --layer 2 --plain')


CORNER = 8
"""Tokens and channels of a stage whose numbers are kept: what fits on a screen."""


@dataclass(frozen=True)
class Inputs:
    text: Annotated[str, Argument("The text to read.")]
    layer: Annotated[int, Option("The layer to see from inside, from 0.", low=0, high=1000)] = 0
    model: Model = "storyteller"
    device: Device = "auto"


@dataclass(frozen=True)
class Stage:
    """One stage of the forward pass; the sizes and the guess are those of the last token."""

    name: str
    layer: int | None
    shape: tuple[int, ...]
    """Without the batch: T tokens, C channels, H heads, D channels of a head, V tokens in the vocabulary."""
    length: float | None
    """How long the last token's vector is; of several heads the mean. None where that says nothing."""
    guess: Candidate | None
    """What the model would say if it ended here (logit lens); None for what is not the residual stream."""
    numbers: Floats
    """A corner of it, (rows, columns). Of what has heads, a row for each head: what the last token scores or looks at
    (its last 8 tokens), or its first 8 channels. Of logits, the largest 8 of the last token. Of all others a row for
    each of the last 8 tokens, with its first 8 channels."""


@dataclass(frozen=True)
class Result:
    model: str
    device: str
    tokens: tuple[Token, ...]
    truncated: int
    """Tokens at the beginning that were left out because the context is full."""
    layer: int
    """The layer that was chosen to be seen from inside."""
    stages: tuple[Stage, ...]
    """All stages of all layers, in the order of the computation."""


def run(inputs: Inputs) -> Result:
    """Raises InputError for an empty text or an unknown model, UsageError for a layer that it has not."""
    from tutor.engine import loading, residual

    loaded = loading.decoder(inputs.model, inputs.device)
    encoded = loading.encode_some(loaded, inputs.text)
    layers = loaded.model.config.num_hidden_layers
    if inputs.layer >= layers:
        raise UsageError(f"--layer {inputs.layer}", f"{inputs.model} has {layers}", f"give 0 to {layers - 1}")
    trace = residual.observe(loaded, encoded.ids)
    stages = [_stage(loaded, name, layer, tensor) for (name, layer), tensor in trace.stages.items()]
    ordered = sorted(stages, key=lambda stage: stage.name != "embed")  # the angles are made before anything is read
    return Result(loaded.entry.name, loaded.device, encoded.tokens, encoded.truncated, inputs.layer, tuple(ordered))


def _stage(loaded: Loaded, name: str, layer: int, tensor: Tensor) -> Stage:
    from tutor.engine import residual

    guess = None
    if name in residual.STREAM:
        guess = residual.best(loaded, residual.lens(loaded, tensor[0, -1:]))[0]
    elif name == "logits":
        guess = residual.best(loaded, tensor[0, -1:].float())[0]
    length = None
    if name not in ("attn_scores", "pattern", "logits", "pos_embed"):
        length = float(tensor[..., -1, :].float().norm(dim=-1).mean())
    # Rotary positions are the same for every text of a batch and carry no batch.
    shape = tuple(tensor.shape) if name == "pos_embed" else tuple(tensor.shape[1:])
    return Stage(name, None if layer < 0 else layer, shape, length, guess, _corner(name, tensor))


def _corner(name: str, tensor: Tensor) -> Floats:
    """Some of the numbers, for a look: see `Stage.numbers`."""
    if name == "logits":
        part = tensor[0, -1:].topk(min(CORNER, tensor.shape[-1])).values
    elif name in ("attn_scores", "pattern"):
        part = tensor[0, :, -1, -CORNER:]
    elif name in ("q", "k", "v", "z"):
        part = tensor[0, :, -1, :CORNER]
    else:
        part = (tensor if name == "pos_embed" else tensor[0])[-CORNER:, :CORNER]
    numbers: Floats = part.float().cpu().numpy()
    return numbers

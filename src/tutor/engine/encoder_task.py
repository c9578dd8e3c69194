"""A gap filler's training: what it learns from words that were hidden, and the loss on held-out ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer

from tutor.engine import masking
from tutor.engine.corpus import TokenFile
from tutor.engine.encoder import Encoder, EncoderConfig
from tutor.engine.evaluation import evaluating
from tutor.engine.initialisation import initialise
from tutor.engine.losses import IGNORED, backward
from tutor.engine.masking import MaskedBatch, MaskedBatches, Passages, Vocabulary, masked
from tutor.engine.positions import sinusoidal
from tutor.engine.recipe import Recipe
from tutor.engine.task import Task, moved, options_for
from tutor.errors import InputError

WATCHED = 8
"""Held-out batches whose loss is measured during training."""
ROWS = 16
PLACES = 0.1
"""The amplitude of the positions at the start; words begin with 0.02."""


def task(recipe: Recipe, run: Path, tokens: int | None) -> Task:
    """The run that the recipe describes, on the token files in `run`. Its tokens are all that are read."""
    tokenizer = Tokenizer.from_file(str(run / "tokenizer.json"))
    vocabulary, stage = Vocabulary(tokenizer), recipe.stages[0]
    model = new_model(recipe, tokenizer)
    try:
        sources = [Passages(TokenFile.open(run / f"{name}.train.bin"), vocabulary) for name in stage.weights]
        held_out = Passages(TokenFile.open(run / f"{recipe.sources[0].name}.held-out.bin"), vocabulary)
    except ValueError as error:
        raise InputError(recipe.name, str(error), "give more text") from None
    seed = int(recipe.training.get("seed", 0))
    batches = MaskedBatches(
        sources,
        list(stage.weights.values()),
        rows=stage.rows,
        window=stage.window,
        seed=seed,
        masked_share=float(recipe.training.get("masked_share", masking.CHOSEN)),
    )
    return Task(
        model=model,
        tokenizer=tokenizer,
        batch=batches,
        learn=learn,
        evaluate=watch(model, held_out, stage.window),
        options=options_for(recipe, stage.rows * stage.window, tokens),
    )


def new_model(recipe: Recipe, tokenizer: Tokenizer) -> Encoder:
    """A gap filler with fresh weights. Raises InputError if recipe and tokenizer do not fit."""
    config = cast("EncoderConfig", recipe.config)
    if tokenizer.get_vocab_size() != config.vocab_size or tokenizer.token_to_id(masking.PAD) != config.pad_token_id:
        why = f"its tokenizer has {tokenizer.get_vocab_size()} tokens, the architecture {config.vocab_size}"
        raise InputError(recipe.name, why, "correct vocab_size, or give more text")
    model = Encoder(config)
    initialise(model, int(recipe.training.get("seed", 0)))
    _start_places(model)
    return model


def _start_places(model: Encoder) -> None:
    """Let the table of positions begin as sinusoids that are larger than the words.

    From a random table attention has to find out first which rows are neighbours: the loss stayed at that of word
    frequencies for millions of tokens. Between sinusoids a fixed distance is a fixed rotation from the start.
    """
    table = model.bert.embeddings.position_embeddings.weight
    with torch.no_grad():
        table.copy_(torch.from_numpy(sinusoidal(*table.shape)) * PLACES)


def learn(model: Encoder, batch: MaskedBatch) -> tuple[float, int]:
    """Add the gradient of the mean loss of the words to be guessed; returns it and the number of tokens read."""
    chosen = batch.targets != IGNORED
    vectors = model.hidden(batch.ids, batch.padding)[chosen]  # (N, C): only these need scores
    loss = backward(vectors, batch.targets[chosen], model.scores)
    return loss, int(batch.padding.sum()) if batch.padding is not None else batch.ids.numel()


def watch(model: Encoder, held_out: Passages, window: int) -> Callable[[], float]:
    """The mean loss in nats per hidden word on passages and masks that are the same each time."""
    batches = watched(held_out, window)
    return lambda: held_out_loss(model, batches)


def watched(held_out: Passages, window: int) -> list[MaskedBatch]:
    """Held-out passages with words hidden, always the same."""
    random = np.random.default_rng(0)
    numbers = np.linspace(0, len(held_out) - 1, min(WATCHED * ROWS, len(held_out))).astype(int).tolist()
    rows = [held_out.passage(number, window) for number in numbers]
    return [masked(rows[i : i + ROWS], held_out.vocabulary, random) for i in range(0, len(rows), ROWS)]


def held_out_loss(model: Encoder, batches: list[MaskedBatch]) -> float:
    """The mean loss in nats per token that is to be guessed."""
    total, count = 0.0, 0
    device = next(model.parameters()).device
    with evaluating(model), torch.no_grad():
        for batch in (moved(batch, device) for batch in batches):
            chosen = batch.targets != IGNORED
            logits = model.scores(model.hidden(batch.ids, batch.padding)[chosen])
            total += float(F.cross_entropy(logits, batch.targets[chosen], reduction="sum"))
            count += int(chosen.sum())
    return total / max(count, 1)

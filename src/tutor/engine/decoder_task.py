"""A decoder's training: windows of text drawn from a mixture of sources, and the loss on held-out text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import torch
from tokenizers import Tokenizer
from torch import Tensor

from tutor.engine.config import DecoderConfig
from tutor.engine.corpus import TokenFile, mixture
from tutor.engine.decoder import Decoder
from tutor.engine.evaluation import held_out_loss
from tutor.engine.initialisation import initialise
from tutor.engine.recipe import Recipe
from tutor.engine.task import Task, options_for
from tutor.engine.training import TrainingOptions, next_tokens
from tutor.engine.unlikelihood import LONGEST, Batch, Unlikelihood, beginnings, long_enough, usual_rate
from tutor.errors import InputError


def task(recipe: Recipe, run: Path, tokens: int | None) -> Task:
    """The run that the recipe describes, on the token files in `run`. Its tokens are all that are read."""
    tokenizer = Tokenizer.from_file(str(run / "tokenizer.json"))
    sources = {source.name: TokenFile.open(run / f"{source.name}.train.bin") for source in recipe.sources}
    for stage in recipe.stages:
        for name in stage.weights:
            if len(sources[name].tokens) <= stage.window:
                why = f"{name} has {len(sources[name].tokens)} tokens, fewer than a window of {stage.window} + 1"
                raise InputError(recipe.name, why, "give more text or a shorter window")
    watched = TokenFile.open(run / f"{recipe.sources[0].name}.held-out.bin")
    model = new_model(recipe, tokenizer.get_vocab_size())
    options = options_for(recipe, recipe.stages[0].rows * recipe.stages[0].window, tokens)
    window = min(256, model.config.max_position_embeddings, len(watched.tokens) - 1)
    return Task(
        model=model,
        tokenizer=tokenizer,
        batch=batches(recipe, sources, options),
        learn=_learner(recipe, sources, tokenizer),
        evaluate=lambda: held_out_loss(model, watched, window=window),
        options=options,
        bytes_per_token=watched.bytes_per_token,
    )


def batches(
    recipe: Recipe, sources: dict[str, TokenFile], options: TrainingOptions
) -> Callable[[int], Tensor | Batch]:
    """The batch of each step, drawn from the mixture of its stage; with beginnings for one with unlikelihood."""

    def batch(step: int) -> Tensor | Batch:
        stage = recipe.stage_at(step / options.steps)
        chosen = [sources[name] for name in stage.weights]
        ids = mixture(
            chosen,
            list(stage.weights.values()),
            rows=stage.rows,
            window=stage.window,
            seed=options.seed,
            step=step,
            beginnings=stage.beginnings,
        )
        windows = torch.from_numpy(ids)
        if not stage.unlikelihood:
            return windows
        return Batch(windows, beginnings(sources[stage.unlikelihood], options.seed, step))

    return batch


def _learner(
    recipe: Recipe, sources: dict[str, TokenFile], tokenizer: Tokenizer
) -> Callable[[Decoder, Any], tuple[float, int]]:
    """How the decoder learns: from text alone, or in some stages from what it writes as well."""
    if not any(stage.unlikelihood for stage in recipe.stages):
        return next_tokens
    context = cast("DecoderConfig", recipe.config).max_position_embeddings
    if context <= LONGEST:
        why = f"unlikelihood needs a context of over {LONGEST} tokens, not {context}"
        raise InputError(recipe.name, why, "give a longer one, or leave it out")
    for name in {stage.unlikelihood for stage in recipe.stages if stage.unlikelihood}:
        if not len(long_enough(sources[name], LONGEST)):
            why = f"{name} has no document of {LONGEST} tokens, from which unlikelihood goes on"
            raise InputError(recipe.name, why, "name another source")
    unlikelihood = Unlikelihood(tokenizer, usual_rate(sources[recipe.sources[0].name], tokenizer))

    def learn(model: Decoder, batch: Tensor | Batch) -> tuple[float, int]:
        return unlikelihood.learn(model, batch) if isinstance(batch, Batch) else next_tokens(model, batch)

    return learn


def new_model(recipe: Recipe, vocabulary: int) -> Decoder:
    """A decoder with fresh weights. Raises InputError if its vocabulary is not the tokenizer's."""
    config = cast("DecoderConfig", recipe.config)
    if vocabulary != config.vocab_size:
        why = f"its tokenizer has {vocabulary} tokens, the architecture {config.vocab_size}"
        raise InputError(recipe.name, why, "correct vocab_size, or give more text")
    model = Decoder(config)
    initialise(model, int(recipe.training.get("seed", 0)))
    return model

"""A translator's training: what it learns from a batch of sentence pairs, and the loss on held-out ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from tokenizers import Tokenizer

from tutor.engine import recipe as recipes
from tutor.engine.evaluation import evaluating
from tutor.engine.initialisation import initialise
from tutor.engine.losses import IGNORED, backward
from tutor.engine.pairs import (
    END,
    PAD,
    Pair,
    PairBatch,
    PairBatches,
    PairFile,
    assembled,
    is_held_out_pair,
    read_pairs,
    train_tokenizer,
    write_pairs,
)
from tutor.engine.recipe import Recipe, Source
from tutor.engine.seq2seq import Seq2Seq, Seq2SeqConfig
from tutor.engine.task import Task, moved, options_for
from tutor.errors import InputError
from tutor.storage import replacing

SMOOTHING = 0.1
"""Label smoothing, as in section 5.4 of the paper."""
WATCHED = 512
"""Held-out pairs whose loss is measured during training, evenly spread over all."""


def prepare(recipe: Recipe, data: Path, run: Path) -> None:
    """Write tokenizer and files of pairs into `run`; what is already there stays. The split comes first."""
    run.mkdir(parents=True, exist_ok=True)
    file = run / "tokenizer.json"
    if not file.exists():
        chosen = [source for source in recipe.sources if source.name in recipe.tokenizer_sources]
        texts = (text for source in chosen for p in _pairs(source, data, False) for text in (p.english, p.other))
        languages = sorted({source.language for source in recipe.sources})
        with replacing(file) as part:
            train_tokenizer(texts, recipe.vocabulary, languages).save(str(part), pretty=False)
    tokenizer = Tokenizer.from_file(str(file))
    for source in recipe.sources:
        for held_out in (False, True):
            path = _path(run, source, held_out)
            if not path.with_suffix(".json").exists():
                pairs = _pairs(source, data, held_out)
                write_pairs(pairs, tokenizer, source.language, path, recipe.stages[0].window)


def _path(run: Path, source: Source, held_out: bool) -> Path:
    return run / f"{source.name}.{'held-out' if held_out else 'train'}.bin"


def _pairs(source: Source, data: Path, held_out: bool) -> list[Pair]:
    recipes.check_hash(source, data)
    pairs = read_pairs(source.located(data))
    return [pair for pair in pairs if is_held_out_pair(pair.english, source.held_out_percent) == held_out]


def task(recipe: Recipe, run: Path, tokens: int | None) -> Task:
    """The run that the recipe describes, on what `prepare` wrote. Its tokens are those of the targets."""
    tokenizer = Tokenizer.from_file(str(run / "tokenizer.json"))
    model = new_model(recipe, tokenizer)
    training, held_out = (
        [PairFile.open(_path(run, source, held)) for source in recipe.sources] for held in (False, True)
    )
    stage = recipe.stages[0]
    try:
        batches = PairBatches(
            training,
            size=stage.rows * stage.window,
            start=model.config.decoder_start_token_id,
            seed=int(recipe.training.get("seed", 0)),
        )
    except ValueError as error:
        raise InputError(recipe.name, str(error), "give more sentences") from None
    return Task(
        model=model,
        tokenizer=tokenizer,
        batch=batches,
        learn=partial(learn, smoothing=float(recipe.training.get("label_smoothing", SMOOTHING))),
        evaluate=watch(model, held_out),
        options=options_for(recipe, batches.tokens_a_batch, tokens),
    )


def new_model(recipe: Recipe, tokenizer: Tokenizer) -> Seq2Seq:
    """A translator with fresh weights. Raises InputError if recipe and tokenizer do not fit."""
    config = cast("Seq2SeqConfig", recipe.config)
    ids = (tokenizer.get_vocab_size(), tokenizer.token_to_id(PAD), tokenizer.token_to_id(END))
    wanted = (config.vocab_size, config.pad_token_id, config.eos_token_id)
    if ids != wanted or config.decoder_start_token_id != config.pad_token_id:
        why = f"its tokenizer has {ids} as size, padding and end, the architecture {wanted}"
        raise InputError(recipe.name, why, "correct the recipe")
    model = Seq2Seq(config)
    initialise(model, int(recipe.training.get("seed", 0)))
    return model


def learn(model: Seq2Seq, batch: PairBatch, smoothing: float) -> tuple[float, int]:
    """Add the gradient of the mean loss of the target tokens; returns that loss and their number."""
    hidden = model.hidden(batch.source, batch.before, batch.padding)  # (B, T, C)
    loss = backward(hidden, batch.target, model.scores, smoothing)
    return loss, int((batch.target != IGNORED).sum())


def watch(model: Seq2Seq, files: Sequence[PairFile]) -> Callable[[], float]:
    """The mean loss in nats per target token, without smoothing, on the same held-out pairs each time."""
    places = [(file, number) for file in files for number in range(len(file))]
    chosen = [places[i] for i in np.linspace(0, len(places) - 1, min(WATCHED, len(places))).astype(int)]
    pairs = sorted((file[number] for file, number in chosen), key=lambda pair: (len(pair[1]), len(pair[0])))

    def evaluate() -> float:
        return held_out_loss(model, pairs)

    return evaluate


def held_out_loss(model: Seq2Seq, pairs: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> float:
    """The mean loss in nats per target token, end tokens included."""
    total, count = 0.0, 0
    device = next(model.parameters()).device
    with evaluating(model), torch.no_grad():
        for first in range(0, len(pairs), 64):
            batch = moved(assembled(pairs[first : first + 64], model.config.decoder_start_token_id), device)
            logits = model(batch.source, batch.before, batch.padding).transpose(1, 2)
            total += float(F.cross_entropy(logits, batch.target, ignore_index=IGNORED, reduction="sum"))
            count += int((batch.target != IGNORED).sum())
    return total / max(count, 1)

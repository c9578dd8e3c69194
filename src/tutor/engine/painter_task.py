"""A painter's training: pictures from captions and captions from pictures, both in every step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tutor.engine import captions, digits
from tutor.engine.checkpoint import save_decoder
from tutor.engine.config import DecoderConfig
from tutor.engine.decoder import Decoder
from tutor.engine.digits import Digits, Recipe
from tutor.engine.evaluation import evaluating
from tutor.engine.initialisation import initialise
from tutor.engine.losses import IGNORED, backward
from tutor.engine.painting import CONTEXT, PaintersTokens, caption_scores, new_tokenizer
from tutor.engine.training import Progress, TrainingOptions, train
from tutor.storage import replacing


class PaintersBatch(NamedTuple):
    """Tokens (B, T) and what is to come next, (B, T), `IGNORED` where nothing is learned; for both directions."""

    drawing: Tensor
    drawing_targets: Tensor
    captioning: Tensor
    captioning_targets: Tensor


def build(
    recipe_path: Path, folder: Path, *, steps: int | None = None, checkpoint: Path | None = None
) -> Iterator[Progress]:
    """Train the recipe's painter on the digits and save it in `folder`, as float16.

    `steps` shortens the run; with `checkpoint`, a file, it goes on from there. Raises InputError for what is no
    recipe, and where scikit-learn is missing.
    """
    recipe = digits.read_recipe(recipe_path)
    training, held_out = digits.load()
    tokenizer = new_tokenizer()
    tokens = PaintersTokens(tokenizer)
    model = new_model(recipe, tokenizer.get_vocab_size())
    options = options_of(recipe, steps)
    yield from train(
        model,
        batches(training, tokens, rows=recipe.training["rows"], seed=options.seed),
        options,
        learn=learn,
        evaluate=lambda: held_out_loss(model, held_out, tokens),
        checkpoint=checkpoint,
    )
    save_decoder(model, folder, torch.float16)
    with replacing(folder / "tokenizer.json") as part:
        tokenizer.save(str(part))


def options_of(recipe: Recipe, steps: int | None = None) -> TrainingOptions:
    """The recipe's training options, with another number of steps if one is given."""
    known = {field.name for field in fields(TrainingOptions)}
    chosen = {key: value for key, value in recipe.training.items() if key in known}
    return TrainingOptions(**(chosen | ({"steps": steps} if steps else {})))


def new_model(recipe: Recipe, vocabulary: int) -> Decoder:
    """A painter with fresh weights."""
    sizes = {"vocab_size": vocabulary, "max_position_embeddings": CONTEXT, "bos_token_id": 0, "eos_token_id": 0}
    model = Decoder(DecoderConfig.from_dict({"model_type": "llama", **sizes, **recipe.architecture}))
    initialise(model, recipe.training["seed"])
    return model


def batches(training: Digits, tokens: PaintersTokens, *, rows: int, seed: int) -> Callable[[int], PaintersBatch]:
    """The batch of each step: `rows` pictures to draw and as many others to caption, each varied anew."""

    def batch(step: int) -> PaintersBatch:
        random = np.random.default_rng((seed, step))
        to_draw, to_read = random.integers(0, len(training), (2, rows)).tolist()
        drawn = [_drawing(training, index, tokens, random) for index in to_draw]
        read = [_captioning(training, index, tokens, random) for index in to_read]
        return PaintersBatch(*_padded(drawn, tokens.end), *_padded(read, tokens.end))

    return batch


def _drawing(
    training: Digits, index: int, tokens: PaintersTokens, random: np.random.Generator
) -> tuple[list[int], int]:
    """The tokens of a drawing, and how many of them are given."""
    forms = captions.wordings(int(training.labels[index]))
    words = captions.words_of(forms[random.integers(len(forms))])
    given = tokens.drawing(words)
    # Few of them are moved: a drawing should stand where the digits of the set stand.
    picture = digits.varied(training.pictures[index], random, strength=0.3)
    return [*given, *tokens.picture(picture), tokens.end], len(given)


def _captioning(
    training: Digits, index: int, tokens: PaintersTokens, random: np.random.Generator
) -> tuple[list[int], int]:
    given = tokens.captioning(digits.varied(training.pictures[index], random))
    return [*given, *tokens.caption(int(training.labels[index]))], len(given)


def _padded(sequences: list[tuple[list[int], int]], padding: int) -> tuple[Tensor, Tensor]:
    """Tokens and targets, one place apart, filled up on the right; what is given is no target."""
    longest = max(len(ids) for ids, _ in sequences)
    tokens = torch.full((len(sequences), longest), padding)
    targets = torch.full((len(sequences), longest), IGNORED)
    for row, (ids, given) in enumerate(sequences):
        tokens[row, : len(ids)] = torch.tensor(ids)
        targets[row, given : len(ids)] = tokens[row, given : len(ids)]
    return tokens[:, :-1], targets[:, 1:]


def learn(model: Decoder, batch: PaintersBatch) -> tuple[float, int]:
    """Add the gradient of the mean loss of pixels and of that of captions, which weigh alike though they are few.

    Returns the pixels' loss in nats per token, and the tokens that were read.
    """
    hidden, _ = model.hidden(batch.drawing)
    loss = backward(hidden, batch.drawing_targets, model.lm_head)
    hidden, _ = model.hidden(batch.captioning)
    chosen = batch.captioning_targets != IGNORED
    backward(hidden[chosen], batch.captioning_targets[chosen], model.lm_head)
    return loss, batch.drawing.numel() + batch.captioning.numel()


def held_out_loss(model: Decoder, held_out: Digits, tokens: PaintersTokens) -> float:
    """The mean loss of drawing the held-out pictures from their usual caption, in nats per token."""
    sequences = []
    for picture, label in zip(held_out.pictures, held_out.labels.tolist(), strict=True):
        given = tokens.drawing(captions.words_of(captions.wordings(label)[0]))
        sequences.append(([*given, *tokens.picture(picture), tokens.end], len(given)))
    ids, targets = _padded(sequences, tokens.end)
    with evaluating(model), torch.no_grad():
        return float(F.cross_entropy(model(ids).transpose(1, 2), targets, ignore_index=IGNORED))


def captions_right(model: Decoder, held_out: Digits, tokens: PaintersTokens) -> float:
    """The share of the held-out pictures whose likeliest usual caption names the right digit."""
    with evaluating(model):
        found = caption_scores(model, tokens, list(held_out.pictures)).argmax(-1).numpy()
    return float((found == held_out.labels).mean())

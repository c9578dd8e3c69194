"""A painter's training: pictures from captions and captions from pictures, both in every step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

from tutor.engine import captions, decoder_task, digits
from tutor.engine.decoder import Decoder
from tutor.engine.digits import Digits
from tutor.engine.evaluation import evaluating
from tutor.engine.losses import IGNORED, backward
from tutor.engine.painting import PaintersTokens, caption_scores, new_tokenizer
from tutor.engine.recipe import Recipe
from tutor.engine.task import Task, options_for
from tutor.storage import replacing


class PaintersBatch(NamedTuple):
    """Tokens (B, T) and what is to come next, (B, T), `IGNORED` where nothing is learned; for both directions."""

    drawing: Tensor
    drawing_targets: Tensor
    captioning: Tensor
    captioning_targets: Tensor


def prepare(recipe: Recipe, data: Path, run: Path) -> None:
    """Write the tokenizer into `run`. The digits come with scikit-learn, so `data` is not needed."""
    run.mkdir(parents=True, exist_ok=True)
    digits.load()  # says so at once if it is missing
    with replacing(run / "tokenizer.json") as part:
        new_tokenizer().save(str(part))


def task(recipe: Recipe, run: Path, tokens: int | None) -> Task:
    """The run that the recipe describes; half of a stage's rows are drawn, the others captioned.

    Raises InputError where scikit-learn is missing.
    """
    training, held_out = digits.load(recipe.sources[0].held_out_percent)
    tokenizer = Tokenizer.from_file(str(run / "tokenizer.json"))
    known, stage = PaintersTokens(tokenizer), recipe.stages[0]
    model = decoder_task.new_model(recipe, tokenizer.get_vocab_size())
    options = options_for(recipe, stage.rows * stage.window, tokens)
    return Task(
        model=model,
        tokenizer=tokenizer,
        batch=batches(training, known, rows=stage.rows // 2, seed=options.seed),
        learn=learn,
        evaluate=lambda: held_out_loss(model, held_out, known),
        options=options,
    )


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

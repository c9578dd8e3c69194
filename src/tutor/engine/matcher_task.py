"""A matcher's training: of ten pictures and ten captions, which belong together (Radford et al. 2021, figure 3)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

from tutor.engine import captions, digits
from tutor.engine.digits import Digits
from tutor.engine.evaluation import evaluating
from tutor.engine.initialisation import initialise
from tutor.engine.matcher import Matcher, MatcherConfig, padded
from tutor.engine.recipe import Recipe
from tutor.engine.task import Task, options_for
from tutor.errors import InputError
from tutor.storage import replacing

DIGITS = len(captions.NAMES)


class MatchersBatch(NamedTuple):
    """Groups of ten pictures and their captions, one of each digit: in a group no two captions mean the same."""

    pictures: Tensor
    """(groups, 10, 8, 8)."""
    ids: Tensor
    """(groups, 10, T)."""
    real: Tensor
    """(groups, 10, T): 1 for a word, 0 for padding."""


def prepare(recipe: Recipe, data: Path, run: Path) -> None:
    """Write the tokenizer into `run`. The digits come with scikit-learn, so `data` is not needed."""
    run.mkdir(parents=True, exist_ok=True)
    digits.load()  # says so at once if it is missing
    with replacing(run / "tokenizer.json") as part:
        captions.word_tokenizer().save(str(part))


def task(recipe: Recipe, run: Path, tokens: int | None) -> Task:
    """The run that the recipe describes, in which pictures count as tokens; its window is the ten of a group.

    Raises InputError where scikit-learn is missing, or if the recipe's vocabulary is not the tokenizer's.
    """
    training, held_out = digits.load(recipe.sources[0].held_out_percent)
    tokenizer, stage = Tokenizer.from_file(str(run / "tokenizer.json")), recipe.stages[0]
    config = cast("MatcherConfig", recipe.config)
    if config.vocab_size != tokenizer.get_vocab_size():
        why = f"its tokenizer has {tokenizer.get_vocab_size()} tokens, the architecture {config.vocab_size}"
        raise InputError(recipe.name, why, "correct vocab_size")
    model = Matcher(config)
    initialise(model, int(recipe.training.get("seed", 0)))
    options = options_for(recipe, stage.rows * DIGITS, tokens)
    return Task(
        model=model,
        tokenizer=tokenizer,
        batch=batches(training, tokenizer, groups=stage.rows, seed=options.seed),
        learn=learn,
        evaluate=lambda: held_out_loss(model, held_out, tokenizer),
        options=options,
    )


def batches(training: Digits, tokenizer: Tokenizer, *, groups: int, seed: int) -> Callable[[int], MatchersBatch]:
    """The batch of each step: pictures of every digit, varied anew, each with one of its wordings."""
    of_digit = [np.flatnonzero(training.labels == digit) for digit in range(DIGITS)]
    forms = [[captions.token_ids(tokenizer, form) for form in captions.wordings(digit)] for digit in range(DIGITS)]

    def batch(step: int) -> MatchersBatch:
        random = np.random.default_rng((seed, step))
        chosen = [int(random.choice(of_digit[place % DIGITS])) for place in range(groups * DIGITS)]
        pictures = np.stack([digits.varied(training.pictures[index], random) for index in chosen])
        texts = [forms[place % DIGITS][random.integers(len(forms[0]))] for place in range(groups * DIGITS)]
        parts = (torch.from_numpy(pictures), *padded(texts))
        return MatchersBatch(*(part.view(groups, DIGITS, *part.shape[1:]) for part in parts))

    return batch


def learn(model: Matcher, batch: MatchersBatch) -> tuple[float, int]:
    """Add the gradient of the symmetric cross-entropy of figure 3; gives it in nats, and the pictures read."""
    pictures = model.pictures(batch.pictures.flatten(0, 1)).view(len(batch.ids), DIGITS, -1)  # (groups, 10, P)
    texts = model.captions(batch.ids.flatten(0, 1), batch.real.flatten(0, 1)).view(len(batch.ids), DIGITS, -1)
    logits = model.scale * pictures @ texts.transpose(1, 2)  # (groups, 10 pictures, 10 captions)
    loss = contrastive(logits)
    loss.backward()  # type: ignore[no-untyped-call]
    return float(loss.detach()), batch.pictures.shape[0] * DIGITS


def contrastive(logits: Tensor) -> Tensor:
    """The mean of two cross-entropies, in nats: to find each picture's caption, and each caption's picture.

    logits (groups, N pictures, N captions), the pairs that belong together on the diagonal.
    """
    targets = torch.arange(logits.shape[-1]).expand(logits.shape[:-1])
    by_picture = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    by_caption = F.cross_entropy(logits.transpose(1, 2).flatten(0, 1), targets.flatten())
    return (by_picture + by_caption) / 2


def _held_out_logits(model: Matcher, held_out: Digits, tokenizer: Tokenizer) -> Tensor:
    """Each picture against the usual caption of each digit, (N, 10)."""
    texts = [captions.token_ids(tokenizer, captions.wordings(digit)[0]) for digit in range(DIGITS)]
    with evaluating(model), torch.no_grad():
        return model.scale * model.pictures(torch.from_numpy(held_out.pictures)) @ model.captions(*padded(texts)).T


def held_out_loss(model: Matcher, held_out: Digits, tokenizer: Tokenizer) -> float:
    """The mean loss in nats of choosing the usual caption of a held-out picture out of ten."""
    return float(F.cross_entropy(_held_out_logits(model, held_out, tokenizer), torch.from_numpy(held_out.labels)))


def share_right(model: Matcher, held_out: Digits, tokenizer: Tokenizer) -> float:
    """The share of held-out pictures whose best caption of ten is theirs."""
    found = _held_out_logits(model, held_out, tokenizer).argmax(-1).numpy()
    return float((found == held_out.labels).mean())

"""What is measured of a decoder: how well it foresees text that it has not learned, and what it writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from tutor.engine import evaluation, loading, ngram, repetition, stories, unlikelihood
from tutor.engine.corpus import TokenFile, write_tokens
from tutor.engine.figures import Figure, Sample, naming, repeating
from tutor.engine.generation import generate
from tutor.engine.sampling import SamplingOptions
from tutor.engine.trace import AblateHeads

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from tutor.engine.figures.measuring import Subject
    from tutor.engine.loading import Loaded

LOSS = 0.003
"""The tolerance of a loss in nats per token, and of bits per byte."""
WINDOWS = 128
FRESH = 200
"""Stories of a seed that nothing was trained on."""
POSITIONS = ((0, 8), (8, 32), (32, 64), (64, 128), (128, 256), (256, 512))

OPENINGS = (
    "Once upon a time, there was a little girl named",
    "Tom had a big red ball.",
    "One day, a cat sat by the window.",
    "The sun was hot and the dog was tired.",
    "Mia wanted to bake a cake for her dad.",
    "In a small house near the sea lived an old man.",
    '"Look!" said Ben. "There is a',
    "Anna lost her blue hat in the park.",
    "The little bird could not fly.",
    "It was raining and the children stayed inside.",
    "Sam and Lily were best friends, but one morning",
    "The king had three sons.",
    "A frog found a shiny coin in the pond.",
    "Grandma told a story about a",
    "Leo was afraid of the dark.",
    "At the farm there was a pig who",
)
"""Beginnings of stories, each continued with the seed of its number."""

BEGINNINGS = ("def read(self, ", "class Error(", "import os\n")
"""Of programs."""


def samples(subject: Subject) -> Iterator[Sample]:
    """Continuations at temperature 0.7, seeds from 1 on, of stories or of programs."""
    loaded = loading.decoder(str(subject.folder), "cpu")
    is_prose = subject.recipe.pieces == "text"
    for seed, given in enumerate(OPENINGS if is_prose else BEGINNINGS, 1):
        ids = loaded.tokenizer.encode(given, add_special_tokens=False).ids  # as `tutor generate` begins
        steps = generate(
            loaded.model,
            loaded.tokenizer,
            ids,
            tokens=min(120 if is_prose else 60, loaded.context - len(ids)),
            options=SamplingOptions(temperature=0.7),
            seed=seed,
            candidates=1,
        )
        yield Sample(given, seed, "".join(step.text for step in steps))


def quick(subject: Subject) -> Iterator[Figure]:
    """The loss of its own samples; of prose also that of fresh stories, who is who in them, repetition, and its best
    induction head."""
    loaded = loading.decoder(str(subject.folder), "cpu")
    if subject.samples:
        losses = [_losses(loaded, sample.given + sample.text) for sample in subject.samples]
        yield Figure("loss of its samples, nats per token", float(np.concatenate(losses).mean()), LOSS, quick=True)
    if subject.recipe.pieces == "text":
        if subject.samples:
            repeated = [repeated_runs(sample.given + sample.text) for sample in subject.samples]
            yield Figure("repeated 8-grams per sample", float(np.mean(repeated)), 0.001, quick=True)
            yield from repeating.figures(loaded, OPENINGS)
        path = subject.scratch / "fresh.bin"
        fresh = write_tokens(stories.documents(2**31, FRESH), loaded.tokenizer, path)
        yield _bits("stories of the simulator, another seed", loaded, fresh, quick=True)
        yield from naming.figures(loaded)
        yield from _copying(loaded)


def full(subject: Subject, work: Path) -> Iterator[Figure]:
    """Held-out losses of each source, by position, and of a trigram model where the training text is there too."""
    loaded = loading.decoder(str(subject.folder), "cpu")
    for source in subject.recipe.sources:
        held_out = TokenFile.open(work / f"{source.name}.held-out.bin")
        loss = evaluation.held_out_loss(loaded.model, held_out, window=_window(loaded, held_out), most=WINDOWS)
        yield Figure(f"loss on held-out {source.name}, nats per token", loss, LOSS)
        if source.maker != "repeats":
            yield Figure(f"bits per byte on held-out {source.name}", evaluation.bits_per_byte(loss, held_out), LOSS)
    first = subject.recipe.sources[0]
    held_out = TokenFile.open(work / f"{first.name}.held-out.bin")
    yield from _by_position(loaded, held_out, first.name)
    if subject.recipe.pieces == "text":
        said = unlikelihood.usual_rate(held_out, loaded.tokenizer)
        yield Figure(f"words of 100 said once too often in held-out {first.name}", said, 0.001)
    else:
        learned = min(max(stage.window for stage in subject.recipe.stages), loaded.context)
        yield from _against_trigrams(loaded, work, first.name, learned)


def repeated_runs(text: str, length: int = 8) -> int:
    """How many runs of `length` words stand in the text a second time or more often."""
    words = text.split()
    runs = Counter(tuple(words[place : place + length]) for place in range(len(words) - length + 1))
    return sum(count - 1 for count in runs.values())


def _window(loaded: Loaded, source: TokenFile) -> int:
    return min(256, loaded.context, len(source.tokens) - 1)


def _bits(name: str, loaded: Loaded, source: TokenFile, *, quick: bool = False) -> Figure:
    loss = evaluation.held_out_loss(loaded.model, source, window=_window(loaded, source), most=WINDOWS)
    return Figure(f"bits per byte on {name}", evaluation.bits_per_byte(loss, source), LOSS, quick)


def _losses(loaded: Loaded, text: str) -> NDArray[np.float64]:
    ids = loaded.tokenizer.encode(text, add_special_tokens=False).ids[: loaded.context]
    with torch.inference_mode():
        return evaluation.token_losses(loaded.model, torch.tensor([ids]))[0].double().numpy()


def _by_position(loaded: Loaded, source: TokenFile, name: str) -> Iterator[Figure]:
    window = min(POSITIONS[-1][1], loaded.context, len(source.tokens) - 1)
    losses = evaluation.losses_by_position(loaded.model, source, window=window, most=96)
    for first, end in POSITIONS:
        if end <= window:
            mean = float(losses[first:end].mean())
            yield Figure(f"loss at places {first} to {end - 1} of held-out {name}, nats per token", mean, LOSS)


def _copying(loaded: Loaded) -> Iterator[Figure]:
    """The best induction head, and what repeated random tokens cost with it and without it."""
    _, scores, _ = repetition.scores(loaded, seed=0)
    layer, head = (int(place) for place in np.unravel_index(scores.argmax(), scores.shape))
    yield Figure("induction score of the best head", float(scores[layer, head]), 0.01, quick=True)
    for name, without in (("", ()), (", without that head", (AblateHeads([(layer, head)]),))):
        loss = _loss_of_copies(loaded, without)
        yield Figure(f"loss on random tokens that come again{name}, nats per token", loss, 0.05, quick=True)


def _loss_of_copies(loaded: Loaded, without: Sequence[AblateHeads]) -> float:
    ids = torch.tensor([repetition.repeated(loaded, seed) for seed in range(4)])  # (4, 2R + 1)
    with torch.inference_mode():
        scores = loaded.model(ids[:, :-1], interventions=without).log_softmax(-1)  # (4, 2R, V)
    losses = -scores.gather(-1, ids[:, 1:, None])[..., 0]
    return float(losses[:, ids.shape[1] // 2 + 1 :].mean())  # from the second of the copy on


def _against_trigrams(loaded: Loaded, work: Path, name: str, window: int) -> Iterator[Figure]:
    """On the same held-out tokens: the decoder with at least half a window before each, and trigrams.

    The window is the longest that it was trained on, which may be less than its context.
    """
    held_out, training = TokenFile.open(work / f"{name}.held-out.bin"), work / f"{name}.train.bin"
    tokens = held_out.tokens[:60_000].astype(np.int64)
    losses, right = _strided(loaded, tokens, window)
    known = ~np.isnan(losses)
    loss = float(losses[known].mean())
    before = f"{name} after at least {window // 2} tokens"
    yield Figure(f"bits per byte on held-out {before}", evaluation.bits_per_byte(loss, held_out), LOSS)
    yield Figure(f"share of next tokens right on held-out {before}", float(right[known].mean()), 0.003)
    if training.exists():
        trigram = ngram.Trigram(np.asarray(TokenFile.open(training).tokens, np.int64), loaded.model.config.vocab_size)
        theirs = float(np.concatenate([[np.nan, np.nan], trigram.losses(tokens)])[known].mean())
        yield Figure(f"bits per byte of a trigram model, {name}", evaluation.bits_per_byte(theirs, held_out), LOSS)


def _strided(loaded: Loaded, tokens: NDArray[np.int64], window: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The loss of each token that half a window or more stands before, NaN for the others; and whether it was the
    likeliest."""
    half = window // 2
    losses, right = np.full(len(tokens), np.nan), np.zeros(len(tokens), bool)
    with torch.inference_mode():
        for start in range(0, len(tokens) - window, half):
            ids = torch.from_numpy(tokens[start : start + window + 1])
            scores = loaded.model(ids[None, :-1])[0, half:].log_softmax(-1)  # (T / 2, V)
            after = slice(start + half + 1, start + window + 1)
            losses[after] = -scores.gather(-1, ids[half + 1 :, None])[:, 0].double().numpy()
            right[after] = (scores.argmax(-1) == ids[half + 1 :]).numpy()
    return losses, right

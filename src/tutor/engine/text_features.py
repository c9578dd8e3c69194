"""What a decoder makes of whole texts: the mean and the largest value of each channel, level by level. Torch.

Shape legend in `attention.py`; N texts, F features, levels are the embedding and what each of the L layers gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from tutor.engine.corpus import plain_typography
from tutor.engine.tokenization import require_text
from tutor.errors import InputError

if TYPE_CHECKING:
    from tokenizers import Encoding

    from tutor.engine.decoder import Decoder
    from tutor.engine.loading import Loaded

BATCH = 2048
"""Tokens that are read at once, padding counted."""


@dataclass(frozen=True)
class Batch:
    """Texts side by side, padded on the right: with a causal mask no token sees what stands behind it."""

    ids: Tensor
    """(B, T), the start token first."""
    real: Tensor
    """(B, T), true where a token belongs to the text; the start token and padding do not."""
    rows: list[int]
    """Which of the texts these are."""


def width(model: Decoder) -> int:
    """F: how many features a text has."""
    return 2 * model.config.hidden_size * (model.config.num_hidden_layers + 1)


def tokens_of(loaded: Loaded, text: str) -> list[int]:
    """The ids of a text as it is read here: the first ones, if there are more than the context holds.

    Raises InputError for a text that is empty or nothing but spaces.
    """
    if not text.strip():
        raise InputError("the text", "it is empty", "type a few words")
    return encoding_of(loaded, text).ids[: loaded.context - 1]


def encoding_of(loaded: Loaded, text: str) -> Encoding:
    """Ids and character offsets of the text in plain typography.

    What lies far behind the context is not tokenized at all: hardly a token has more than a few dozen characters.
    """
    beginning = plain_typography(require_text(text))[: 64 * loaded.context]
    return loaded.tokenizer.encode(beginning, add_special_tokens=False)


def batches(loaded: Loaded, rows: Sequence[Sequence[int]], most: int = BATCH) -> Iterator[Batch]:
    """The texts, given as ids, the short ones first, so that little is padding."""
    order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
    while order:
        count = 1
        while count < len(order) and (count + 1) * (len(rows[order[count]]) + 1) <= most:
            count += 1
        chosen, order = order[:count], order[count:]
        yield side_by_side(loaded, [rows[row] for row in chosen], chosen)


def side_by_side(loaded: Loaded, texts: Sequence[Sequence[int]], rows: list[int]) -> Batch:
    """One batch of these texts, on the model's device."""
    ids = torch.full((len(texts), 1 + max(map(len, texts))), loaded.start(), dtype=torch.long)
    real = torch.zeros_like(ids, dtype=torch.bool)
    for index, text in enumerate(texts):
        ids[index, 1 : 1 + len(text)] = torch.tensor(list(text))
        real[index, 1 : 1 + len(text)] = True
    return Batch(ids.to(loaded.device), real.to(loaded.device), rows)


def pooled(model: Decoder, batch: Batch) -> Tensor:
    """The features of each text, (B, F) in float32: mean and maximum over its tokens, for each level in turn.

    Gradients pass. Both together, of all levels, did better than either alone, than any one level, and far better
    than the last token's vector, which is made to foretell the next word (compared by cross-validation on the four
    practice sets: mean macro-F1 0.83 against 0.80 for the mean of one level and 0.66 for the last token).
    """
    found = []
    with _levels(model) as levels:
        model.hidden(batch.ids)
    real = batch.real[..., None]  # (B, T, 1)
    for level in levels:
        stream = level.float()  # (B, T, C)
        mean = (stream * real).sum(1) / real.sum(1)  # (B, C)
        found += [mean, stream.masked_fill(~real, -torch.inf).amax(1)]
    return torch.cat(found, -1)


@contextmanager
def _levels(model: Decoder) -> Iterator[list[Tensor]]:
    """A list that the residual stream (B, T, C) of each level is put into when the model runs.

    A trace would cut the gradients off and take the readable, slower path through attention.
    """
    levels: list[Tensor] = []

    def keep(module: torch.nn.Module, inputs: object, output: Tensor | tuple[Tensor, ...]) -> None:
        levels.append(output[0] if isinstance(output, tuple) else output)  # some architectures give more than it

    hooks = [part.register_forward_hook(keep) for part in (model.model.embed_tokens, *model.model.layers)]
    try:
        yield levels
    finally:
        for hook in hooks:
            hook.remove()


def features(
    loaded: Loaded, texts: Sequence[Sequence[int]], cancelled: Callable[[], bool] = lambda: False
) -> Iterator[tuple[list[int], Tensor]]:
    """The features of texts given as ids: which rows, and their features (B, F) on the CPU, batch by batch."""
    for batch in batches(loaded, texts):
        if cancelled():
            return
        with torch.inference_mode():
            found = pooled(loaded.model, batch).cpu()
        yield batch.rows, found


def of_texts(loaded: Loaded, texts: Sequence[str]) -> Tensor:
    """The features of all texts, (N, F) on the CPU, ready to train a head on."""
    found = torch.zeros(len(texts), width(loaded.model))
    for rows, part in features(loaded, [tokens_of(loaded, text) for text in texts]):
        found[rows] = part
    return found

"""Text from a decoder, one token at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from tokenizers import Tokenizer
from torch import Tensor

from tutor.engine.decoder import Decoder
from tutor.engine.reading import Reading
from tutor.engine.records import Candidate, Step
from tutor.engine.sampling import SamplingOptions, draw, filtered


def generate(
    model: Decoder,
    tokenizer: Tokenizer,
    ids: Sequence[int],
    *,
    tokens: int,
    options: SamplingOptions,
    seed: int,
    stop: Sequence[str] = (),
    candidates: int = 10,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Step]:
    """Continue `ids` by up to `tokens` tokens and yield one record for each.

    Ends at an end token (whose text is not given), with the token that completes a stop string (which stays part of
    the text, as the learner sees what the model wrote), when the budget or the model's context is used up, or soon
    after `cancelled()`. Raises ValueError for an empty prompt or one that fills the context.
    """
    context = model.config.max_position_embeddings
    if not 0 < len(ids) < context:
        raise ValueError(f"a prompt of {len(ids)} tokens does not leave room in a context of {context}")
    random = torch.Generator().manual_seed(seed)
    reading = Reading(model, min(context, len(ids) + tokens))
    text, known = _Text(tokenizer, ids), list(ids)
    for index in range(tokens):
        logits = reading.read(known if index == 0 else known[-1:])  # (V,)
        kept = filtered(logits, options, known)
        probability = kept.softmax(-1)
        chosen = int(kept.argmax()) if options.temperature == 0 else draw(probability, random)
        known.append(chosen)
        ended = chosen in model.config.end_ids
        piece = text.flush() if ended else text.add(chosen)
        reason = _reason(ended, text.so_far, stop, index + 1 >= tokens, len(known) >= context, cancelled())
        if reason and not ended:
            piece += text.flush()
        yield Step(
            index=index,
            id=chosen,
            text=piece,
            probability=float(probability[chosen]),
            candidates_before=likeliest(tokenizer, logits, candidates),
            candidates_after=likeliest(tokenizer, kept, candidates),
            finished=reason,
        )
        if reason:
            return


def _reason(ended: bool, text: str, stop: Sequence[str], spent: bool, full: bool, cancelled: bool) -> str:
    stopped = any(word and word in text for word in stop)
    reasons = {"end": ended, "stop": stopped, "budget": spent, "context": full, "cancelled": cancelled}
    return next((name for name, is_so in reasons.items() if is_so), "")


def likeliest(tokenizer: Tokenizer, logits: Tensor, count: int) -> tuple[Candidate, ...]:
    """The `count` likeliest tokens of logits (V,), likeliest first; filtered ones are left out."""
    values, order = logits.topk(min(count, logits.shape[-1]))
    shares = logits.softmax(-1)[order]
    rows = zip(order.tolist(), shares.tolist(), values.tolist(), strict=True)
    return tuple(
        Candidate(token, tokenizer.decode([token], skip_special_tokens=False), share, logit)
        for token, share, logit in rows
        if share > 0
    )


class _Text:
    """Turns tokens into text without ever splitting a character.

    A byte-level token can end inside a character; its bytes are held back until the rest has come. Decoding
    starts a few tokens back, because some tokenizers decode a token differently after others.
    """

    BACK = 8

    def __init__(self, tokenizer: Tokenizer, ids: Sequence[int]) -> None:
        self.tokenizer = tokenizer
        self.ids = list(ids[-self.BACK :])
        self.start = len(self._decoded(self.ids))
        self.so_far = ""

    def _decoded(self, ids: list[int]) -> str:
        return self.tokenizer.decode(ids, skip_special_tokens=True)

    def add(self, token: int) -> str:
        """The text that this token completes."""
        self.ids.append(token)
        decoded = self._decoded(self.ids)
        if decoded.endswith("\ufffd"):
            return ""
        return self._take(decoded)

    def flush(self) -> str:
        """What was held back, although the character is not whole."""
        return self._take(self._decoded(self.ids))

    def _take(self, decoded: str) -> str:
        piece = decoded[self.start :]
        self.so_far += piece
        self.ids = self.ids[-self.BACK :]
        self.start = len(self._decoded(self.ids))
        return piece

"""Unlearning to repeat oneself: a decoder writes, and what it says once too often becomes less likely. Torch.

Welleck et al. 2020, "Neural Text Generation with Unlikelihood Training", section 5.2: besides learning from text, the
model goes on from beginnings by itself, and a term −log(1 − p(token)) is added for each token of its own that
repeats. Theirs were repeated 4-grams; here `overused` says which. The term is weighed by how far the model is from
the text it learns from, and vanishes where it repeats itself as seldom as that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from tutor.engine.cache import Cache
from tutor.engine.corpus import END, TokenFile
from tutor.engine.decoder import Decoder
from tutor.engine.overused import overused, rate
from tutor.engine.training import next_tokens

WEIGHT = 8.0
"""Of the term, whose tokens are few, beside the loss of all tokens."""
ROWS = 40
"""Beginnings that the model goes on from in a step."""
TOKENS = 104
"""How far it goes on, if its context has room for that."""
TEMPERATURE = 0.7
"""At which it draws, and at which the probabilities count: the one that samples are judged at."""
SHORTEST, LONGEST = 4, 12
"""Tokens of a beginning; all of a step have the same."""
ENOUGH = 1.0
"""So many words in 100 more than in good text, and the term has its whole weight."""


class Batch(NamedTuple):
    """What a step with unlikelihood learns from."""

    ids: Tensor
    """Windows of text (B, T + 1)."""
    beginnings: Tensor
    """First tokens of documents (R, K)."""


def beginnings(source: TokenFile, seed: int, step: int, rows: int = ROWS) -> Tensor:
    """The first tokens of documents drawn at random, (rows, K); K, from `SHORTEST` to `LONGEST`, is the step's own.

    A pure function of its arguments. The source has documents of that length (`long_enough`).
    """
    random = np.random.default_rng((seed, step, 1))
    length = int(random.integers(SHORTEST, LONGEST + 1))
    places = random.choice(long_enough(source, length), rows)
    return torch.from_numpy(np.stack([source.tokens[at : at + length].astype(np.int64) for at in places]))


def long_enough(source: TokenFile, length: int) -> NDArray[np.int64]:
    """Where the documents begin that have at least `length` tokens without the one that ends them, (n,)."""
    ends = np.append(source.beginnings[1:], len(source.tokens))  # behind the token that ends each
    return source.beginnings[ends - source.beginnings > length]


def usual_rate(source: TokenFile, tokenizer: Tokenizer, documents: int = 400) -> float:
    """The words in 100 that the source's own text says once too often, in as much of it as a sample has."""
    parts = [source.tokens[at : at + LONGEST + TOKENS].tolist() for at in source.beginnings[:documents]]
    end = int(source.tokens[-1])
    texts = [tokenizer.decode(ids[: ids.index(end)] if end in ids else ids) for ids in parts]
    return rate(texts, [0] * len(texts))


class Unlikelihood:
    """How a decoder learns from a `Batch`."""

    def __init__(self, tokenizer: Tokenizer, usual: float) -> None:
        self.tokenizer, self.usual = tokenizer, usual
        self.end = tokenizer.token_to_id(END)

    def learn(self, model: Decoder, batch: Batch) -> tuple[float, int]:
        """Add the gradient of both losses; gives the first in nats per token, and the tokens of text that were read.

        Draws with torch's own random numbers, which the training loop seeds for each step.
        """
        result = next_tokens(model, batch.ids)
        self.unlearn(model, batch.beginnings)
        return result

    def unlearn(self, model: Decoder, start: Tensor) -> tuple[float, float]:
        """Add the gradient of the unlikelihood term for texts that go on from `start` (R, K).

        Gives the term in nats per token, before it is weighed, and the words in 100 that were said once too often.
        """
        room = model.config.max_position_embeddings - start.shape[1]
        ids = written(model, start, min(TOKENS, room))  # (R, K + N)
        rows = [self._row(row, start.shape[1]) for row in ids.tolist()]
        found = rate([text for text, _, _ in rows], [begin for _, begin, _ in rows])
        weight = WEIGHT * min(max((found - self.usual) / ENOUGH, 0.0), 1.0)
        places = [(row, place) for row, (_, _, unwanted) in enumerate(rows) for place in unwanted]
        if not places or not weight:
            return 0.0, found
        row, place = torch.tensor(places, device=ids.device).T
        hidden, _ = model.hidden(ids[:, :-1])  # (R, K + N − 1, C): what stands at `place` is foreseen one before
        logs = (model.lm_head(hidden[row, place - 1]) / TEMPERATURE).log_softmax(-1)  # (n, V)
        chosen = logs.gather(1, ids[row, place][:, None])
        term = -torch.log1p(-chosen.exp().clamp(max=0.999)).sum() / ids[:, start.shape[1] :].numel()
        (weight * term).backward()  # type: ignore[no-untyped-call]
        return float(term.detach()), found

    def _row(self, ids: list[int], start: int) -> tuple[str, int, list[int]]:
        """A text, where in it the model's own part begins, and the places of its tokens that say a word too often.

        Without such places where the text, encoded again, is made of other tokens.
        """
        kept = ids[: ids.index(self.end, start)] if self.end in ids[start:] else ids
        text = self.tokenizer.decode(kept)
        encoding = self.tokenizer.encode(text, add_special_tokens=False)
        if encoding.ids != kept or start >= len(kept):
            return text, len(text), []
        begin = encoding.offsets[start][0]
        spans = overused(text, begin)
        return text, begin, [at for at in range(start, len(kept)) if _meets(encoding.offsets[at], spans)]


def _meets(token: tuple[int, int], spans: list[tuple[int, int]]) -> bool:
    return any(token[0] < to and token[1] > begin for begin, to in spans)


@torch.no_grad()
def written(model: Decoder, start: Tensor, tokens: int, random: torch.Generator | None = None) -> Tensor:
    """`start` (R, K) and how the model goes on from it by `tokens` draws, (R, K + tokens); ends do not end it."""
    cache, ids = Cache(start.shape[1] + tokens), start
    for _ in range(tokens):
        logits = model(ids if cache.length == 0 else ids[:, -1:], cache=cache)[:, -1]  # (R, V)
        drawn = torch.multinomial((logits / TEMPERATURE).softmax(-1), 1, generator=random)
        ids = torch.cat([ids, drawn], dim=1)
    return ids

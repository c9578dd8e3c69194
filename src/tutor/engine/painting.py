"""Pictures from a decoder, and captions for pictures: one model that reads words and pixels as tokens alike. Torch.

    draw:     <end> draw a seven row1 p0 p5 … row8 … p0 <end>
    caption:  <end> caption row1 p0 p5 … row8 … p0 a seven <end>

As in Image GPT (Chen et al. 2020) and DALL·E (Ramesh et al. 2021) a picture is its pixels in reading order; here a
pixel is a token of one of 17 grey levels, and a token in front of each row says where one is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from tutor.engine import captions
from tutor.engine.cache import Cache
from tutor.engine.pictures import LEVELS, SIDE
from tutor.engine.sampling import SamplingOptions, filtered
from tutor.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tutor.engine.decoder import Decoder
    from tutor.engine.pictures import Picture

PIXELS = tuple(f"p{level}" for level in range(LEVELS))
ROWS = tuple(f"row{row}" for row in range(1, SIDE + 1))
CONTEXT = 96
"""A task, a caption of 8 words, 8 rows of 9 tokens and 2 ends are 84 tokens."""


class PaintersTokens:
    """The ids of everything that a painter reads and writes."""

    def __init__(self, tokenizer: Tokenizer, name: str = "the model") -> None:
        """Raises InputError if it is not a painter's tokenizer."""
        self.tokenizer = tokenizer
        wanted = (captions.END, *captions.WORDS, *ROWS, *PIXELS)
        self.ids: dict[str, int] = {}
        for word in wanted:
            found = tokenizer.token_to_id(word)
            if found is None:
                raise InputError(name, "it has no tokens for pixels", "use the bundled model painter")
            self.ids[word] = found
        self.end = self.ids[captions.END]
        self.rows = [self.ids[row] for row in ROWS]
        self.pixels = [self.ids[pixel] for pixel in PIXELS]

    def drawing(self, words: Sequence[str]) -> list[int]:
        """What is read before a picture is drawn."""
        return [self.end, self.ids["draw"], *(self.ids[word] for word in words)]

    def picture(self, picture: Picture) -> list[int]:
        """A picture (8, 8) as 72 tokens."""
        rows = zip(self.rows, picture.tolist(), strict=True)
        return [token for row, levels in rows for token in (row, *(self.pixels[level] for level in levels))]

    def captioning(self, picture: Picture) -> list[int]:
        """What is read before a caption is written."""
        return [self.end, self.ids["caption"], *self.picture(picture)]

    def caption(self, digit: int) -> list[int]:
        """The usual caption of a digit, and its end."""
        return [*(self.ids[word] for word in captions.article(captions.NAMES[digit]).split()), self.end]


def new_tokenizer() -> Tokenizer:
    """The tokenizer of a painter: caption words, rows and pixels, a token each."""
    return captions.word_tokenizer((*ROWS, *PIXELS))


@dataclass(frozen=True)
class Drawings:
    """Pictures that were drawn side by side from one caption."""

    pictures: NDArray[np.int64]
    """Shape (N, 8, 8)."""
    entropies: NDArray[np.float64]
    """How open each pixel was before it was drawn, in bits, after temperature and filters: shape (N, 8, 8)."""
    surprises: NDArray[np.float64]
    """−log₂ of the probability of each pixel's level, in bits, shape (N, 8, 8)."""


def draw(
    model: Decoder, tokens: PaintersTokens, words: Sequence[str], options: SamplingOptions, seed: int, count: int = 1
) -> Drawings:
    """Draw `count` pictures for the words of a caption, pixel by pixel in reading order.

    Only grey levels are drawn from, and the tokens that begin a row are set, so that every drawing is a picture.
    """
    device = next(model.parameters()).device
    random = torch.Generator().manual_seed(seed)
    pixels = torch.tensor(tokens.pixels)
    cache = Cache(CONTEXT)
    feed = torch.tensor([tokens.drawing(words)] * count, device=device)
    drawn = np.zeros((3, count, SIDE * SIDE))
    with torch.inference_mode():
        for place in range(SIDE * SIDE):
            if place % SIDE == 0:
                row = torch.full((count, 1), tokens.rows[place // SIDE], device=device)
                feed = torch.cat([feed, row], dim=1)
            logits = model(feed, cache=cache)[:, -1].float().cpu()[:, pixels]  # (N, 17)
            probability = filtered(logits, options).softmax(-1)
            level = torch.multinomial(probability, 1, generator=random)  # (N, 1)
            drawn[0, :, place] = level[:, 0].numpy()
            drawn[1, :, place] = (torch.special.entr(probability).sum(-1) / np.log(2)).numpy()
            drawn[2, :, place] = -probability.gather(1, level)[:, 0].log2().numpy()
            feed = pixels[level].to(device)
    levels, entropies, surprises = drawn.reshape(3, count, SIDE, SIDE)
    return Drawings(levels.astype(np.int64), entropies, np.abs(surprises))  # −log₂ 1 is −0


@dataclass(frozen=True)
class Reading:
    """What a painter says of a picture."""

    caption: str
    """The caption that it writes when it always takes the likeliest word."""
    probabilities: NDArray[np.float64]
    """Of the ten usual captions, shape (10,), made to sum to 1."""
    share: float
    """What these ten captions held before, of all texts there are."""


def read(model: Decoder, tokens: PaintersTokens, picture: Picture) -> Reading:
    """Caption a picture (8, 8), and weigh the ten usual captions against each other."""
    scores = caption_scores(model, tokens, [picture])[0].double()
    probability = scores.softmax(-1).numpy()
    return Reading(_written(model, tokens, picture), probability, min(float(scores.exp().sum()), 1.0))


def caption_scores(model: Decoder, tokens: PaintersTokens, pictures: Sequence[Picture]) -> Tensor:
    """The log-probability of each of the ten usual captions of each picture, (N, 10), in nats.

    A caption's probability is the product of its words' and its end's, each given all before it.
    """
    prompts = [tokens.captioning(picture) for picture in pictures]
    answers = [tokens.caption(digit) for digit in range(len(captions.NAMES))]
    device = next(model.parameters()).device
    ids = torch.tensor([prompt + answer for prompt in prompts for answer in answers], device=device)
    length = len(answers[0])
    with torch.inference_mode():
        hidden, _ = model.hidden(ids[:, :-1])
        logs = model.lm_head(hidden[:, -length:]).float().log_softmax(-1)  # (N·10, length, V)
    chosen: Tensor = logs.gather(-1, ids[:, -length:, None])[..., 0].sum(-1)
    return chosen.view(len(pictures), len(answers)).cpu()


def _written(model: Decoder, tokens: PaintersTokens, picture: Picture, most: int = 8) -> str:
    """The likeliest word, again and again, up to the end."""
    device = next(model.parameters()).device
    cache, written = Cache(CONTEXT), list[str]()
    feed = torch.tensor([tokens.captioning(picture)], device=device)
    for _ in range(most):
        with torch.inference_mode():
            token = int(model(feed, cache=cache)[0, -1].argmax())
        if token == tokens.end:
            break
        written.append(tokens.tokenizer.id_to_token(token) or "")
        feed = torch.tensor([[token]], device=device)
    return " ".join(written)

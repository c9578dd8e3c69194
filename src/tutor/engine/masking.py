"""Words hidden from a sentence, as BERT learns from them (Devlin et al. 2019, section 3.1, task 1)."""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from torch import Tensor

from tutor.engine.corpus import TokenFile
from tutor.engine.losses import IGNORED

PAD, UNKNOWN, BEGIN, END, MASK = SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
"""The tokens that are no words, with the ids 0 to 4."""

_CHARACTERS = sorted(set(string.ascii_lowercase + string.digits + string.punctuation))
"""What every word can be written with; others are unknown."""

CHOSEN = 0.15
"""The share of words that are to be guessed, if nothing else is said."""
HIDDEN, REPLACED = 0.8, 0.1
"""The shares of them that become [MASK], and another word; the rest stay, so that no word can be trusted."""


def train_tokenizer(texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """WordPiece on lower-case text, as BERT's uncased models have it; most words of simple English are one token.

    The library numbers pieces in an order that changes from run to run, and settles ties by number; so characters
    are given to it as if they were special tokens, and the vocabulary then gets a model of its own.
    """
    pieces = [*SPECIAL, *_CHARACTERS, *(f"##{letter}" for letter in string.ascii_lowercase)]
    learner = _split_by_words(Tokenizer(models.WordPiece(unk_token=UNKNOWN)))
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary,
        special_tokens=pieces,
        initial_alphabet=_CHARACTERS,
        limit_alphabet=len(_CHARACTERS),
        show_progress=False,
    )
    learner.train_from_iterator(texts, trainer)
    tokenizer = _split_by_words(Tokenizer(models.WordPiece(learner.get_vocab(), unk_token=UNKNOWN)))
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A {END}",
        special_tokens=[(name, tokenizer.token_to_id(name)) for name in (BEGIN, END)],
    )
    return tokenizer


def _split_by_words(tokenizer: Tokenizer) -> Tokenizer:
    """Lower case without accents; words, marks and digits apart."""
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.BertPreTokenizer(), pre_tokenizers.Digits(individual_digits=True)]
    )
    return tokenizer


class MaskedBatch(NamedTuple):
    """What a gap filler learns from at once: B passages of at most T tokens."""

    ids: Tensor
    """(B, T), some words hidden."""
    padding: Tensor | None
    """(B, T), True at real tokens; None if all are."""
    targets: Tensor
    """(B, T): the word at each place that is to be guessed, elsewhere IGNORED."""


class Vocabulary:
    """What masking has to know of a tokenizer."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.size = tokenizer.get_vocab_size()
        self.begin, self.end, self.mask = (int(tokenizer.token_to_id(name) or 0) for name in (BEGIN, END, MASK))
        pieces = [tokenizer.id_to_token(id) or "" for id in range(self.size)]
        self.continues = np.array([piece.startswith("##") for piece in pieces])
        """Whether a token goes on with the word before it, (V,)."""
        self.is_word = np.array([piece not in SPECIAL for piece in pieces])
        self.ends_sentence = np.array([piece in (".", "!", "?", END) for piece in pieces])
        self.is_letters = np.array([piece.isalpha() and piece not in SPECIAL for piece in pieces])
        """Whole words, no numbers and no punctuation, (V,)."""


class Passages:
    """Pieces of a text that begin and, where there is room, end with a sentence."""

    def __init__(self, source: TokenFile, vocabulary: Vocabulary) -> None:
        """Raises ValueError for a text with no tokens."""
        if not len(source.tokens):
            raise ValueError(f"{source.path.name} has no tokens")
        self.tokens, self.vocabulary = source.tokens, vocabulary
        ends = np.flatnonzero(vocabulary.ends_sentence[source.tokens]) + 1
        starts = np.concatenate([[0], ends[ends < len(source.tokens)]])
        # "?!" and "." before the end of a document close nothing but what is closed already.
        self.starts = starts[~vocabulary.ends_sentence[source.tokens[starts]]] if len(starts) > 1 else starts

    def __len__(self) -> int:
        return len(self.starts)

    def passage(self, number: int, window: int) -> NDArray[np.int64]:
        """The passage from sentence `number` on, with [CLS] and [SEP] at most `window` tokens, shape (≤ window,)."""
        start = int(self.starts[number])
        stop = min(start + window - 2, len(self.tokens))
        whole = int(self.starts[np.searchsorted(self.starts, stop, "right") - 1])  # the last sentence begins here
        if stop < len(self.tokens) and whole > start:
            stop = whole
        body = self.tokens[start:stop].astype(np.int64)
        body = body[:-1] if len(body) and body[-1] == self.vocabulary.end else body
        return np.concatenate([[self.vocabulary.begin], body, [self.vocabulary.end]])


def masked(
    rows: Sequence[NDArray[np.int64]], vocabulary: Vocabulary, random: np.random.Generator, share: float = CHOSEN
) -> MaskedBatch:
    """Passages as a batch in which a share of the words is to be guessed.

    A word of several tokens is chosen as a whole: the rest of it would give it away.
    """
    ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
    real = np.zeros(ids.shape, bool)
    for row, passage in enumerate(rows):
        ids[row, : len(passage)], real[row, : len(passage)] = passage, True
    words = np.cumsum(~vocabulary.continues[ids], 1) - 1  # the number of each token's word in its row
    chosen = _by_word(words, random) < share
    chosen &= vocabulary.is_word[ids] & real
    if not chosen.any():  # a batch of very few words
        chosen[0, 1] = True
    fate = _by_word(words, random)
    changed = np.where(fate < HIDDEN, vocabulary.mask, ids)
    others = random.integers(len(SPECIAL), vocabulary.size, ids.shape)
    changed = np.where((fate >= HIDDEN) & (fate < HIDDEN + REPLACED), others, changed)
    return MaskedBatch(
        torch.from_numpy(np.where(chosen, changed, ids)),
        None if real.all() else torch.from_numpy(real),
        torch.from_numpy(np.where(chosen, ids, IGNORED)),
    )


def _by_word(words: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.float64]:
    """A random number in [0, 1) for each word, at all its tokens; `words` (B, T) counts them from 0 in each row."""
    return np.take_along_axis(random.random(words.shape), np.maximum(words, 0), 1)


class MaskedBatches:
    """The batch of each step: passages from sources drawn by weight, hidden anew each time.

    Lengths change from step to step (the window, half or a quarter of it, with as many more rows), because people
    ask about single sentences. A batch depends on nothing but the seed and the step's number.
    """

    def __init__(
        self,
        sources: Sequence[Passages],
        weights: Sequence[float],
        *,
        rows: int,
        window: int,
        seed: int,
        masked_share: float = CHOSEN,
    ) -> None:
        self.sources, self.rows, self.window, self.seed = sources, rows, window, seed
        share = np.asarray(weights, np.float64)
        self.share, self.masked_share = share / share.sum(), masked_share

    def __call__(self, step: int) -> MaskedBatch:
        random = np.random.default_rng((self.seed, step))
        shorter = 2 ** int(random.integers(0, 3))
        rows, window = self.rows * shorter, max(self.window // shorter, 3)
        chosen = random.choice(len(self.sources), rows, p=self.share)
        passages = [self.sources[i].passage(int(random.integers(len(self.sources[i]))), window) for i in chosen]
        return masked(passages, self.sources[0].vocabulary, random, self.masked_share)

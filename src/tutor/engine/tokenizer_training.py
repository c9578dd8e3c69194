"""Train a subword tokenizer on text: BPE, WordPiece or Unigram, each in the form in which it is commonly used.

All three split digits one by one, so that a number costs its length, whichever the kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

TRAINED_KINDS = ("bpe", "wordpiece", "unigram")
"""The kinds that have something to learn."""

_DIGITS = pre_tokenizers.Digits(individual_digits=True)


def _bpe(vocabulary: int) -> tuple[Tokenizer, trainers.Trainer]:
    """Byte-pair encoding (Sennrich et al. 2016) over bytes, as in GPT-2: every text can be written, none is lost."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([_DIGITS, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    return tokenizer, trainers.BpeTrainer(vocab_size=vocabulary, initial_alphabet=alphabet, show_progress=False)


def _wordpiece(vocabulary: int) -> tuple[Tokenizer, trainers.Trainer]:
    """WordPiece as in BERT (Devlin et al. 2019), with case kept: `##` marks a piece that continues a word."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.BertPreTokenizer(), _DIGITS])
    tokenizer.decoder = decoders.WordPiece()
    # Characters beyond the alphabet are unknown; without the limit rare ones would take the place of words.
    return tokenizer, trainers.WordPieceTrainer(
        vocab_size=vocabulary, special_tokens=["[UNK]"], limit_alphabet=400, show_progress=False
    )


def _unigram(vocabulary: int) -> tuple[Tokenizer, trainers.Trainer]:
    """A unigram language model over pieces (Kudo 2018), as in SentencePiece: a space belongs to what follows."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(), _DIGITS])
    tokenizer.decoder = decoders.Metaspace()
    return tokenizer, trainers.UnigramTrainer(
        vocab_size=vocabulary, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False
    )


_MAKERS: dict[str, Callable[[int], tuple[Tokenizer, trainers.Trainer]]] = {
    "bpe": _bpe,
    "wordpiece": _wordpiece,
    "unigram": _unigram,
}


def train(kind: str, texts: Iterable[str], vocabulary: int) -> Tokenizer:
    """A tokenizer of `kind` (one of `TRAINED_KINDS`) with at most `vocabulary` tokens, trained on `texts`."""
    tokenizer, trainer = _MAKERS[kind](vocabulary)
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer

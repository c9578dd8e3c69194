"""Models for tests that are not about the model: one with known outputs, and a small random checkpoint."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import tokenizers
import torch
from tokenizers import decoders, models, pre_tokenizers

from tutor.engine import loading, masking, pairs, subword
from tutor.engine.checkpoint import save_decoder
from tutor.engine.checkpoint_kinds import save
from tutor.engine.decoder import Decoder, DecoderConfig
from tutor.engine.encoder import Encoder, EncoderConfig
from tutor.engine.registry import Entry
from tutor.engine.seq2seq import Seq2Seq, Seq2SeqConfig
from tutor.engine.trace import Observer, Trace

END = "<|endoftext|>"
WORDS = ("Ġthe", "Ġcat", "Ġsat", "Ġon", "Ġit", "Ġwas", "The", "Ġhungry")
"""Whole words that the tests' tokenizer knows besides all single bytes; Ġ is its way of writing a space."""


def tokenizer_json() -> str:
    """A byte-level BPE tokenizer: END, the 256 bytes, the words above and what they are merged from."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {END: 0} | {letter: index for index, letter in enumerate(alphabet, 1)}
    merges: list[tuple[str, str]] = []
    for word in WORDS:
        for end in range(2, len(word) + 1):
            if word[:end] not in vocabulary:
                vocabulary[word[:end]] = len(vocabulary)
                merges.append((word[: end - 1], word[end - 1]))
    tokenizer = tokenizers.Tokenizer(models.BPE(vocabulary, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([END])
    return tokenizer.to_str()


def checkpoint(folder: Path, seed: int = 0, context: int = 64, **sizes: int) -> Path:
    """A random decoder of 2 layers with 4 heads as a checkpoint in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(tokenizer_json(), encoding="utf-8")
    torch.manual_seed(seed)
    model = Decoder(tiny_config(context, **sizes))
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    save_decoder(model, folder)
    return folder


def tiny_config(context: int = 64, **sizes: int) -> DecoderConfig:
    """The sizes of the tests' decoders, each of which may be given another value by its name in config.json."""
    chosen = {
        "vocab_size": tokenizers.Tokenizer.from_str(tokenizer_json()).get_vocab_size(),
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": context,
        "bos_token_id": 0,
        "eos_token_id": 0,
    }
    return DecoderConfig(**(chosen | sizes))


SENTENCES = (
    "Where is the library?", "¿Dónde está la biblioteca?", "The cat sleeps.", "El gato duerme.", "Le chat dort.",
    "She put on her hat because it was cold.", "the cat sat on the mat and the dog sat on the cat",
)  # fmt: skip
"""What the tests' translator and gap filler have their vocabularies from."""


def translator(folder: Path, seed: int = 0, **sizes: int) -> Path:
    """A random encoder–decoder of 2 and 2 layers with 4 heads, told its language by `<es>` or `<fr>`."""
    tokenizer = pairs.train_tokenizer(SENTENCES, 300, ("es", "fr"))
    chosen = {"vocab_size": tokenizer.get_vocab_size(), "d_model": 16, "max_position_embeddings": 48}
    for side in ("encoder", "decoder"):
        chosen |= {f"{side}_layers": 2, f"{side}_attention_heads": 4, f"{side}_ffn_dim": 24}
    return _saved(folder, seed, tokenizer, lambda: Seq2Seq(Seq2SeqConfig(**(chosen | sizes))))


def gapfiller(folder: Path, seed: int = 0, **sizes: int) -> Path:
    """A random encoder of 2 layers with 4 heads and a WordPiece vocabulary."""
    tokenizer = masking.train_tokenizer(SENTENCES, 150)
    chosen = {"vocab_size": tokenizer.get_vocab_size(), "hidden_size": 16, "num_hidden_layers": 2}
    chosen |= {"num_attention_heads": 4, "intermediate_size": 24, "max_position_embeddings": 24}
    return _saved(folder, seed, tokenizer, lambda: Encoder(EncoderConfig(**(chosen | sizes))))


def _saved(folder: Path, seed: int, tokenizer: tokenizers.Tokenizer, make: Callable[[], Seq2Seq | Encoder]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(seed)
    model = make()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    save(model, folder)
    return folder


class KnownDecoder(torch.nn.Module):
    """A decoder whose every output is known: what comes next depends on the last token only, by a table.

    `table` (V, V) holds the logits after each token; `patterns` (L, H, T, T) is what a trace then sees.
    """

    def __init__(self, table: torch.Tensor, patterns: np.ndarray | None = None, context: int = 64) -> None:
        super().__init__()
        self.config = tiny_config(context, vocab_size=len(table))
        self.model = torch.nn.Module()
        self.lm_head = torch.nn.Identity()
        self.table = torch.nn.Parameter(table)
        self.patterns = patterns

    def hidden(self, ids, *, cache=None, padding=None, trace: Trace | None = None, interventions=()):
        if cache is not None:
            cache.advance(ids.shape[1])
        if trace is not None and self.patterns is not None:
            for layer, pattern in enumerate(torch.from_numpy(self.patterns)):
                Observer(trace, interventions).stage("pattern", pattern[None], layer)
        return self.table[ids], None

    def forward(self, ids, **options):
        return self.hidden(ids, **options)[0]


def known(folder: Path, table: torch.Tensor, patterns: np.ndarray | None = None, context: int = 64) -> loading.Loaded:
    """A `KnownDecoder` with the tests' tokenizer, as `loading.decoder` would give it."""
    path = folder / "tokenizer.json"
    path.write_text(tokenizer_json(), encoding="utf-8")
    entry = Entry("known", folder, "decoder", "path")
    library = tokenizers.Tokenizer.from_file(str(path))
    return loading.Loaded(entry, KnownDecoder(table, patterns, context), library, subword.load("known", path), "cpu")

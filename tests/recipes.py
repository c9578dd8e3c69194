"""Recipes of three tiny models and the text that they are trained on."""

from __future__ import annotations

import itertools
import lzma
from pathlib import Path

DECODER = """
name = "tiny"
prompt = "The cat"
[tokenizer]
vocabulary = 280
sources = ["story"]
[architecture]
vocab_size = 280
hidden_size = 32
intermediate_size = 48
num_hidden_layers = 2
num_attention_heads = 2
max_position_embeddings = 64
tie_word_embeddings = true
eos_token_id = 0
[training]
tokens = 2560
learning_rate = 5e-3
warmup = 3
evaluate_every = 4
checkpoint_every = 7
seed = 3
[[stage]]
until = 1.0
window = 32
rows = 8
weights = { story = 1.0 }
[[source]]
name = "story"
file = "story.txt"
held_out_percent = 10
licence = "our own"
"""

UNLEARNING = DECODER.replace("until = 1.0", 'until = 1.0\nunlikelihood = "story"').replace("= 2560", "= 2048")

TRANSLATOR = """
name = "pairs"
kind = "seq2seq"
[tokenizer]
vocabulary = 275
sources = ["es", "fr"]
[architecture]
vocab_size = 275
d_model = 32
encoder_layers = 1
decoder_layers = 1
encoder_attention_heads = 2
decoder_attention_heads = 2
encoder_ffn_dim = 32
decoder_ffn_dim = 32
max_position_embeddings = 64
[training]
tokens = 3000
learning_rate = 5e-3
warmup = 3
evaluate_every = 4
checkpoint_every = 7
[[stage]]
until = 1.0
window = 48
rows = 8
weights = { es = 1, fr = 1 }
[[source]]
name = "es"
file = "es.tsv.xz"
language = "es"
held_out_percent = 20
licence = "our own"
[[source]]
name = "fr"
file = "fr.tsv.xz"
language = "fr"
held_out_percent = 20
licence = "our own"
"""

GAP_FILLER = """
name = "gaps"
kind = "encoder"
[tokenizer]
vocabulary = 115
sources = ["story"]
[architecture]
vocab_size = 115
hidden_size = 32
num_hidden_layers = 1
num_attention_heads = 2
intermediate_size = 32
max_position_embeddings = 32
hidden_dropout_prob = 0.1
[training]
tokens = 3000
learning_rate = 5e-3
warmup = 3
evaluate_every = 4
checkpoint_every = 7
[[stage]]
until = 1.0
window = 32
rows = 8
weights = { story = 1.0 }
[[source]]
name = "story"
file = "story.txt"
held_out_percent = 10
licence = "our own"
"""

ANIMALS = ("cat", "dog", "hen", "owl")
PLACES = ("mat", "bed", "box", "wall")
SPANISH = {"cat": "gato", "dog": "perro", "hen": "gallo", "owl": "búho", "mat": "tapiz", "bed": "lecho"}


def write_data(folder: Path) -> None:
    """Write the text that the recipes name into the folder."""
    lines = [f"The {a} sat on the {p}. It saw the {b}." for a, b, p in itertools.product(ANIMALS, ANIMALS, PLACES)]
    (folder / "story.txt").write_text("\n\n".join(lines), encoding="utf-8")
    for language in ("es", "fr"):
        pairs = [
            f"The {a} saw {n} of the {b}s.\tEl {SPANISH.get(a)} vio {n} {SPANISH.get(b)}s.\n"
            for a, b, n in itertools.product(ANIMALS, ANIMALS, range(2, 7))
        ]
        with lzma.open(folder / f"{language}.tsv.xz", "wt", encoding="utf-8") as out:
            out.writelines(pairs)

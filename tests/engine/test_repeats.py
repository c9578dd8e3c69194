"""Lists that come again: the same ones for ever, and every copy exact."""

from __future__ import annotations

import random
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from tests.fakes import tokenizer_json
from tutor.engine import pretraining, recipe
from tutor.engine.corpus import TokenFile
from tutor.engine.stories import repeats
from tutor.errors import InputError

TOKENIZER = Tokenizer.from_str(tokenizer_json())


def test_a_document_depends_on_seed_and_number_only():
    some = list(repeats.documents(TOKENIZER, seed=1, count=40))
    assert some[:10] == list(repeats.documents(TOKENIZER, seed=1, count=10))
    other = list(repeats.documents(TOKENIZER, seed=2, count=40))
    assert not [ids for _, ids in other if ids in [ids for _, ids in some]]
    assert len({name for name, _ in some + other}) == 80
    assert all(len(ids) <= repeats.LONGEST and 0 not in ids for _, ids in some)


@given(st.integers())
def test_after_the_first_time_every_token_is_known_from_the_one_before_it(seed):
    """But where a copy begins: at the list's beginning or anywhere in it."""
    ids = repeats.tokens(random.Random(seed), range(1, 300))
    assert repeats.SHORTEST <= len(ids) <= repeats.LONGEST
    size = len(set(ids))
    block, follows = ids[:size], dict(pairwise(ids[:size]))
    assert len(set(block)) == size and set(ids[size:]) <= set(block)
    jumps = [place for place in range(size, len(ids)) if follows.get(ids[place - 1]) != ids[place]]
    assert all(ids[place - 1] == block[-1] for place in jumps)  # a copy goes on to the list's end
    assert len(ids) - size >= 2


@given(st.integers())
def test_what_is_told_is_told_again_word_for_word(seed):
    lists = re.findall(r":((?: [^:.!?,]+,?)+)[.!]", repeats.told(random.Random(seed)))
    assert len(lists) >= 2
    for again in lists[1:]:
        assert lists[0].endswith(again) and "," in again


@given(st.integers())
def test_words_come_two_to_four_times(seed):
    text = repeats.words(random.Random(seed))
    last = re.findall(r"[A-Za-z][A-Za-z' -]*", text)[-1].strip().split()[-1]
    assert len(re.findall(rf"\b{last}\b", text)) >= 2


RECIPE = """
name = "copies"
[tokenizer]
vocabulary = 300
sources = ["story"]
[architecture]
vocab_size = 300
hidden_size = 16
intermediate_size = 16
num_hidden_layers = 1
num_attention_heads = 2
max_position_embeddings = 32
[training]
tokens = 1000
[[stage]]
until = 1.0
window = 16
rows = 2
weights = { story = 0.5, repeats = 0.5 }
[[source]]
name = "story"
file = ""
documents = 60
licence = "our own"
[[source]]
name = "repeats"
file = ""
maker = "repeats"
seed = 7
documents = 400
licence = "our own"
"""


def test_a_recipe_takes_them_as_a_source_with_its_own_tokens_and_split(tmp_path):
    (tmp_path / "recipe.toml").write_text(RECIPE)
    pretraining.prepare(recipe.read(tmp_path / "recipe.toml"), tmp_path, tmp_path)
    files = [TokenFile.open(tmp_path / f"repeats.{side}.bin") for side in ("train", "held-out")]
    assert files[0].documents + files[1].documents == 400 and files[1].documents >= 1
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    read = [ids for file in files for ids in np.split(file.tokens, np.flatnonzero(file.tokens == 0) + 1)[:-1]]
    made = [ids for _, ids in repeats.documents(tokenizer, 7, 400)]
    assert sorted(ids[:-1].tolist() for ids in read) == sorted(made)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [('"repeats"\nseed', '"echo"\nseed', "nothing is made by 'echo'"), ('["story"]', '["repeats"]', "cannot come")],
)
def test_what_makes_no_sense_is_refused(tmp_path, old, new, says):
    (tmp_path / "recipe.toml").write_text(RECIPE.replace(old, new))
    with pytest.raises(InputError, match=says):
        recipe.read(tmp_path / "recipe.toml")

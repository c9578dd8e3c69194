"""Training a tokenizer: against the library that opens it, and against pairs counted by hand."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
import tokenizers

from tutor import experiments, paths, views
from tutor.errors import InputError, UsageError
from tutor.experiments.train_tokenizer import Inputs, Working, stream

TEXT = "the cat sat on the mat and the dog lay by the door, as cats and dogs do when it rains outside.\n" * 30


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")
    return str(path)


def trained(file, out, kind="bpe", vocab=300, **more):
    return experiments.result_of("train-tokenizer", Inputs(file, str(out), kind, vocab, **more))


@pytest.mark.parametrize("kind", ["bpe", "wordpiece", "unigram"])
def test_what_is_told_is_what_the_file_does(file, tmp_path, kind):
    vocab = 300 if kind == "bpe" else 60
    result = trained(file, tmp_path / "new" / "folder", kind, vocab)
    opened = tokenizers.Tokenizer.from_file(str(tmp_path / "new" / "folder" / "tokenizer.json"))
    assert result.vocabulary_size == opened.get_vocab_size() <= vocab
    for piece in (*result.first, *result.last):
        assert 0 <= piece.id < result.vocabulary_size
    # Held out is every eighth passage; the passages end at spaces and are at most 200 characters long.
    passages = re.findall(r"(?s).{1,200}(?:\s+|$)", TEXT)
    held_out = "".join(passages[7::8])
    assert result.held_out_characters == len(held_out)
    assert result.training_characters == len(TEXT) - len(held_out)
    count = len(opened.encode(held_out, add_special_tokens=False).ids)
    assert result.trained.token_count == count
    assert result.trained.characters_per_token == pytest.approx(len(held_out) / count)


def test_bpe_begins_with_the_most_frequent_pair(file, tmp_path):
    result = trained(file, tmp_path / "out")
    passages = re.findall(r"(?s).{1,200}(?:\s+|$)", TEXT)
    training = [passage for at, passage in enumerate(passages, 1) if at % 8]
    pairs = Counter(
        word[at : at + 2]
        for passage in training
        for word in re.findall(r" ?\w+| ?[^\w\s]+|\s+", passage)
        for at in range(len(word) - 1)
    )
    first = result.first[0]
    assert pairs[first.text] == pairs.most_common(1)[0][1]
    assert (first.left, first.right) == tuple(first.text)
    ranks = [piece.id for piece in result.first]
    assert ranks == sorted(ranks)


def test_the_new_tokenizer_opens_by_its_folder(tutor, file, tmp_path):
    out = str(tmp_path / "mine")
    got = tutor("train-tokenizer", file, "--out", out, "--vocab", "280", "--json")
    assert got.status == 0 and json.loads(got.out)["result"]["vocabulary_size"] == 280
    split = json.loads(tutor("tokenize", "the cat sat", "--tokenizer", out, "--json").out)["result"]
    assert split["vocabulary_size"] == 280 and split["lossless"]


def test_without_a_place_it_is_one_s_own_and_the_next_of_the_file_replaces_it(tutor, file):
    for vocab in (280, 300):
        result = experiments.result_of("train-tokenizer", Inputs(file, vocab=vocab))
        split = json.loads(tutor("tokenize", "the cat sat", "--tokenizer", "text", "--json").out)["result"]
        assert split["vocabulary_size"] == result.vocabulary_size == vocab
    assert Path(result.out) == paths.user_tokenizers() / "text"


def test_an_existing_tokenizer_stays_unless_overwriting_is_asked_for(file, tmp_path):
    trained(file, tmp_path, "unigram", 60)
    before = (tmp_path / "tokenizer.json").read_bytes()
    with pytest.raises(InputError, match="the file exists; choose another --out or add --overwrite"):
        trained(file, tmp_path, "bpe", 300)
    assert (tmp_path / "tokenizer.json").read_bytes() == before
    trained(file, tmp_path, "bpe", 300, overwrite=True)
    assert (tmp_path / "tokenizer.json").read_bytes() != before
    assert not list(tmp_path.glob("*.part")) and not list(tmp_path.glob(".*.part"))


def test_a_file_that_gives_out_is_said_to_be_too_small(file, tmp_path):
    result = trained(file, tmp_path / "out", vocab=5000)
    assert result.vocabulary_size < 5000
    assert any("the file is too small for more" in sentence for sentence in views.words("train-tokenizer", result))


@pytest.mark.parametrize(
    ("text", "options", "line"),
    [
        ("", {}, "0 characters are too few to learn from; give at least 1,600"),
        ("too short", {}, "9 characters are too few"),
        (" \n" * 2000, {}, "too few to learn from"),
        (TEXT, {"kind": "bpe", "vocab": 256}, "--vocab 256: bpe begins with all 256 bytes; give more than 256"),
        (TEXT, {"kind": "unigram", "vocab": 3}, "the library makes no unigram of it with 3 tokens"),
    ],
)
def test_what_cannot_be_trained_is_one_line_and_leaves_nothing(tmp_path, text, options, line):
    file = tmp_path / "text.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises((InputError, UsageError), match=re.escape(line)):
        trained(str(file), tmp_path / "out", **options)
    assert not (tmp_path / "out" / "tokenizer.json").exists()


@pytest.mark.parametrize("out", ["", " ", "text.txt"])
def test_a_place_that_is_no_folder(file, tmp_path, out, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="not a folder"):
        trained(file, out)


def test_a_long_training_says_how_long_and_can_be_given_up(file, tmp_path, monkeypatch):
    from tutor.experiments import train_tokenizer

    monkeypatch.setattr(train_tokenizer._Training, "wait", lambda self, seconds: False)
    records = list(stream(Inputs(file, str(tmp_path / "out"), vocab=300), lambda: True))
    assert [type(record) for record in records] == [Working]
    assert "learning from" in views.view("train-tokenizer").progress(records[0])
    assert not (tmp_path / "out").exists()

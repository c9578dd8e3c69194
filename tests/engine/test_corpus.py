"""Works, the split, token files and the mixture."""

from __future__ import annotations

import json
import lzma

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from tests.fakes import tokenizer_json
from tutor.engine import corpus
from tutor.engine.corpus import TokenFile, Work, is_held_out, mixture, read_works, write_documents, write_tokens
from tutor.errors import InputError

TOKENIZER = Tokenizer.from_str(tokenizer_json())


def write_lines(path, lines):
    with lzma.open(path, "wt", encoding="utf-8") as out:
        out.writelines(line + "\n" for line in lines)
    return path


def test_works_are_read_with_title_or_beginning(tmp_path):
    records = [{"title": "Hen", "text": "The hen\u2019s “egg”…"}, {"text": "x" * 200}]
    path = write_lines(tmp_path / "a.jsonl.xz", map(json.dumps, records))
    assert list(read_works(path)) == [Work("Hen", 'The hen\'s "egg"...'), Work("x" * 120, "x" * 200)]


def test_pairs_give_their_english_side(tmp_path):
    path = write_lines(tmp_path / "pairs.tsv.xz", ["Go.\tVe.\tcredit", "Run!\t¡Corre!"])
    assert [work.text for work in read_works(path)] == ["Go.", "Run!"]


@pytest.mark.parametrize("line", ["", "{", "[]", '{"title": "no text"}', '{"text": 3}'])
def test_a_line_that_is_no_work_is_named(tmp_path, line):
    path = write_lines(tmp_path / "a.jsonl.xz", ['{"text": "fine"}', line])
    with pytest.raises(InputError, match=r"a\.jsonl\.xz:2: not a work"):
        list(read_works(path))


def test_pages_become_paragraphs():
    assert corpus.unwrapped("One\nday.\n\n\n\nThe end.\n") == "One day.\nThe end."
    assert corpus.unwrapped(" One line.\nAnother. ") == "One line.\nAnother."


@given(st.text(min_size=1))
def test_the_split_looks_through_case_and_spaces(key):
    assert is_held_out(key, 50) == is_held_out(f"  {key}\n", 50)
    assert is_held_out(key, 100)
    assert not is_held_out(key, 0)


def test_the_split_holds_out_its_share_and_never_changes():
    keys = [f"story {number}" for number in range(5000)]
    held_out = [key for key in keys if is_held_out(key, 2)]
    assert 70 <= len(held_out) <= 130
    # These few are written down, so that a change of the rule, which would mix the two sides, is noticed.
    assert held_out[:4] == ["story 126", "story 166", "story 170", "story 204"]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=8))
def test_token_files_hold_every_document_and_its_bytes(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("tokens") / "a.bin"
    file = write_tokens(texts, TOKENIZER, path)
    parts = np.split(file.tokens, np.flatnonzero(file.tokens == 0) + 1)[:-1]
    assert [TOKENIZER.decode(part[:-1].tolist()) for part in parts] == texts
    assert (file.text_bytes, file.documents) == (sum(len(text.encode()) for text in texts), len(texts))
    again = TokenFile.open(path)
    assert np.array_equal(again.tokens, file.tokens)
    assert file.bytes_per_token == file.text_bytes / max(len(file.tokens), 1)


def test_a_damaged_token_file_is_refused(tmp_path):
    path = tmp_path / "a.bin"
    with pytest.raises(InputError, match="prepare the data again"):
        TokenFile.open(path)
    write_tokens(["The cat sat"] * 10, TOKENIZER, path)
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(InputError, match="prepare the data again"):
        TokenFile.open(path)


@pytest.fixture
def sources(tmp_path):
    """Two token files that cannot be confused: every token of the first is below 100, of the second above."""
    made = []
    for name, low in (("low", 0), ("high", 100)):
        np.arange(low, low + 100, dtype=np.uint16).tofile(tmp_path / f"{name}.bin")
        (tmp_path / f"{name}.json").write_text(json.dumps({"tokens": 100, "bytes": 400, "documents": 1}))
        made.append(TokenFile.open(tmp_path / f"{name}.bin"))
    return made


def test_windows_are_runs_of_neighbours(sources):
    batch = mixture(sources, [1, 1], rows=50, window=9, seed=1, step=0)
    assert batch.shape == (50, 10)
    assert batch.dtype == np.int64
    assert (np.diff(batch, axis=1) == 1).all()


def test_sources_are_drawn_by_weight(sources):
    batches = [mixture(sources, [3, 1], rows=16, window=9, seed=1, step=step) for step in range(200)]
    share = np.mean(np.concatenate(batches)[:, 0] < 100)
    assert share == pytest.approx(0.75, abs=0.03)
    assert (mixture(sources, [0, 1], rows=50, window=9, seed=1, step=0) >= 100).all()


def test_a_step_is_always_the_same_batch_and_another_step_another(sources):
    one, same, other, seed = (
        mixture(sources, [1, 1], rows=8, window=9, seed=s, step=t) for s, t in ((1, 5), (1, 5), (1, 6), (2, 5))
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert not np.array_equal(one, seed)


def test_the_last_tokens_can_be_reached(sources):
    """A window that ends with the very last token is drawn too."""
    batches = [mixture(sources[:1], [1], rows=64, window=89, seed=1, step=step) for step in range(5)]
    assert np.concatenate(batches).max() == 99


def test_a_source_shorter_than_a_window_is_refused(sources):
    with pytest.raises(ValueError, match="100 tokens"):
        mixture(sources, [1, 1], rows=4, window=100, seed=1, step=0)


@pytest.fixture
def documents(tmp_path):
    """A file of 29 documents of 10 tokens, of which 0 is the last: the others tell document and place."""
    ids = [[100 + 10 * document + place for place in range(1, 10)] for document in range(1, 30)]
    return write_documents(((tokens, 9) for tokens in ids), 0, tmp_path / "documents.bin")


def test_beginnings_are_where_documents_begin(documents):
    assert documents.beginnings.tolist() == list(range(0, 290, 10))
    assert len(documents.beginnings) == documents.documents


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_share_of_the_windows_starts_as_a_prompt_does(documents, share):
    """A tenth of all places is a beginning by itself. The rows that are not moved are those of a share of 0."""
    batches = [
        [mixture([documents], [1], rows=64, window=20, seed=1, step=step, beginnings=s) for step in range(20)]
        for s in (share, 0.0)
    ]
    moved, random = (np.concatenate(rows) for rows in batches)
    at_beginning = moved[:, 0] % 10 == 1
    assert at_beginning.mean() == pytest.approx(share + (1 - share) / 10, abs=0.04)
    same = (moved == random).all(axis=1)
    assert (same | at_beginning).all()
    assert (np.diff(moved[at_beginning][:, :9], axis=1) == 1).all()

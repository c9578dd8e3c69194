"""tokenize, compare and merges: what their records hold, and that words and pictures tell the same."""

from __future__ import annotations

import io
import json
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from tutor import views
from tutor.engine.tokenization import KINDS
from tutor.errors import InputError, UsageError
from tutor.experiments import compare, merges, tokenize
from tutor.experiments.frame.record import to_json
from tutor.views.ascii import Ascii

ODD = [
    "",
    " ",
    "\n\t ",
    "👩‍👩‍👧👍🏽",
    "שלום עולם",
    "e\u0301",
    "\u200d",
    "\x1b[31m\x00",
    "\u202eabc",
    "x" * 3000,
    "\r\n",
]


def drawn(name, result, width=80, ascii_only=False):
    console = Console(file=io.StringIO(), width=width, color_system=None, highlight=False)
    picture = views.picture(name, result)
    with console.capture() as capture:
        console.print(Ascii(picture) if ascii_only else picture)
    return capture.get()


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("kind", KINDS)
def test_any_text_gives_a_record_a_picture_and_words(text, kind):
    inputs = tokenize.Inputs(text, kind)
    result = tokenize.run(inputs)
    document = json.loads(to_json("tokenize", inputs, result))
    assert document["schema"] == "tutor/tokenize/1"
    assert document["result"]["text"] == text
    assert document["result"]["token_count"] == len(document["result"]["tokens"])
    sentences = views.words("tokenize", result)
    picture = drawn("tokenize", result)
    assert all(cell_len(line) <= 80 for line in picture.splitlines())
    for shown in (*sentences, *picture.splitlines()):  # nothing may move the cursor or turn the direction
        assert not re.search(r"[\x00-\x1f\x7f\u202e]", shown)


def test_counts_of_a_text():
    result = tokenize.run(tokenize.Inputs("Mañana 2!", "char"))
    assert (result.token_count, result.character_count, result.byte_count) == (9, 9, 10)
    assert result.characters_per_token == 1
    assert result.bytes_per_token == pytest.approx(10 / 9)
    assert result.unknown_id is None
    empty = tokenize.run(tokenize.Inputs(""))
    assert (empty.token_count, empty.characters_per_token, empty.bytes_per_token, empty.most_split) == (
        0,
        None,
        None,
        None,
    )


def test_the_word_that_takes_most_tokens():
    """In characters: "three" has five; spaces belong to no word."""
    result = tokenize.run(tokenize.Inputs("one  three two eight", "char"))
    assert result.most_split == tokenize.WordSplit("three", 5)
    by_piece = tokenize.run(tokenize.Inputs("the unbelievable cat", "bpe"))
    alone = tokenize.run(tokenize.Inputs(" unbelievable", "bpe"))
    assert by_piece.most_split == tokenize.WordSplit("unbelievable", alone.token_count)


def test_words_name_every_token_with_its_id_and_span():
    result = tokenize.run(tokenize.Inputs("Hello, unbelievable world", "wordpiece"))
    told = "\n".join(views.words("tokenize", result))
    for token in result.tokens:
        assert f"'{token.text}', has id {token.id}, from character {token.start} to {token.end}." in told
    assert f"{result.token_count} tokens" in told


def test_words_say_what_is_unknown_and_what_is_lost():
    told = views.words("tokenize", tokenize.run(tokenize.Inputs("Zyxgr sleeps", "word")))
    assert told[1] == "1 token unknown, id 40056, standing for 'Zyxgr'."
    assert any("do not give this text back" in sentence for sentence in told)
    assert "only spaces" in views.words("tokenize", tokenize.run(tokenize.Inputs("  ", "word")))[0]
    assert "is empty" in views.words("tokenize", tokenize.run(tokenize.Inputs("")))[0]


def test_a_long_text_is_told_and_drawn_in_part():
    result = tokenize.run(tokenize.Inputs("cat " * 5000, "char"))
    assert len(views.words("tokenize", result)) < 1010
    assert "… and 18,000 more tokens" in drawn("tokenize", result)


def test_compare_puts_each_tokenizer_beside_the_others():
    result = compare.run(compare.Inputs("Mañana 👍"))
    assert [split.tokenizer for split in result.splits] == list(KINDS)
    for split in result.splits:
        alone = tokenize.run(tokenize.Inputs("Mañana 👍", split.tokenizer))
        assert (split.tokens, split.unknown_count, split.lossless) == (
            alone.tokens,
            alone.unknown_count,
            alone.lossless,
        )
    assert [split.tokenizer for split in result.splits if split.lossless] == ["bpe", "char", "byte"]
    picture = drawn("compare", result)
    for split in result.splits:
        assert re.search(
            rf"^{split.tokenizer} +{split.token_count} +{split.characters_per_token:.2f} ", picture, re.M
        )


def test_compare_reads_who_needs_fewest():
    told = views.words("compare", compare.run(compare.Inputs("the cat", ("bpe", "char", "bpe"))))
    assert told[0] == "For 7 characters and 7 bytes, bpe needs fewest tokens (2) and char most (7)."
    assert told[1] == "The ids of all give the text back."
    assert len(told) == 4  # the same tokenizer twice is one row
    told = views.words("compare", compare.run(compare.Inputs("Zyxgr", ("word", "char"))))
    assert told[0] == "For 5 characters and 5 bytes, char needed 5 tokens; the others have unknown ones."
    assert "word (1)" in told[1]
    told = views.words("compare", compare.run(compare.Inputs("Zyxgr", ("word", "bpe", "char"))))
    assert "bpe needs fewest tokens without an unknown one" in told[0]


@pytest.mark.parametrize("text", ODD)
def test_compare_takes_any_text(text):
    result = compare.run(compare.Inputs(text))
    assert views.words("compare", result)
    for width in (80, 30):
        assert all(cell_len(line) <= width for line in drawn("compare", result, width).splitlines())


def test_merges_build_the_word_step_by_step():
    result = merges.run(merges.Inputs("unbelievable"))
    assert result.start == tuple("unbelievable")
    for before, step in zip((result.start, *(step.pieces for step in result.merges)), result.merges, strict=False):
        assert "".join(step.pieces) == "unbelievable"
        assert len(step.pieces) < len(before)
        assert step.left + step.right in step.pieces
        assert 0 <= step.rank < result.merge_count
    tokens = tokenize.run(tokenize.Inputs("unbelievable")).tokens
    assert result.pieces == tuple(token.text for token in tokens)
    assert result.ids == tuple(token.id for token in tokens)


def test_merges_are_drawn_and_told_in_their_order():
    result = merges.run(merges.Inputs("unbelievable"))
    told = views.words("merges", result)
    assert told[0].startswith(f"{len(result.merges)} merges join the 12 pieces of 'unbelievable' into")
    rows = drawn("merges", result).splitlines()
    for step, sentence, row in zip(result.merges, told[2:], rows[2:], strict=False):
        assert f"'{step.left}' and '{step.right}', rank {step.rank:,}" in sentence
        assert row.split()[:4] == [f"{step.rank:,}", step.left, "+", step.right]
        assert "|".join(step.pieces) in row


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("", "it is empty"),
        ("  \n", "nothing but spaces"),
        ("don't", "2 words to the tokenizer"),
        ("the cat", "'the', ' cat'"),
        ("1987", "4 words"),
        ("a\nb", r"'a\\nb': this is 3 words"),
        ("x" * 201, "201 characters are more than 200"),
        ("a\ud83d", "not Unicode"),
    ],
)
def test_merges_of_what_is_no_word(word, line):
    with pytest.raises(InputError, match=line):
        merges.run(merges.Inputs(word))


@pytest.mark.parametrize("kind", ["word", "wordpiece", "unigram", "char", "byte"])
def test_only_bpe_has_merges(kind):
    with pytest.raises(UsageError, match="no merges"):
        merges.run(merges.Inputs("word", kind))


@pytest.mark.parametrize("word", ["👍", " unbelievable", "ñ"])
def test_merges_of_odd_words(word):
    result = merges.run(merges.Inputs(word))
    assert result.pieces == tuple(token.text for token in tokenize.run(tokenize.Inputs(word)).tokens)
    assert drawn("merges", result, ascii_only=True).isascii()

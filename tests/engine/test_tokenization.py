"""Tokenizers against their own library, against Python's string methods, and against answers worked out by hand."""

from __future__ import annotations

import json
import string
import subprocess
import sys

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor import paths
from tutor.engine import merges, subword, tokenization, tokenizer_training, vocabulary
from tutor.errors import InputError

TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="aeinstr -'.,!2024\nÉñ日👍\u200d", max_size=60),
    st.lists(
        st.sampled_from(["un", "believ", "able", " the", "Mañana ", "  ", "\n", "👩‍👩‍👧", "שלום", "3.14"]),
        max_size=12,
    ).map("".join),
)
ROWS = (paths.bundled_models() / "words" / "words.txt").read_text(encoding="utf-8").splitlines()


def library(kind: str) -> tokenizers.Tokenizer:
    return tokenizers.Tokenizer.from_file(str(paths.bundled_models() / "tokenizers" / f"{kind}.json"))


LIBRARY = {kind: library(kind) for kind in tokenization.TRAINED}


def texts(tokens):
    return [token.text for token in tokens]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("word", "Transformers are amazing!", ["Transformers", "are", "amazing", "!"]),
        ("char", "Hi!", ["H", "i", "!"]),
        ("word", "", []),
        ("word", " \n\t ", []),
        ("word", "It costs €20.", ["It", "costs", "€", "2", "0", "."]),
        ("byte", "aé", ["a", "<0xC3>", "<0xA9>"]),
        ("bpe", "👍", ["<0xF0>", "<0x9F>", "<0x91>", "<0x8D>"]),
        ("bpe", "in 2024", ["in", " ", "2", "0", "2", "4"]),
    ],
)
def test_known_answers(kind, text, expected):
    assert texts(tokenization.load(kind).encode(text)) == expected


@pytest.mark.parametrize("kind", tokenization.TRAINED)
@given(text=TEXTS)
@settings(max_examples=400, deadline=None)
def test_trained_kinds_agree_with_the_library(kind, text):
    """Ids, spans and, spelled back, the texts are those that `tokenizers` gives."""
    expected = LIBRARY[kind].encode(text, add_special_tokens=False)
    tokens = tokenization.load(kind).encode(text)
    assert [token.id for token in tokens] == expected.ids
    assert [(token.start, token.end) for token in tokens] == expected.offsets
    for token in tokens:
        if kind == "bpe":  # the library writes a part of a character as U+FFFD
            decoded = LIBRARY[kind].decode([token.id], skip_special_tokens=False)
            assert token.text == decoded or ("\ufffd" in decoded and "<0x" in token.text)
        else:
            assert token.text == LIBRARY[kind].id_to_token(token.id).replace("▁", " ")


@pytest.mark.parametrize("kind", ["bpe", "char", "byte"])
@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_lossless_kinds_give_every_text_back(kind, text):
    tokenizer = tokenization.load(kind)
    tokens = tokenizer.encode(text)
    assert tokenizer.decode([token.id for token in tokens]) == text
    assert tokenizer.unknown_id is None


@pytest.mark.parametrize("kind", ["bpe", "char", "byte"])
@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_spans_cover_the_text(kind, text):
    """In order, without a gap; two overlap only where both are parts of one character."""
    covered = 0
    for token in tokenization.load(kind).encode(text):
        assert token.start in (covered, covered - 1)
        assert token.start < token.end >= covered
        covered = token.end
        if "<0x" not in token.text:
            assert text[token.start : token.end] == token.text
    assert covered == len(text)


@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_bytes_and_characters_are_pythons_own(text):
    assert [token.id for token in tokenization.load("byte").encode(text)] == list(text.encode())
    assert [chr(token.id) for token in tokenization.load("char").encode(text)] == list(text)


@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_words_leave_out_nothing_but_spaces(text):
    tokenizer = tokenization.load("word")
    tokens = tokenizer.encode(text)
    # A joiner holds what follows it even if that is a space.
    if "\u200d" not in text:
        assert "".join(text[token.start : token.end] for token in tokens) == "".join(text.split())
    for token in tokens:
        part = text[token.start : token.end]
        if token.id == tokenizer.unknown_id:
            assert token.text == "[UNK]"
            assert part.lower() not in ROWS[:2000]
        else:
            assert token.text == part
            assert ROWS[token.id] == part.lower() if token.id < len(ROWS) else len(part) == 1


@pytest.mark.parametrize("text", ["👩‍👩‍👧", "👍🏽", "नमस्ते", "e\u0301te\u0301", "日本語"])
def test_a_word_keeps_the_marks_written_on_it(text):
    assert [(token.start, token.end) for token in tokenization.load("word").encode(text)] == [(0, len(text))]


def test_every_word_and_sign_has_its_own_id():
    tokenizer = tokenization.load("word")
    signs = tokenizer.encode(string.digits + string.punctuation)
    ids = {token.id for token in (*signs, *tokenizer.encode(" ".join(ROWS)))}
    assert len(signs) == len(string.digits + string.punctuation)
    assert len(ids) == len(signs) + len(ROWS)
    assert tokenizer.unknown_id not in ids
    assert max(ids) < tokenizer.vocabulary_size


@pytest.mark.parametrize("kind", tokenization.TRAINED)
def test_digits_stand_alone_in_every_vocabulary(kind):
    tokenizer = tokenization.load(kind)
    assert tokenizer.vocabulary_size == 8000
    assert texts(tokenizer.encode("x 1987"))[-4:] == [*"1987"]
    pieces = LIBRARY[kind].get_vocab()
    assert not [piece for piece in pieces if sum(character in string.digits for character in piece) > 1]


def test_what_is_unknown_has_the_unknown_id():
    for kind, name in (("word", "[UNK]"), ("wordpiece", "[UNK]"), ("unigram", "<unk>")):
        split = tokenization.split("a 👍", kind)
        assert split.unknown_count == 1
        assert split.tokens[-1].text == name
        assert split.tokens[-1].id == split.unknown_id
        assert not split.lossless
    assert tokenization.split("a 👍", "bpe").unknown_count == 0


def test_half_a_surrogate_pair_is_no_text():
    for kind in tokenization.KINDS:
        with pytest.raises(InputError, match="character 1 is not Unicode"):
            tokenization.load(kind).encode("a\ud83d")


# Files


@pytest.fixture
def trained(tmp_path):
    """A small tokenizer in a folder, dressed like a model's own: it adds marks, cuts and trims."""
    tokenizer = tokenizer_training.train("bpe", ["the cat and the hat sat"] * 20, 300)
    tokenizer.add_special_tokens(["<s>"])
    tokenizer.post_processor = tokenizers.processors.Sequence(
        [
            tokenizers.processors.ByteLevel(trim_offsets=True),
            tokenizers.processors.TemplateProcessing(
                "<s> $A", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))]
            ),
        ]
    )
    tokenizer.enable_truncation(4)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def test_a_path_is_a_file_or_a_folder_with_one(trained):
    text = "the cat and the hat sat on"
    by_folder = tokenization.load(str(trained)).encode(text)
    assert by_folder == tokenization.load(str(trained / "tokenizer.json")).encode(text)
    assert "".join(texts(by_folder)) == text  # no mark is added, nothing is cut off
    assert [text[token.start : token.end] for token in by_folder] == texts(by_folder)
    assert texts(tokenization.load(str(trained)).encode("<s> cat"))[0] == "<s>"


def test_a_model_lends_its_tokenizer_by_name(trained, state):
    home = state / "models" / "mine"
    home.mkdir(parents=True)
    (trained / "tokenizer.json").rename(home / "tokenizer.json")
    assert (
        tokenization.load("mine").vocabulary_size
        == tokenizers.Tokenizer.from_file(str(home / "tokenizer.json")).get_vocab_size()
    )
    with pytest.raises(InputError, match=r"choose one of: word, bpe, wordpiece, unigram, char, byte,.* mine"):
        tokenization.load("nobody")


def test_a_changed_file_is_read_again(trained):
    before = tokenization.load(str(trained)).vocabulary_size
    tokenizer_training.train("bpe", ["a b c"], 260).save(str(trained / "tokenizer.json"))
    assert tokenization.load(str(trained)).vocabulary_size < before


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "no tokenizer that can be read"),
        (b"[]", "no tokenizer that can be read"),
        (b'{"model": {}}', "no tokenizer that can be read"),
        (b"\x00\x01", "binary file"),
        (b"\xff\xfe{", "not UTF-8"),
    ],
)
def test_a_damaged_file_is_one_clear_line(tmp_path, content, why):
    (tmp_path / "tokenizer.json").write_bytes(content)
    with pytest.raises(InputError, match=why) as caught:
        tokenization.load(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(InputError, match=r"no tokenizer\.json in it"):
        tokenization.load(str(tmp_path))
    with pytest.raises(InputError, match="no such tokenizer"):
        tokenization.load(str(tmp_path / "nothing.json"))
    with pytest.raises(InputError, match="no such tokenizer"):
        tokenization.load("")


# Merges


def test_merges_by_hand():
    """Of aabab: (a, b) is the best known pair and joins twice; then a with ab; nothing joins the last two."""
    ranks = {("a", "b"): 0, ("a", "ab"): 1, ("b", "a"): 2}
    steps = merges.merge_all("aabab", ranks)
    assert [step.pieces for step in steps] == [("a", "ab", "ab"), ("aab", "ab")]
    assert [step.rank for step in steps] == [0, 1]
    assert merges.merge_all("aaa", {("a", "a"): 0})[-1].pieces == ("aa", "a")
    assert merges.merge_all("", ranks) == ()


def merged(tokenizer: subword.SubwordTokenizer, word: str) -> list[str]:
    start = tokenizer.first_pieces(word)
    steps = merges.merge_all(start, tokenizer.merges, tokenizer.continuing_prefix)
    return list(steps[-1].pieces if steps else start)


@given(word=st.one_of(st.sampled_from(ROWS), st.text(min_size=1, max_size=20)))
@settings(max_examples=800, deadline=None)
def test_merges_end_where_the_library_ends(word):
    tokenizer = tokenization.load("bpe")
    assert isinstance(tokenizer, subword.SubwordTokenizer)
    pieces = [piece for part in tokenizer.split_words(word) for piece in merged(tokenizer, part)]
    assert pieces == LIBRARY["bpe"].encode(word, add_special_tokens=False).tokens
    assert [tokenizer.id_of(piece) for piece in pieces] == LIBRARY["bpe"].encode(word).ids


@pytest.mark.parametrize("marks", [{"end_of_word_suffix": "</w>"}, {"continuing_subword_prefix": "##"}])
def test_merges_with_marks_end_where_the_library_ends(tmp_path, marks):
    """As GPT-1 and CLIP mark the end of a word, and BERT its inside."""
    made = tokenizers.Tokenizer(tokenizers.models.BPE(**marks))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    corpus = ["low lower lowest newer newest wide wider widest"] * 5
    made.train_from_iterator(corpus, tokenizers.trainers.BpeTrainer(vocab_size=60, show_progress=False, **marks))
    made.save(str(tmp_path / "tokenizer.json"))
    tokenizer = tokenization.load(str(tmp_path))
    assert isinstance(tokenizer, subword.SubwordTokenizer)
    for word in corpus[0].split():
        assert merged(tokenizer, word) == made.encode(word).tokens


# Training


LINES = [" ".join(ROWS[start : start + 10]) + f" {start}" for start in range(0, 6000, 10)]


@pytest.mark.parametrize("kind", tokenizer_training.TRAINED_KINDS)
def test_training_keeps_to_its_size_and_makes_text_shorter(kind):
    made = tokenizer_training.train(kind, LINES, 400)
    assert made.get_vocab_size() <= 400
    assert len(made.encode(LINES[0]).tokens) < len(LINES[0]) / 1.5
    assert made.encode("the 60").tokens[-2:] == ["6", "0"]


def test_training_bpe_is_repeatable():
    """The other two depend on the order in which their trainers' threads and tables come round."""
    first, second = (tokenizer_training.train("bpe", LINES, 300).to_str() for _ in range(2))
    assert first == second


def test_the_kinds_are_the_same_everywhere():
    assert tokenizer_training.TRAINED_KINDS == tokenization.TRAINED
    assert set(tokenization.TRAINED) < set(tokenization.KINDS)
    files = {file.stem for file in (paths.bundled_models() / "tokenizers").glob("*.json")}
    assert files == set(tokenization.TRAINED)


# Words and imports


def test_a_word_is_found_in_any_case():
    assert vocabulary.find(" King ") == "king"
    assert vocabulary.rows()["the"] == 0
    assert len(vocabulary.words()) == len(set(vocabulary.words())) == 40_000


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("helllo", "did you mean hello"),
        ("kign", "did you mean king"),
        ("recieve", "did you mean receive"),
        ("qqqqqqqq", "try one of the 40,000"),
        ("two words", "more than one word"),
        ("two\nlines", "more than one word"),
        (" ", "nothing but spaces"),
        ("x" * 100_000, "no vector"),
        ("👩‍👩‍👧", "no vector"),
    ],
)
def test_an_unknown_word_is_one_clear_line(word, line):
    with pytest.raises(InputError, match=line) as caught:
        vocabulary.find(word)
    assert len(str(caught.value)) < 200
    assert str(caught.value).isprintable() or "\u200d" in word


def test_nothing_heavy_is_imported():
    """Words, characters and bytes need the standard library alone, and subwords no torch."""
    program = (
        "import sys, json; from tutor.engine import tokenization as t\n"
        "t.load('word').encode('a cat'); plain = set(sys.modules); t.load('bpe').encode('a cat')\n"
        "print(json.dumps([sorted({'numpy', 'tokenizers'} & plain), sorted({'numpy', 'torch'} & set(sys.modules))]))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == [[], []]

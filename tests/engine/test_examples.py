"""Files as people have them: columns, tasks, bad rows, encodings; each against what was written."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import pickle
import zipfile

import pytest
from tokenizers import Tokenizer

from tests.fakes import tokenizer_json
from tutor import paths
from tutor.engine.examples import Columns, LabelledRow, PromptRow, TextRow, Turn, open_examples, paragraphs
from tutor.errors import InputError


def put(tmp_path, name: str, text: str | bytes, encoding: str = "utf-8"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def rows_of(path, *arguments, **options) -> list:
    return list(open_examples(path, *arguments, **options).rows())


def test_the_practice_files_are_what_they_are():
    practice = paths.lessons() / "practice"
    expected = {"spam.csv": ("classify", "csv"), "clauses.jsonl": ("prompt", "jsonl"), "story.txt": ("lm", "text")}
    for name, found in expected.items():
        examples = open_examples(practice / name)
        assert (examples.task, examples.format, examples.encoding) == (*found, "UTF-8")
        assert sum(1 for _ in examples.rows()) == examples.found.rows > 50
        assert not examples.skipped


@pytest.mark.parametrize(
    ("header", "task", "columns"),
    [
        ("text", "lm", {"text": "text"}),
        ("story", "lm", {"text": "story"}),
        ("odd name", "lm", {"text": "odd name"}),
        ("text,label", "classify", {"text": "text", "label": "label"}),
        ("id,Review,Sentiment", "classify", {"text": "Review", "label": "Sentiment"}),
        ("id,text,author", "lm", {"text": "text"}),
        ("prompt,completion", "prompt", {"prompt": "prompt", "completion": "completion"}),
        ("Question,Answer,category", "prompt", {"prompt": "Question", "completion": "Answer"}),
        ("instruction,input,output", "prompt", {"prompt": "instruction", "context": "input", "completion": "output"}),
        ("text,message,label", "classify", {"text": "text", "label": "label"}),
    ],
)
def test_columns_are_found_by_name(tmp_path, header, task, columns):
    path = put(tmp_path, "a.csv", header + "\n" + ",".join("x" for _ in header.split(",")) + "\n")
    examples = open_examples(path)
    assert (examples.task, examples.columns.given()) == (task, columns)


@pytest.mark.parametrize(
    ("header", "task", "why"),
    [
        ("a,b", None, "its columns are a, b, and it cannot be told which is which; say it with --text-column NAME"),
        ("message,review,label", None, "--text-column NAME"),
        ("a,b", "classify", "--text-column NAME and --label-column NAME"),
        ("a,b", "prompt", "--prompt-column NAME and --completion-column NAME"),
        ("text,label,prompt,completion", None, r"fit several tasks; say which with --task \(prompt, classify\)"),
        ("text,text", None, "several columns are called 'text'"),
    ],
)
def test_what_cannot_be_decided_is_asked_in_a_line(tmp_path, header, task, why):
    path = put(tmp_path, "a.csv", header + "\n" + ",".join("x" for _ in header.split(",")) + "\n")
    with pytest.raises(InputError, match=why) as told:
        open_examples(path, task)
    assert "\n" not in str(told.value)


def test_columns_are_given(tmp_path):
    path = put(tmp_path, "a.csv", "what,Which One,text\nham,hello,no\n")
    columns = Columns(text="which one", label="what")
    assert rows_of(path, columns=columns) == [LabelledRow(2, "hello", "ham")]
    with pytest.raises(InputError, match=r"no column 'body'; give --text-column one of what, Which One, text"):
        open_examples(path, columns=Columns(text="body"))
    with pytest.raises(InputError, match="plain text has no columns"):
        open_examples(put(tmp_path, "a.txt", "a\n"), columns=Columns(text="text"))


def test_a_file_without_a_header_has_numbered_columns(tmp_path):
    path = put(tmp_path, "sms.tsv", 'ham\tGo "there"\nspam\tWin "now\n')
    rows = [LabelledRow(1, 'Go "there"', "ham"), LabelledRow(2, 'Win "now', "spam")]
    assert rows_of(path, columns=Columns(text="2", label="1")) == rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_delimiters_quotation_marks_and_line_ends(tmp_path, delimiter, end):
    table = [["text", "label"], ["one, two; three | four", "a"], ['he said "no"', "b"], ["two\nlines", "a"]]
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter, lineterminator=end).writerows(table)
    expected = [LabelledRow(number, *cells) for number, cells in enumerate(table[1:], 2)]
    assert rows_of(put(tmp_path, "a.csv", written.getvalue())) == expected


def test_a_bad_row_is_refused_by_its_number_or_left_out_and_told(tmp_path):
    text = 'text,label\ngood,a\ntoo,many,cells\nfew\n\n,b\n"open" wrong,a\ngood,a\nlast,b\n"never closed,b\n'
    path = put(tmp_path, "a.csv", text)
    with pytest.raises(InputError, match=r"a\.csv, row 3: it has 3 cells, the table 2 columns.*--bad-rows skip"):
        rows_of(path)
    examples = open_examples(path, bad_rows="skip")
    assert [row.text for row in examples.rows()] == ["good", "good", "last"]
    found = examples.found
    assert (examples.skipped, found.empty, found.duplicates, found.rows) == (5, 1, 1, 3)
    assert [row.number for row in found.first_skipped] == [3, 4, 6, 7, 10]
    told = " ".join(found.notes())
    for part in (
        "5 rows are left out: a.csv row 3",
        "its text is empty",
        "not doubled: line 7",
        "not closed: line 10",
    ):
        assert part in told
    assert "Labels: a 2, b 1." in told
    assert list(examples.rows()) and examples.found == found  # as often as wanted, counted anew


def test_bad_lines_of_json(tmp_path):
    lines = [
        '{"text": "a", "label": 1}', "{", "[1]", '{"text": null, "label": 0}', '{"label": 0}', "",
        '{"text": ["x"], "label": 0}', '{"text": "\\ud800", "label": 0}', '{"text": "b", "label": true}',
        "[" * 100_000, '{"text": "a\\u0000", "label": 0}',
    ]  # fmt: skip
    examples = open_examples(put(tmp_path, "a.jsonl", "\n".join(lines)), bad_rows="skip")
    assert list(examples.rows()) == [LabelledRow(1, "a", "1"), LabelledRow(9, "b", "true")]
    assert (examples.skipped, examples.found.empty) == (8, 1)


def test_uneven_and_rare_labels_are_told(tmp_path):
    text = "text,label\n" + "".join(f"t{i},common\n" for i in range(99)) + "u,rare\nt1,rare\n"
    examples = open_examples(put(tmp_path, "a.csv", text))
    list(examples.rows())
    told = " ".join(examples.found.notes())
    for part in (
        "common 99, rare 2",
        "common is 50 times as common as rare",
        "1 label(s) with fewer",
        "another label",
    ):
        assert part in told


def test_conversations(tmp_path):
    open_ai = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}
    share = {"messages": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]}
    bad = [
        {"messages": []}, {"messages": "no"}, {"messages": [{"role": "assistant", "content": "alone"}]},
        {"messages": [{"role": "tool", "content": ""}]}, {"messages": [{"role": "user", "content": 1}]},
    ]  # fmt: skip
    path = put(tmp_path, "a.jsonl", "\n".join(json.dumps(row) for row in (open_ai, *bad, share)))
    examples = open_examples(path, bad_rows="skip")
    turns = (Turn("user", "Hi"), Turn("assistant", "Hello"))
    assert list(examples.rows()) == [PromptRow(1, turns), PromptRow(7, turns)]
    assert examples.task == "prompt" and examples.skipped == 5


def test_an_instruction_with_its_input_is_one_prompt(tmp_path):
    path = put(tmp_path, "a.jsonl", '{"instruction": "Add.", "input": "2 + 2", "output": 4}\n')
    (row,) = rows_of(path)
    assert (row.prompt, row.completion) == ("Add.\n2 + 2", "4")


SAMPLE = "Äpfel, naïve “quotes” – 10 €\nsecond line\n"


@pytest.mark.parametrize(
    ("data", "name", "text"),
    [
        (SAMPLE.encode(), "UTF-8", SAMPLE),
        (codecs.BOM_UTF8 + SAMPLE.encode(), "UTF-8 with a byte-order mark", SAMPLE),
        (SAMPLE.encode("utf-16"), "UTF-16", SAMPLE),
        (codecs.BOM_UTF16_BE + SAMPLE.encode("utf-16-be"), "UTF-16", SAMPLE),
        (SAMPLE.encode("utf-16-le"), "UTF-16", SAMPLE),
        (SAMPLE.encode("utf-16-be"), "UTF-16", SAMPLE),
        (SAMPLE.encode("utf-32"), "UTF-32", SAMPLE),
        (SAMPLE.encode("cp1252"), "Windows-1252", SAMPLE),
        ("déjà\x81 vu\nici\n".encode("latin-1"), "Latin-1", "déjà\x81 vu\nici\n"),
        (SAMPLE.replace("\n", "\r\n").encode("utf-16"), "UTF-16", SAMPLE),
        (b"plain\r\nascii\r\n", "UTF-8", "plain\nascii\n"),
        (("x" * 1_048_575 + "é\n").encode(), "UTF-8", "x" * 1_048_575 + "é\n"),  # a character across two chunks
    ],
)
def test_encodings_are_found_and_said(tmp_path, data, name, text):
    examples = open_examples(put(tmp_path, "a.txt", data))
    assert examples.encoding == name
    assert "".join(row.text + "\n" * (not row.goes_on) for row in examples.rows()) == text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_tables_in_other_encodings(tmp_path, encoding, suffix):
    text = 'text,label\r\n"naïve, très",é\r\n' if suffix == "csv" else '{"text": "naïve, très", "label": "é"}\r\n'
    (row,) = rows_of(put(tmp_path, f"a.{suffix}", text, encoding))
    assert (row.text, row.label) == ("naïve, très", "é")


def test_a_few_damaged_bytes_in_utf8_are_bad_rows(tmp_path):
    path = put(tmp_path, "a.txt", "première\nsecond\n".encode() + b"caf\xe9\n" + "dernière, très\n".encode())
    with pytest.raises(InputError, match=r"a\.txt, row 3: it holds the byte 0xE9, which is not UTF-8"):
        rows_of(path)
    examples = open_examples(path, bad_rows="skip")
    assert [row.number for row in examples.rows()] == [1, 2, 4]
    assert examples.skipped == 1
    assert rows_of(path, encoding="latin-1")[2].text == "café"
    with pytest.raises(InputError, match="--encoding klingon: no encoding"):
        open_examples(path, encoding="klingon")
    with pytest.raises(InputError, match="not whole ascii"):
        rows_of(path, encoding="ascii")


def test_lines_keep_their_numbers_and_long_ones_are_cut_between_words(tmp_path):
    long = "word " * 60_000
    path = put(tmp_path, "a.md", f"# Title\n\n  indented\n{long}\nlast")
    rows = rows_of(path)
    assert [rows[0], rows[1], rows[-1]] == [TextRow(1, "# Title"), TextRow(3, "  indented"), TextRow(5, "last")]
    pieces = [row for row in rows if row.number == 4]
    assert len(pieces) > 3 and "".join(row.text for row in pieces) == long
    assert all(row.goes_on for row in pieces[:-1]) and all(row.text.startswith(" w") for row in pieces[1:-1])


def test_a_directory_of_texts(tmp_path):
    (tmp_path / "part").mkdir()
    put(tmp_path, "b.txt", "second\n")
    put(tmp_path, "a.md", "naïve\n", "cp1252")
    put(tmp_path, "part/c.txt", "third\n")
    put(tmp_path, ".hidden.txt", "no\n")
    put(tmp_path, "picture.png", b"\x89PNG\x00")
    examples = open_examples(tmp_path)
    assert [row.text for row in examples.rows()] == ["naïve", "second", "third"]
    assert (examples.format, examples.encoding) == ("directory", "Windows-1252, UTF-8")
    assert "1 file is neither .txt nor .md and left out: picture.png." in examples.found.notes()
    put(tmp_path, "part/blank.txt", " \n")
    put(tmp_path, "part/picture.txt", b"\x89PNG\x00")
    with pytest.raises(InputError, match=r"picture\.txt: .* leave such files out with --bad-rows skip"):
        open_examples(tmp_path)
    examples = open_examples(tmp_path, bad_rows="skip")
    assert len(list(examples.rows())) == 3
    assert "2 files are left out: part/blank.txt: it is empty; part/picture.txt:" in " ".join(examples.found.notes())
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"no \.txt or \.md file"):
        open_examples(tmp_path / "empty")


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.xlsx", zipped(), "save it as CSV"),
        ("a.csv", zipped(), "a zip archive"),
        ("a.txt.gz", gzip.compress(b"text", mtime=0), "compressed with gzip, not text; unpack it first"),
        ("a.pkl", pickle.dumps([1, 2]), "a pickle, and opening one can run any program"),
        ("a.txt", bytes(range(256)) * 4, "a binary file, not text"),
        ("a.txt", b"", "it is empty"),
        ("a.csv", b"\xef\xbb\xbf\r\n", "it is empty"),
        ("a.csv", b"text,label\n", "no row to learn from"),
        ("a.csv", b"\ntext,label\na,b\n", "its first row cannot be read"),
        ("a.json", b'[{"text": "a"}]', "one JSON list, not JSON lines; save it with one object on each line"),
        ("a.jsonl", b"1\n2\n", "none of its first lines is a JSON object"),
        ("a.txt", b"\xff\xfea\x00b", "not whole UTF-16"),
        ("missing.txt", None, "no such file"),
    ],
)
def test_what_cannot_be_learned_from_is_told_in_a_line(tmp_path, name, data, why):
    path = tmp_path / name if data is None else put(tmp_path, name, data)
    with pytest.raises(InputError, match=why) as told:
        rows_of(path)
    assert "\n" not in str(told.value)


def test_running_text_as_tokens(tmp_path):
    tokenizer = Tokenizer.from_str(tokenizer_json())

    def texts(path, **options) -> list[str]:
        ids = paragraphs(open_examples(path), tokenizer, **options)
        return [tokenizer.decode(part, skip_special_tokens=False) for part in ids]

    assert texts(put(tmp_path, "a.txt", "The cat\n\nsat")) == ["The cat\n", "sat\n"]
    table = put(tmp_path, "a.csv", 'text\n"The\ncat"\nsat\n')
    assert texts(table, end=0) == ["The\ncat\n<|endoftext|>", "sat\n<|endoftext|>"]
    assert texts(table, spell=str.upper) == ["THE\nCAT\n", "SAT\n"]
    long = put(tmp_path, "b.txt", "it was " * 50_000 + "\nend\n")
    assert "".join(texts(long)) == "it was " * 50_000 + "\nend\n"

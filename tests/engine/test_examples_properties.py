"""Readers of learners' files on generated ones: any bytes give rows or one line; what is written comes back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tutor.engine.examples import Columns, open_examples
from tutor.errors import InputError

SUFFIXES = (".txt", ".md", ".csv", ".tsv", ".jsonl", ".json", "")

bytes_near_a_format = st.one_of(
    st.binary(max_size=200),
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    b"text,label\n", b'"', b",", b"\n", b"\r\n", b"\r", b"\t", b'{"text": "a"}\n', b'{"prompt": "',
                    b'"}', b"[", b"{", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe9", b"\x00", b"\xc3\xa9", b"\x81", b"a;b",
                    b"NaN", b"\xed\xa0\x80", b"\\ud800", b"1e999", b"\x1a",
                    b'{"messages": [{"role": "user", "content": "x"}]}\n',
                ]
            ),
            st.binary(max_size=6),
        ),
        max_size=25,
    ).map(b"".join),
)  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("bytes")


@given(
    bytes_near_a_format,
    st.sampled_from(SUFFIXES),
    st.sampled_from([None, "lm", "classify", "prompt"]),
    st.sampled_from(["skip", "refuse"]),
    st.sampled_from([Columns(), Columns(text="text"), Columns(text="1"), Columns(text="1", label="2")]),
)
@example(b'{"text": "a"}\n{"text": 1e999}', ".jsonl", None, "skip", Columns())
@example(b'{"":""}', ".jsonl", None, "skip", Columns())
@example(b'text\n"', ".csv", None, "skip", Columns())
@example(b"a\rb,c\rd", ".csv", None, "skip", Columns(text="1"))
def test_any_bytes_give_rows_or_one_line(place, data, suffix, task, bad_rows, columns):
    path = place / f"file{suffix}"
    path.write_bytes(data)
    try:
        examples = open_examples(path, task, columns, bad_rows)
        rows = list(examples.rows())
    except InputError as error:
        assert str(error).isprintable(), str(error)
        return
    assert len(rows) == examples.found.rows > 0
    assert all("".join(examples.found.notes()).isprintable() for _ in rows[:1])
    for row in rows:
        "".join(str(value) for value in vars(row).values()).encode()  # no half characters
    numbers = [row.number for row in rows]
    assert numbers == sorted(numbers)


# csv.writer cannot write what its reader would take for a line end inside a cell with "\r" alone in text mode; both
# are told newline="", so that cells keep theirs. NUL and halves of characters are bad rows, tested elsewhere.
cells = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=20
).filter(str.strip)  # fmt: skip
tables = st.lists(st.tuples(cells, cells), min_size=1, max_size=12)


@given(
    tables,
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_csv_writes_is_read(place, table, delimiter, end, encoding):
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("text", "label"), *table])
    path = place / "table.csv"
    path.write_bytes(written.getvalue().encode(encoding))
    try:
        rows = list(open_examples(path).rows())
    except InputError as error:
        assert "binary" in str(error)  # cells that are mostly control characters
        return
    assert [(row.text, row.label) for row in rows] == [(text, label.strip()) for text, label in table]
    assert [row.number for row in rows] == list(range(2, len(table) + 2))


json_cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1).filter(
    str.strip
)


@given(st.lists(st.tuples(json_cells, json_cells), min_size=1, max_size=12), st.booleans())
def test_what_json_writes_is_read(place, pairs, ascii):
    lines = [json.dumps({"prompt": prompt, "completion": answer}, ensure_ascii=ascii) for prompt, answer in pairs]
    path = place / "pairs.jsonl"
    path.write_bytes("\n".join(lines).encode())
    try:
        rows = list(open_examples(path).rows())
    except InputError as error:
        assert "binary" in str(error)
        return
    assert [(row.prompt, row.completion) for row in rows] == pairs


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\n")), min_size=1))
def test_lines_of_text_are_those_of_the_file(place, lines):
    path = place / "lines.txt"
    path.write_bytes("\n".join(lines).encode())
    try:
        rows = list(open_examples(path).rows())
    except InputError as error:
        assert any(word in str(error) for word in ("binary", "empty", "no row", "archive", "not text"))
        return
    expected = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    found = [(row.number, row.text) for row in rows]
    if lines[0].startswith("\ufeff"):  # a byte-order mark is no part of the text
        expected[0] = (1, expected[0][1].removeprefix("\ufeff"))
    assert found == expected

"""A text as sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.sentences import split


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tom came. He left!", ["Tom came.", "He left!"]),
        ('"Oh?" She ran. (Why?) Nobody knows…', ['"Oh?"', "She ran.", "(Why?)", "Nobody knows…"]),
        ("Mr. Smith and J. R. Jones left. Bye.", ["Mr. Smith and J. R. Jones left.", "Bye."]),
        ("Well... no. At 3.30 a.m. today", ["Well... no.", "At 3.30 a.m. today"]),
        ("broken\nline here\n\nA title\n \nEnd", ["broken\nline here", "A title", "End"]),
        ("猫です。犬です。", ["猫です。", "犬です。"]),
        ("No end", ["No end"]),
        (" \n\n ", []),
    ],
)
def test_where_sentences_end(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in split(text)] == expected


@given(st.text(st.sampled_from("aB.!? \n\"'Mr…。"), max_size=60))
def test_nothing_but_space_is_lost(text: str) -> None:
    spans = list(split(text))
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    assert edges == sorted(edges)
    between = "".join(text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    assert not between.strip()

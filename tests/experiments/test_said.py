"""The check of sentences against records finds what is wrong with them."""

from __future__ import annotations

import pytest

from tests.experiments.said import unsupported

DOCUMENT = {
    "inputs": {"text": "in 1987 it sat"},
    "result": {"share": 0.6249, "count": 12345, "tokens": [{"text": " cat", "id": 7}, {"text": "s", "id": 90}]},
}


@pytest.mark.parametrize(
    "sentence",
    [
        "'cat' has 62 %, id 7.",
        "12,345 of them, 0.62 or 0.625 each; the other 37.5 %.",
        "2 tokens.",
        "1.2e4 in all.",
        "It reads: in 1987 it sat",
        "'in 1987…' was cut; the reader's own.",
    ],
)
def test_what_the_record_bears_out(sentence):
    assert unsupported(DOCUMENT, [sentence]) == []


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("'cat' has 63 %.", "63"),
        ("0.63 each.", "0.63"),
        ("12,354 of them.", "12,354"),
        ("'dog' has id 7.", "'dog'"),
        ("40 tokens.", "40"),
        ("In 1988.", "1988"),
    ],
)
def test_what_it_does_not(sentence, wrong):
    (found,) = unsupported(DOCUMENT, [sentence])
    assert found.startswith(wrong)


def test_what_is_worked_out_has_to_be_given():
    assert unsupported(DOCUMENT, ["3.5 times."]) != []
    assert unsupported(DOCUMENT, ["3.5 times."], (3.46,)) == []

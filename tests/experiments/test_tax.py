"""The language tax: counts against the library's own, rates against what they are defined as."""

from __future__ import annotations

import io

import pytest
import tokenizers
from rich.console import Console

from tutor import paths, views
from tutor.errors import InputError
from tutor.experiments import tax

TEXTS = ("Where is the library?", "¿Dónde está la biblioteca?", "Πού είναι η βιβλιοθήκη;")


@pytest.fixture(scope="module")
def result():
    return tax.run(tax.Inputs(TEXTS, ("bpe", "byte", "wordpiece")))


def test_the_counts_are_the_librarys(result):
    for place, name in ((0, "bpe"), (2, "wordpiece")):
        library = tokenizers.Tokenizer.from_file(str(paths.bundled_models() / "tokenizers" / f"{name}.json"))
        counts = [len(library.encode(text, add_special_tokens=False).ids) for text in TEXTS]
        assert [language.costs[place].token_count for language in result.languages] == counts
    assert [language.costs[1].token_count for language in result.languages] == [len(t.encode()) for t in TEXTS]


def test_the_rates_are_per_token_and_against_the_first(result):
    for language in result.languages:
        for cost, base in zip(language.costs, result.languages[0].costs, strict=True):
            assert cost.times_the_first == cost.token_count / base.token_count
            assert cost.characters_per_token * cost.token_count == pytest.approx(len(language.text))
            assert cost.bytes_per_token * cost.token_count == pytest.approx(len(language.text.encode()))


def test_picture_and_words_name_the_dearest(result):
    console = Console(file=io.StringIO(), width=80, color_system=None)
    console.print(views.picture("tax", result))
    greek = result.languages[2].costs[0]
    assert f"{greek.token_count} ×{greek.times_the_first:.1f}" in console.file.getvalue()
    told = views.words("tax", result)
    assert told[0].startswith("With bpe 'Πού είναι η βιβλιοθήκη;' costs most")
    assert len(told) == 3 + 9


@pytest.mark.parametrize("texts", [(), ("",), ("hello", "  "), ("a",) * 13])
def test_what_cannot_be_compared_is_said(texts):
    with pytest.raises(InputError, match="the texts"):
        tax.run(tax.Inputs(texts))

"""Retrieval: BM25 against brute force and an example worked by hand, and the lessons as they are."""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor import paths, views
from tutor.course import loader
from tutor.engine import retrieval
from tutor.errors import InputError
from tutor.experiments.retrieve import Inputs, run


def test_an_example_worked_by_hand():
    """Three texts of 2, 2 and 4 words, so 8/3 on average; cat is in two of them, red in one.

    weight(cat) = ln((3 − 2 + 0.5)/(2 + 0.5) + 1) = ln 1.6, weight(red) = ln((3 − 1 + 0.5)/(1 + 0.5) + 1) = ln(8/3).
    Text 0, cat once: length factor 0.25 + 0.75 · 2/(8/3) = 0.8125; 1/(1.2 · 0.8125 + 1) = 1/1.975.
    Text 2, cat twice, red once: factor 0.25 + 0.75 · 4/(8/3) = 1.375; 1.2 · 1.375 = 1.65, so 2/3.65 and 1/2.65.
    """
    index = retrieval.Index(["cat sat", "dog ran", "red cat, cat fled"])
    found = index.search("the red cat", 5)
    assert [one.index for one in found] == [2, 0]
    assert found[0].score == pytest.approx(2 / 3.65 * math.log(1.6) + 1 / 2.65 * math.log(8 / 3))
    assert found[1].score == pytest.approx(math.log(1.6) / 1.975)
    assert found[0].matches == ("red", "cat") and found[1].matches == ("cat",)


words = st.sampled_from(["ox", "hen", "pig", "cow", "owl", "fly"])
texts = st.lists(st.lists(words, max_size=9).map(" ".join), min_size=1, max_size=8)


@given(texts, st.lists(words, min_size=1, max_size=4).map(" ".join))
def test_scores_are_those_of_the_formula_in_one_piece(documents, query):
    mean = sum(len(text.split()) for text in documents) / len(documents)
    expected = {}
    for number, text in enumerate(documents):
        counts, total = Counter(text.split()), 0.0
        for word in set(query.split()):
            n = sum(word in other.split() for other in documents)
            idf = math.log(1 + (len(documents) - n + 0.5) / (n + 0.5))
            if counts[word]:
                normal = 1.2 * (1 - 0.75 + 0.75 * len(text.split()) / mean)
                total += idf * counts[word] / (normal + counts[word])
        if total:
            expected[number] = total
    found = retrieval.Index(documents).search(query, 100)
    assert {one.index: pytest.approx(one.score) for one in found} == expected
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_plurals_meet_their_singular_and_other_words_stay():
    assert retrieval.words_of("Heads, head's, HEAD") == ["head"] * 3
    assert retrieval.words_of("queries vectors classes") == ["query", "vector", "classe"]
    assert retrieval.words_of("loss focus is as it's") == ["loss", "focus", "is", "as", "it"]


def test_the_light_reader_sees_the_steps_of_the_full_parser():
    """Same lessons, same titles in the same order; nothing that is meant for the program is left in the text."""
    passages = retrieval.passages(paths.lessons())
    lessons = [loader.load(path) for path in loader.files()]
    expected = [
        (lesson.outline.number, lesson.outline.title, step.title) for lesson in lessons for step in lesson.steps
    ]
    assert [(passage.lesson, passage.title, passage.step_title) for passage in passages] == expected
    for passage in passages:
        assert passage.text and not set(passage.text) & set("`\n")
        assert "holds:" not in passage.text and "tutor tokenize" not in passage.text


def test_a_damaged_lesson_is_passed_over(tmp_path):
    (tmp_path / "01-bad.md").write_bytes(b"# \xff\n## A\nb\n")
    (tmp_path / "02-no-title.md").write_text("## Step\nwords\n")
    (tmp_path / "03-good.md").write_text("# Good\n\n## Try: One\n*red* `x`\n```check\nthat = 1\n```\n```\ncode\n")
    passages = retrieval.passages(tmp_path)
    assert passages == (retrieval.Passage(3, "Good", "One", "red x code"),)


def test_a_query_finds_the_step_that_is_about_it():
    result = run(Inputs("a table of learned rows for each place", 3))
    best = result.matches[0]
    assert (best.lesson, best.step_title) == (7, "A table of places")
    assert result.searched > 80 and len(result.matches) == 3 <= result.found
    for match in result.matches:
        assert len(match.snippet) <= 170
        asked = {term.word for term in result.terms}
        assert set(match.words) <= asked
    told = views.words("retrieve", result)
    assert told[0].startswith("'A table of places' in lesson 7 fits best")


def test_words_that_no_lesson_has_and_no_words_at_all():
    result = run(Inputs("zyxgr"))
    assert result.matches == () and result.found == 0
    assert views.words("retrieve", result)[0].endswith("passages of the lessons holds 'zyxgr'.")
    for query in ("", " ", "?!", "👍"):
        with pytest.raises(InputError, match="there is no word in it"):
            run(Inputs(query))

"""neighbours, analogy, distance and map: their records, and that words and pictures tell the same."""

from __future__ import annotations

import io
import itertools
import json

import numpy as np
import pytest
from rich.console import Console

from tutor import views
from tutor.engine import vectors
from tutor.errors import InputError, UsageError
from tutor.experiments import analogy, distance, neighbours
from tutor.experiments import map as word_map
from tutor.experiments.frame.record import to_json

ROYAL = ("king", "queen", "man", "woman", "dog", "cat", "paris", "rome", "tokyo")


def drawn(name, result, width=80):
    console = Console(file=io.StringIO(), width=width, color_system=None, highlight=False)
    with console.capture() as capture:
        console.print(views.picture(name, result))
    return capture.get()


def test_neighbours_of_a_word_in_capitals():
    result = neighbours.run(neighbours.Inputs(" King ", k=3))
    assert (result.asked, result.word, result.width, result.vocabulary_size) == (" King ", "king", 50, 40_000)
    assert [one.word for one in result.neighbours] == ["prince", "queen", "ii"]
    told = views.words("neighbours", result)
    assert told[0].startswith("Nearest to 'king' is 'prince' (cosine similarity 0.82), then queen and ii;")
    assert "'King' was looked up in lower case" in told[1]
    picture = drawn("neighbours", result).splitlines()
    for one, line, sentence in zip(result.neighbours, picture[1:], told[2:], strict=True):
        assert line.startswith(one.word)
        assert f"{one.similarity:.3f}" in line
        assert one.word in sentence
        assert f"{one.similarity:.3f}" in sentence


def test_the_royal_analogy_needs_its_inputs_left_out():
    result = analogy.run(analogy.Inputs("King", "man", "woman", k=4))
    assert (result.a, result.neighbours[0].word, result.neighbours_with_inputs[0].word) == ("king", "queen", "king")
    assert not {"king", "man", "woman"} & {one.word for one in result.neighbours}
    near = [one.word for one in vectors.neighbours(vectors.vector("king"), 10, without=["king", "man", "woman"])]
    assert near[result.rank_near_a - 1] == "queen"
    told = views.words("analogy", result)
    assert "'queen' (0.85) only because the three words are left out; of all it is 'king' (0.89)" in told[0]
    assert f"number {result.rank_near_a} among the neighbours of 'king' anyway" in told[1]
    picture = drawn("analogy", result)
    assert picture.count("went in") == 1
    for one in (*result.neighbours, *result.neighbours_with_inputs):
        assert f"{one.word} {one.similarity:.3f}" in "\n".join(told)
        assert one.word in picture


def test_an_analogy_of_one_word_thrice_is_its_neighbours():
    result = analogy.run(analogy.Inputs("cat", "cat", "cat"))
    assert result.neighbours_with_inputs[0].word == "cat"
    assert result.rank_near_a == 1
    assert "nearest neighbour of 'cat' anyway" in views.words("analogy", result)[1]


def test_distances_of_three_cities():
    result = distance.run(distance.Inputs(("Paris", "rome", "tokyo", "paris")))
    assert result.words == ("paris", "rome", "tokyo")
    assert [(pair.a, pair.b) for pair in result.pairs] == [("paris", "rome"), ("paris", "tokyo"), ("rome", "tokyo")]
    for pair in result.pairs:
        row, column = result.words.index(pair.a), result.words.index(pair.b)
        assert pair.similarity == result.similarity[row, column]
        assert f"{pair.a} and {pair.b}: {pair.similarity:.3f}." in views.words("distance", result)
        assert f"{pair.similarity:.2f}" in drawn("distance", result)


def test_a_map_shows_every_word_and_names_what_it_breaks():
    inputs = word_map.Inputs(ROYAL)
    result = word_map.run(inputs)
    assert tuple(point.word for point in result.points) == ROYAL
    assert result.share_of_variance == pytest.approx(sum(result.shares))
    assert 0 < result.shares[1] <= result.shares[0] < result.share_of_variance < 1
    similarity = vectors.similarities(ROYAL) - 2 * np.eye(len(ROYAL))
    places = np.array([(point.x, point.y) for point in result.points])
    broken = {pair.word: pair for pair in result.broken}
    for index, word in enumerate(ROYAL):
        lengths = np.linalg.norm(places - places[index], axis=1)
        lengths[index] = np.inf
        nearest, drawn_nearest = ROYAL[similarity[index].argmax()], ROYAL[lengths.argmin()]
        if nearest == drawn_nearest:
            assert word not in broken
        else:
            assert (broken[word].nearest, broken[word].drawn_nearest) == (nearest, drawn_nearest)
    picture, told = drawn("map", result), views.words("map", result)
    assert all(word in picture for word in ROYAL)
    assert f"The map shows {round(100 * result.share_of_variance)} %" in told[0]
    for pair in result.broken:
        assert any(pair.word in line and pair.nearest in line and pair.drawn_nearest in line for line in told)


def test_a_map_brings_in_neighbours():
    result = word_map.run(word_map.Inputs(("dog",), k=4))
    expected = [one.word for one in vectors.neighbours(vectors.vector("dog"), 4, without=["dog"])]
    assert [point.word for point in result.points if not point.asked] == expected
    assert [point.word for point in result.points if point.asked] == ["dog"]


def test_two_words_lie_on_a_line():
    result = word_map.run(word_map.Inputs(("dog", "piano")))
    assert result.shares == pytest.approx((1, 0))
    assert result.broken == ()
    assert "Every word is drawn nearest to the one that really is nearest." in drawn("map", result)


@pytest.mark.parametrize(
    ("run", "inputs"),
    [
        (neighbours.run, neighbours.Inputs("helllo")),
        (analogy.run, analogy.Inputs("king", "man", "helllo")),
        (distance.run, distance.Inputs(("king", "helllo"))),
        (word_map.run, word_map.Inputs(("king", "helllo"))),
    ],
)
def test_an_unknown_word_gets_close_spellings(run, inputs):
    with pytest.raises(InputError, match="helllo: this word has no vector; did you mean hello"):
        run(inputs)


@pytest.mark.parametrize(
    "run", [lambda words: distance.run(distance.Inputs(words)), lambda words: word_map.run(word_map.Inputs(words))]
)
def test_too_few_words_and_too_many(run):
    with pytest.raises(UsageError, match="give another word"):
        run(("dog", "Dog"))
    with pytest.raises(InputError, match="give fewer"):
        run(("dog",) * 301)


@pytest.mark.parametrize(
    ("name", "inputs", "result"),
    [
        ("neighbours", neighbours.Inputs("cat"), neighbours.run(neighbours.Inputs("cat"))),
        ("analogy", analogy.Inputs("king", "man", "woman"), analogy.run(analogy.Inputs("king", "man", "woman"))),
        ("distance", distance.Inputs(ROYAL), distance.run(distance.Inputs(ROYAL))),
        ("map", word_map.Inputs(ROYAL), word_map.run(word_map.Inputs(ROYAL))),
    ],
)
def test_records_are_json_and_pictures_fit(name, inputs, result):
    assert json.loads(to_json(name, inputs, result))["result"]
    for width in (120, 80, 30, 5):
        assert max(map(len, drawn(name, result, width).splitlines())) <= width
    assert all(a != b for a, b in itertools.pairwise(views.words(name, result)))


def test_neighbours_in_a_models_own_embeddings():
    result = neighbours.run(neighbours.Inputs("dog", k=5, vectors="storyteller"))
    assert (result.vectors, result.word, len(result.neighbours)) == ("storyteller", " dog", 5)
    assert all(0 < one.similarity < 1 for one in result.neighbours)
    told = views.words("neighbours", result)
    assert told[0].startswith("Nearest to '·dog' is '")
    assert f"token {result.row} of {result.vocabulary_size:,} in storyteller" in told[1]
    assert "nearest to ·dog in storyteller" in drawn("neighbours", result)


@pytest.mark.parametrize(
    ("word", "model", "said"),
    [
        ("unbelievably", "storyteller", "no single token for it, it reads ' un', "),
        ("  ", "storyteller", "nothing but spaces"),
        ("dog", "tokenizers", "no tokens of words"),
        ("dog", "nobody", "no such model"),
    ],
)
def test_what_has_no_token_of_its_own_is_said(word, model, said):
    with pytest.raises(InputError, match=said):
        neighbours.run(neighbours.Inputs(word, vectors=model))

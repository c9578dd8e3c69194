"""Word vectors against brute force on the stored numbers, and projections against answers known beforehand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from safetensors.numpy import load_file, save_file

from tutor import paths
from tutor.engine import vectors, vocabulary
from tutor.errors import InputError


@pytest.fixture(scope="module")
def original():
    """The vectors with their scales, in float64: shape (40000, 50)."""
    stored = load_file(paths.bundled_models() / "words" / "vectors.safetensors")
    assert stored["vectors"].dtype == np.int8
    return stored["vectors"].astype(np.float64) * stored["scales"][:, None]


def brute_force(original, target):
    """Words and cosines by the definition a·b / (|a| |b|), the nearest first."""
    cosines = original @ target / np.linalg.norm(original, axis=1) / np.linalg.norm(target)
    return [(vocabulary.words()[row], cosines[row]) for row in np.argsort(-cosines)]


@pytest.mark.parametrize("word", ["king", "paris", "the", vocabulary.words()[-1], "hungry"])
def test_neighbours_are_those_of_brute_force(original, word):
    row = vocabulary.rows()[word]
    expected = brute_force(original, original[row])
    assert expected[0][0] == word
    found = vectors.neighbours(vectors.vector(word), 25, without=[word])
    assert [one.word for one in found] == [name for name, _ in expected[1:26]]
    assert [one.similarity for one in found] == pytest.approx([cosine for _, cosine in expected[1:26]], abs=1e-6)


def test_an_analogy_is_that_of_brute_force(original):
    unit = original / np.linalg.norm(original, axis=1, keepdims=True)
    rows = vocabulary.rows()
    expected = brute_force(original, unit[rows["king"]] - unit[rows["man"]] + unit[rows["woman"]])
    found = vectors.neighbours(vectors.analogy("king", "man", "woman"), 5)
    assert [one.word for one in found] == [name for name, _ in expected[:5]]
    assert [one.word for one in found[:2]] == ["king", "queen"]


def test_the_rank_of_a_neighbour_is_its_place():
    target = vectors.vector("king")
    for place, one in enumerate(vectors.neighbours(target, 8, without=["king"]), 1):
        assert vectors.rank(one.word, target, without=["king"]) == place


def test_all_words_can_be_asked_for_and_no_more():
    assert len(vectors.neighbours(vectors.vector("cat"), 50_000)) == 40_000
    assert len(vectors.neighbours(vectors.vector("cat"), 50_000, without=["cat", "dog"])) == 39_998


def test_similarities_are_symmetric_with_a_diagonal_of_ones():
    matrix = vectors.similarities(["paris", "rome", "tokyo", "dog"])
    assert np.diagonal(matrix) == pytest.approx(1, abs=1e-6)
    assert np.array_equal(matrix, matrix.T)
    assert matrix.max() <= 1
    assert matrix[0, 1] > matrix[0, 2] > matrix[0, 3]
    nearest = {one.word: one.similarity for one in vectors.neighbours(vectors.vector("paris"), 2000)}
    assert matrix[0, 1] == pytest.approx(nearest["rome"], abs=1e-6)


@pytest.mark.parametrize("damage", ["missing", "cut", "short"])
def test_damaged_vectors_are_one_clear_line(tmp_path, monkeypatch, damage):
    file = tmp_path / "words" / "vectors.safetensors"
    file.parent.mkdir()
    if damage == "cut":
        file.write_bytes(b"\x10")
    elif damage == "short":
        save_file({"vectors": np.ones((3, 50), np.int8)}, file)
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path)
    with pytest.raises(InputError, match="install tutor again"):
        vectors.unit_vectors.__wrapped__()


# The map


def test_a_line_is_drawn_as_a_line():
    """Points at 0, 1, 2 and 5 of a direction in three dimensions: all variance is across, distances stay."""
    places = np.array([0.0, 1.0, 2.0, 5.0])
    direction = np.array([2.0, -1.0, 2.0]) / 3
    projection = vectors.project(np.array([7.0, 7.0, 7.0]) + places[:, None] * direction)
    assert projection.shares == pytest.approx((1.0, 0.0))
    assert projection.coordinates[:, 0] == pytest.approx(places - 2)
    assert projection.coordinates[:, 1] == pytest.approx(0, abs=1e-12)


def test_a_box_has_the_shares_of_its_sides():
    """Corners of a box with half sides 3, 2 and 1: the variances along its sides are 9, 4 and 1 of 14."""
    corners = np.array([(x, y, z) for x in (-3, 3) for y in (-2, 2) for z in (-1, 1)], float)
    projection = vectors.project(corners)
    assert projection.shares == pytest.approx((9 / 14, 4 / 14))
    assert np.abs(projection.coordinates) == pytest.approx(np.tile([3.0, 2.0], (8, 1)))


@given(arrays.arrays(np.float64, st.tuples(st.integers(2, 12), st.integers(1, 6)), elements=st.integers(-9, 9)))
@settings(deadline=None)
def test_the_projection_keeps_the_variance_that_the_covariance_matrix_has(points):
    """Against the eigenvalues of the covariance matrix, which is another way to principal components."""
    projection = vectors.project(points)
    centred = points - points.mean(axis=0)
    eigenvalues = np.sort(np.linalg.eigvalsh(centred.T @ centred))[::-1]
    kept = [*eigenvalues[:2], 0.0][:2]
    assert (projection.coordinates**2).sum(axis=0) == pytest.approx(np.array(kept), abs=1e-6)
    assert projection.coordinates.sum(axis=0) == pytest.approx([0, 0], abs=1e-6)
    if eigenvalues.sum() > 1e-6:
        assert projection.shares == pytest.approx(np.array(kept) / eigenvalues.sum(), abs=1e-6)
    else:
        assert projection.shares == pytest.approx((0, 0), abs=1e-6)


@given(arrays.arrays(np.float64, st.tuples(st.integers(2, 12), st.integers(1, 4)), elements=st.integers(-9, 9)))
@settings(deadline=None)
def test_the_nearest_other_is_nearer_than_all_others(points):
    for index, nearest in enumerate(vectors.nearest_others(points)):
        assert nearest != index
        distances = [np.linalg.norm(points[index] - points[other]) for other in range(len(points)) if other != index]
        assert np.linalg.norm(points[index] - points[nearest]) == pytest.approx(min(distances))

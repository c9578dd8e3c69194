"""Macro-F1, accuracy and the confusion matrix against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from tutor.engine.classification_metrics import confusion, majority, scores

LABELS = ("red", "green", "blue", "never")


@given(st.lists(st.tuples(st.sampled_from(LABELS[:3]), st.sampled_from(LABELS[:3])), min_size=1, max_size=40))
def test_scores_are_those_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    true, guess = [a for a, _ in pairs], [b for _, b in pairs]
    got = scores(true, guess, LABELS)
    options = {"labels": list(LABELS), "zero_division": 0}
    assert got.macro_f1 == pytest.approx(metrics.f1_score(true, guess, average="macro", **options))
    assert got.accuracy == pytest.approx(metrics.accuracy_score(true, guess))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(true, guess, **options)
    ours = [(one.precision, one.recall, one.f1, one.support) for one in got.labels]
    np.testing.assert_allclose(ours, np.array([precision, recall, f1, support]).T)
    assert (confusion(true, guess, LABELS) == metrics.confusion_matrix(true, guess, labels=list(LABELS))).all()


def test_by_hand() -> None:
    got = scores(["a", "a", "a", "b"], ["a", "a", "b", "b"], ["a", "b"])
    # a: precision 2/2, recall 2/3, F1 0.8; b: precision 1/2, recall 1/1, F1 2/3.
    assert [one.f1 for one in got.labels] == pytest.approx([0.8, 2 / 3])
    assert got.macro_f1 == pytest.approx((0.8 + 2 / 3) / 2)
    assert got.confusion == ((2, 1), (0, 1))


def test_always_the_commonest_label() -> None:
    got = majority(["a", "b", "b", "b"], ["a", "b"])
    assert got.accuracy == 0.75
    assert got.confusion == ((0, 1), (0, 3))

"""Logistic regression against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_class_weight

from tutor.engine import linear_head, word_features


def problem(labels: int) -> tuple[torch.Tensor, torch.Tensor]:
    """80 texts with 30 features on very different scales, and unequally many of each label."""
    random = np.random.default_rng(labels)
    places = random.choice(labels, 80, p=np.arange(1, labels + 1) / sum(range(1, labels + 1)))
    features = random.normal(size=(80, 30)) + 0.5 * np.eye(labels, 30)[places]
    features *= np.logspace(-3, 3, 30)
    features[:, 7] = 5.0  # one that never changes
    return torch.from_numpy(features).float(), torch.from_numpy(places)


@pytest.mark.parametrize("labels", [2, 3, 5])
def test_probabilities_are_those_of_scikit_learn(labels: int) -> None:
    features, targets = problem(labels)
    head = linear_head.trained(features, targets, labels)
    scaled = ((features - head.mean) / head.scale).numpy()
    assert np.square(scaled).sum(1).mean() == pytest.approx(29 / 30, abs=0.01)
    # For two labels scikit-learn keeps one row of weights where we keep two, whose squares are half as much.
    strength = (2 if labels == 2 else 1) / linear_head.PENALTY
    theirs = LogisticRegression(C=strength, class_weight="balanced", tol=1e-8, max_iter=2000)
    theirs.fit(scaled.astype(np.float64), targets.numpy())
    with torch.no_grad():
        ours = head(features).softmax(-1).numpy()
    np.testing.assert_allclose(ours, theirs.predict_proba(scaled), atol=5e-3)


def test_balancing_is_that_of_scikit_learn_and_leaves_out_what_is_absent() -> None:
    targets = torch.tensor([0, 0, 0, 1, 3, 3])
    theirs = compute_class_weight("balanced", classes=np.array([0, 1, 3]), y=targets.numpy())
    np.testing.assert_allclose(linear_head.balancing(targets, 4), [theirs[0], theirs[1], 0, theirs[2]], rtol=1e-6)


def test_weights_count_whatever_else_is_in_a_step() -> None:
    logits, weights = torch.zeros(2, 2), torch.tensor([3.0, 1.0])
    alone = linear_head.weighted_loss(logits[:1], torch.tensor([0]), weights)
    assert float(alone) == pytest.approx(3 * np.log(2))


def test_the_loss_falls_to_its_end() -> None:
    features, targets = problem(3)
    head = linear_head.Head(30, 3)
    head.settle(features)
    losses = list(linear_head.regress(head, features, targets, None))
    assert losses == sorted(losses, reverse=True) and losses[0] == pytest.approx(np.log(3), rel=1e-5)
    assert len(losses) < linear_head.STEPS


def test_tfidf_is_that_of_scikit_learn() -> None:
    texts = ["The cat sat on the mat.", "the cat, the CAT!", "A dog 2 ate 15 bones", "x", "naïve café"]
    theirs = TfidfVectorizer(sublinear_tf=True).fit(texts[:3])
    ours = word_features.Tfidf.of(texts[:3])
    assert list(ours.place) == theirs.get_feature_names_out().tolist()
    np.testing.assert_allclose(ours.features(texts), theirs.transform(texts).toarray(), atol=1e-6)

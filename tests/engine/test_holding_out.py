"""Held-out texts: stratified, the same ones for ever, near duplicates on one side."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tutor.engine import holding_out
from tutor.engine.holding_out import near_duplicates, split

WORDS = st.lists(st.sampled_from("ab cd ef gh ij kl mn op".split()), min_size=1, max_size=5).map(" ".join)


def jaccard(first: str, second: str) -> float:
    a, b = set(first.split()), set(second.split())
    return len(a & b) / len(a | b)


@given(st.lists(WORDS, max_size=14))
def test_groups_are_those_of_comparing_every_pair(texts: list[str]) -> None:
    group = list(range(len(texts)))
    for _ in texts:  # often enough for the longest chain
        for i, first in enumerate(texts):
            for j, second in enumerate(texts):
                if jaccard(first, second) >= holding_out.ALIKE:
                    group[i] = group[j] = min(group[i], group[j])
    assert near_duplicates(texts) == group


def test_case_numbers_and_marks_do_not_hide_a_duplicate() -> None:
    texts = ["You won 100 pounds!", "you WON 250 pounds", "The cat sat on the mat", "👍", "👍", "👎"]
    assert near_duplicates(texts) == [0, 0, 2, 3, 3, 5]


def test_many_texts_are_compared_by_their_words_alone() -> None:
    texts = [f"word{number} again" for number in range(holding_out.MANY + 1)]
    assert len(set(near_duplicates([*texts, "again WORD7"]))) == 1  # all numbers count alike


@given(
    st.lists(st.tuples(WORDS, st.sampled_from("xyz")), min_size=1, max_size=40),
    st.sampled_from([0.1, 0.25, 0.5]),
    st.integers(0, 5),
)
def test_every_text_has_one_side_and_its_likes_with_it(rows: list[tuple[str, str]], share: float, seed: int) -> None:
    texts, labels = [text for text, _ in rows], [label for _, label in rows]
    sides = split(texts, labels, share, seed)
    assert sorted((*sides.training, *sides.held_out)) == list(range(len(texts)))
    groups = near_duplicates(texts)
    assert not {groups[row] for row in sides.training} & {groups[row] for row in sides.held_out}


def test_a_quarter_of_every_label_and_a_text_keeps_its_side() -> None:
    texts = [f"{chr(97 + i % 26)}{chr(97 + i // 26)}x" for i in range(200)]
    labels = ["rare" if i % 10 == 0 else "common" for i in range(200)]
    sides = split(texts, labels)
    assert Counter(labels[row] for row in sides.held_out) == {"rare": 5, "common": 45}
    held = {texts[row] for row in sides.held_out}
    turned = split(texts[::-1], labels[::-1])
    assert {texts[::-1][row] for row in turned.held_out} == held
    fewer = split(texts[:180], labels[:180])
    assert len({texts[row] for row in fewer.held_out} - held) <= 4
    assert split(texts, labels, seed=1) != sides

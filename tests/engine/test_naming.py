"""Who is who: which places of a story are asked about, and that a model which knows, or errs, is found out."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
import torch

from tutor.engine import stories
from tutor.engine.figures import naming
from tutor.engine.stories import Entity, Mention, Story

TEXT = 'Lily met Tom. Lily ran. "Tom!" said Lily. Anna came. Tom and Lily saw the girl Anna. Tom ate.'


def told(text):
    """The story with every name in it a mention, as the simulator would note it."""
    people = tuple(Entity(name.lower(), "child", "girl", "she", name) for name in ("Lily", "Tom", "Anna"))
    found = [
        Mention(at.start(), at.end(), at.group().lower()) for at in re.finditer("Lily|Tom|the girl Anna|Anna", text)
    ]
    mentions = tuple(Mention(at.start, at.end, at.entity.rpartition(" ")[2]) for at in found)
    return Story(text, "none", mentions, (), people)


def test_a_name_counts_when_it_comes_again_beside_others():
    """Not the first time, not behind a quotation mark, not as a part of a longer mention."""
    places = list(naming.named_again(told(TEXT)))
    assert [(TEXT[: at.start][-5:], at.name, set(at.others), at.last) for at in places] == [
        ("Tom. ", "Lily", {"Tom"}, "Tom"),
        ("said ", "Lily", {"Tom"}, "Tom"),
        ("ame. ", "Tom", {"Lily", "Anna"}, "Anna"),
        (" and ", "Lily", {"Tom", "Anna"}, "Tom"),
        ("nna. ", "Tom", {"Lily", "Anna"}, "Anna"),
    ]


def test_the_simulator_names_people_again():
    """Every place is a name of the story, and the names that it is held against stood before it."""
    found = [(story, at) for story in map(stories.story, range(20)) for at in naming.named_again(story)]
    assert len(found) > 30
    for story, at in found:
        assert story.text[at.start :].startswith(at.name) and at.last in (at.name, *at.others)
        assert at.others and all(name in story.text[: at.start] for name in (at.name, *at.others))


class Words:
    """A tokenizer of whole words, each with the space before it."""

    def __init__(self):
        self.known = {}

    def encode(self, text, add_special_tokens):
        found = re.findall(r" ?\w+|\n|[^\w\s]| ", text)
        return SimpleNamespace(ids=[self.known.setdefault(word, len(self.known)) for word in found])


@pytest.mark.parametrize(("sign", "expected"), [(1.0, 1.0), (-1.0, 0.0)])
def test_who_knows_what_comes_is_always_right_and_who_avoids_it_never(sign, expected, monkeypatch):
    monkeypatch.setattr(naming, "STORIES", 40)

    def model(ids):
        return sign * torch.nn.functional.one_hot(ids.roll(-1, 1), 4000).float()

    known, last, chance = naming.figures(SimpleNamespace(tokenizer=Words(), model=model, context=512))
    assert known.value == expected and "places" in known.name
    assert 0 < last.value < 0.6 and 0.3 < chance.value <= 0.5

"""Who is who: whether a decoder names the right one where a story of the simulator names somebody again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from tutor.engine import stories
from tutor.engine.figures import Figure

if TYPE_CHECKING:
    from tutor.engine.loading import Loaded
    from tutor.engine.stories import Story

FIRST, STORIES = 2**31, 150
"""Seeds from which on no story was trained on, and how many of them are read."""


@dataclass(frozen=True)
class Again:
    """A place where somebody is named who was named before, when others were too."""

    start: int
    """Characters before the name; the last of them is a space."""
    name: str
    others: tuple[str, ...]
    """Names that stand in the story before this place, too."""
    last: str
    """The name that was named last."""


def figures(loaded: Loaded) -> Iterator[Figure]:
    """How often the right name is the likeliest of those that the story has named, and what two guesses achieve."""
    right, last, chance = [], [], []
    for seed in range(STORIES):
        story = stories.story(FIRST + seed)
        for place, is_right in _chosen(loaded, story):
            right.append(is_right)
            last.append(place.last == place.name)
            chance.append(1 / (1 + len(place.others)))
    if right:
        of = "right one of the names in a story of the simulator"
        yield Figure(f"share {of}, {len(right)} places", float(np.mean(right)), 0.01, quick=True)
        yield Figure(f"share {of}, by taking the one named last", float(np.mean(last)), 0.001, quick=True)
        yield Figure(f"share {of}, by chance", float(np.mean(chance)), 0.001, quick=True)


def named_again(story: Story) -> Iterator[Again]:
    """The places of a story where one of several names comes again, in order."""
    names = {entity.key: entity.name for entity in story.entities if entity.name}
    known: list[str] = []
    """The names so far, the one named last at the end."""
    for mention in story.mentions:
        name = names.get(mention.entity, "")
        text = story.text[mention.start : mention.end]
        if text == name and name in known and len(known) > 1 and story.text[mention.start - 1] == " ":
            yield Again(mention.start, name, tuple(other for other in known if other != name), known[-1])
        if name and name in text:
            known = [other for other in known if other != name] + [name]


def _chosen(loaded: Loaded, story: Story) -> Iterator[tuple[Again, bool]]:
    """Each such place, and whether the model's likeliest name is the right one: by the first token of each name."""
    ids = _ids(loaded, story.text)[: loaded.context]
    with torch.inference_mode():
        logits = loaded.model(torch.tensor([ids]))[0]  # (T, V)
    for place in named_again(story):
        before = _ids(loaded, story.text[: place.start - 1])
        first = [_ids(loaded, f" {name}")[0] for name in (place.name, *place.others)]
        if len(before) < len(ids) and len(set(first)) == len(first):  # names that begin alike cannot be told apart
            yield place, bool(logits[len(before) - 1, first].argmax() == 0)


def _ids(loaded: Loaded, text: str) -> list[int]:
    return loaded.tokenizer.encode(text, add_special_tokens=False).ids

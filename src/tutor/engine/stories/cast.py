"""Casting: picks characters, things, places and spots for a story and adds them to its world."""

from __future__ import annotations

import random

from . import lexicon
from .lexicon import Animal, Place, Thing
from .world import Entity, World

PARENTS = {
    "she": (("mom", "Mom"), ("mommy", "Mommy"), ("mother", "Mother"), ("mom", ""), ("mother", ""), ("mama", "Mama"),
            ("grandma", "Grandma"), ("grandma", ""), ("aunt", "")),
    "he": (("dad", "Dad"), ("daddy", "Daddy"), ("father", "Father"), ("dad", ""), ("father", ""), ("papa", "Papa"),
           ("grandpa", "Grandpa"), ("grandpa", ""), ("uncle", "")),
}  # fmt: skip
RELATIONS = {
    "child": ("friend", "friend", "best friend", "neighbor", "cousin"),
    "animal": ("friend", "friend", "best friend", "neighbor"),
}


class Cast:
    """Chooses at random, but never the same name, noun or spot twice in a story."""

    def __init__(self, rng: random.Random, world: World) -> None:
        self.rng, self.world = rng, world
        self._taken: set[str] = set()

    def pick(self, options: tuple[str, ...] | list[str]) -> str:
        """One of the options, preferably one that was not picked before in this story."""
        for _ in range(8):
            option = self.rng.choice(options)
            if option not in self._taken:
                break
        self._taken.add(option)
        return option

    def child(self, pronoun: str = "", relation_to: str = "", relation: str = "") -> Entity:
        """A boy or a girl with a name."""
        pronoun = pronoun or self.rng.choice(("he", "she"))
        name = self.pick(lexicon.GIRLS if pronoun == "she" else lexicon.BOYS)
        traits = (*self._traits(1), "little") if self.rng.random() < 0.5 else self._traits(2)
        noun = "girl" if pronoun == "she" else "boy"
        return self.world.add(
            Entity(self.world.fresh_key(name), "child", noun, pronoun, name, traits, relation_to, relation)
        )

    def _traits(self, count: int) -> tuple[str, ...]:
        return tuple(self.rng.sample(lexicon.TRAITS, count))

    def animal(
        self, pronoun: str = "", relation_to: str = "", relation: str = "", wild: bool | None = None
    ) -> Entity:
        """An animal that talks, usually with a name."""
        kinds = [kind for kind in lexicon.ANIMALS if kind.noun not in self._taken and wild in (None, kind.wild)]
        kind = self.rng.choice(kinds)
        self._taken.add(kind.noun)
        pronoun = pronoun or self.rng.choice(("he", "she"))
        names = lexicon.PETS if self.rng.random() < 0.6 else lexicon.GIRLS if pronoun == "she" else lexicon.BOYS
        name = self.pick(names)
        key = self.world.fresh_key(name)
        adjectives = kind.adjectives
        return self.world.add(Entity(key, "animal", kind.noun, pronoun, name, adjectives, relation_to, relation))

    def companion(self, hero: Entity, relation: str = "-", pronoun: str = "") -> Entity:
        """Somebody of the hero's kind, more often than not with the other pronoun."""
        if relation == "-":
            relation = self.rng.choice(RELATIONS[hero.kind])
        if not pronoun:
            other = "he" if hero.pronoun == "she" else "she"
            pronoun = other if self.rng.random() < 0.8 else hero.pronoun
        make = self.child if hero.kind == "child" else self.animal
        return make(pronoun, hero.key if relation else "", relation)

    def parent(self, hero: Entity, pronoun: str = "") -> Entity:
        """The hero's mom, dad, grandma …"""
        pronoun = pronoun or ("she" if hero.pronoun == "he" or self.rng.random() < 0.4 else "he")
        noun, name = self.rng.choice(PARENTS[pronoun])
        return self.world.add(Entity(self.world.fresh_key(noun), "parent", noun, pronoun, name, (), hero.key))

    def person(self, noun: str, pronoun: str, adjectives: tuple[str, ...] = ("old", "kind")) -> Entity:
        """Somebody known by what they are: a farmer, a fairy."""
        self._taken.add(noun)
        return self.world.add(Entity(self.world.fresh_key(noun), "person", noun, pronoun, "", adjectives))

    def creature(self, noun: str, adjectives: tuple[str, ...]) -> Entity:
        """An animal without a name that does not talk: *it*."""
        self._taken.add(noun)
        return self.world.add(Entity(self.world.fresh_key(noun), "animal", noun, "it", "", adjectives))

    def group(self, one: Entity, other: Entity) -> Entity:
        """Two characters together: *they*."""
        key = f"{one.key}+{other.key}"
        return self.world.add(Entity(key, "group", "friends", "they", members=(one.key, other.key)))

    def thing(self, kind: str = "", owner: str = "", singular: bool = False) -> tuple[Entity, Thing]:
        """A thing of a kind, with a colour, and its row in the table."""
        rows = [
            row for row in lexicon.THINGS
            if (not kind or kind in row.kinds) and row.noun not in self._taken and not (singular and row.plural)
        ]  # fmt: skip
        row = self.rng.choice(rows)
        return self.make(row, owner), row

    def make(self, row: Thing, owner: str = "") -> Entity:
        """A thing of a row of the table."""
        self._taken.add(row.noun)
        plain = set(row.adjectives).isdisjoint(lexicon.COLORS)
        adjectives = (*row.adjectives, self.rng.choice(lexicon.COLORS)) if plain else row.adjectives
        key = self.world.fresh_key(row.noun)
        entity = Entity(key, "thing", row.noun, "they" if row.plural else "it", "", adjectives, owner=owner)
        return self.world.add(entity)

    def item(self, noun: str, adjectives: tuple[str, ...] = (), owner: str = "", pronoun: str = "it") -> Entity:
        """A thing that a plot describes itself."""
        self._taken.add(noun)
        key = self.world.fresh_key(noun)
        return self.world.add(Entity(key, "thing", noun, pronoun, "", adjectives, owner=owner))

    def place(self, *kinds: str) -> tuple[Entity, Place]:
        """A place that is of all these kinds, and its row in the table."""
        rows = [row for row in lexicon.PLACES if set(kinds) <= set(row.kinds) and row.noun not in self._taken]
        row = self.rng.choice(rows)
        self._taken.add(row.noun)
        key = self.world.fresh_key(row.noun)
        entity = Entity(key, "place", row.noun, "it", "", row.adjectives, preposition=row.preposition)
        return self.world.add(entity), row

    def spot(self, side: str, place: str) -> Entity:
        """Somewhere at a place where a thing can be: under the bench; `side` is a key of `lexicon.SPOTS`."""
        preposition, _, noun = self.pick(lexicon.SPOTS[side]).partition(":")
        return self.corner(preposition, noun, place)

    def corner(self, preposition: str, noun: str, place: str) -> Entity:
        """A spot with this noun at a place."""
        entity = Entity(self.world.fresh_key(noun), "spot", noun, "it", preposition=preposition)
        self.world.add(entity)
        if place:
            self.world.where[entity.key] = place
        return entity


def side_of(place: Place) -> str:
    """Which part of `lexicon.SPOTS` suits a place."""
    if "in" in place.kinds:
        return "in" if "home" in place.kinds and place.noun != "barn" else "hall"
    return "sand" if place.noun in ("beach", "island") else "wild" if "wild" in place.kinds else "out"


def animal_row(noun: str) -> Animal | None:
    """The row of an animal in the table."""
    return next((row for row in lexicon.ANIMALS if row.noun == noun), None)

"""What is true in a story: who there is, who has what, where things are, how everyone feels.

The plots change the world, the world refuses what cannot happen, and every change is a `Fact` that a
reader of the story can be asked about.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entity:
    """Somebody or something that the story can mention."""

    key: str
    """Unique in its story: `lily`, `ball`, `ball-2`."""
    kind: str
    """`child`, `animal`, `parent`, `person`, `thing`, `spot`, `place` or `group`."""
    noun: str
    """The common noun: girl, rabbit, mom, ball, box, park."""
    pronoun: str
    """The subject pronoun: he, she, it or they."""
    name: str = ""
    """The proper name, when there is one."""
    adjectives: tuple[str, ...] = ()
    """What may stand before the noun, in the order English wants."""
    relation_to: str = ""
    """For *her mom* or *his friend*: the key of the one whose mom or friend it is."""
    relation: str = ""
    """friend, sister, neighbor; empty for strangers and parents."""
    owner: str = ""
    """For a thing: the key of the character it belongs to at the start."""
    preposition: str = ""
    """For a place or a spot: in, at, on, under, behind."""
    members: tuple[str, ...] = ()
    """For a group: the keys of its members."""


@dataclass(frozen=True)
class Mention:
    """The characters `text[start:end]` refer to `entity`."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True)
class Fact:
    """From the character offset `after` on, `subject` stands in `relation` to `object`.

    Relations: `has`, `owns`, `is-at`, `is-in`, `is-on`, `is-under`, `is-behind`, `is-beside` (where), `feels`,
    `wants` and `is` (a state such as broken). A newer `has` or where-relation of a thing replaces the older one.
    """

    after: int
    subject: str
    relation: str
    object: str


@dataclass(frozen=True)
class Story:
    """A finished story with its ground truth."""

    text: str
    plot: str
    mentions: tuple[Mention, ...]
    facts: tuple[Fact, ...]
    entities: tuple[Entity, ...]


class ImpossibleError(Exception):
    """A plot asked for something that cannot happen in its world: a mistake in the plot."""


PEOPLE = ("child", "animal", "parent", "person")


@dataclass
class World:
    """The present state; changing it yields facts without an offset, in order."""

    entities: dict[str, Entity] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)
    """The key of the place or spot where a character or a thing is."""
    holder: dict[str, str] = field(default_factory=dict)
    """The key of the character that has a thing."""
    owner: dict[str, str] = field(default_factory=dict)
    mood: dict[str, str] = field(default_factory=dict)

    def add(self, entity: Entity) -> Entity:
        """Let an entity exist."""
        if entity.key in self.entities:
            raise ImpossibleError(f"{entity.key} exists already")
        self.entities[entity.key] = entity
        if entity.owner:
            self.owner[entity.key] = entity.owner
        return entity

    def fresh_key(self, word: str) -> str:
        """A key made from `word` that no entity has yet."""
        stem = word.lower().replace(" ", "-")
        key, number = stem, 1
        while key in self.entities:
            number += 1
            key = f"{stem}-{number}"
        return key

    def place_of(self, key: str) -> str:
        """The place where an entity is, through whoever holds it and whatever it is in; `` if unknown."""
        while key in self.holder or key in self.where:
            key = self.holder[key] if key in self.holder else self.where[key]
        return key if key in self.entities and self.entities[key].kind == "place" else ""

    def apart(self, one: str, other: str) -> bool:
        """Whether the two are known to be in different places."""
        here, there = self.place_of(one), self.place_of(other)
        return bool(here and there and here != there)

    def go(self, who: str, place: str) -> tuple[str, str, str]:
        """Somebody, with everything in hand, is now at a place."""
        self.where[who] = place
        return who, "is-at", place

    def take(self, who: str, thing: str) -> tuple[str, str, str]:
        """Somebody gets hold of a thing that is here."""
        if self.apart(who, thing):
            raise ImpossibleError(f"{who} takes {thing}, which is elsewhere")
        self.where.pop(thing, None)
        self.holder[thing] = who
        return who, "has", thing

    def give(self, giver: str, receiver: str, thing: str) -> tuple[str, str, str]:
        """A thing goes from hand to hand."""
        if self.holder.get(thing) != giver:
            raise ImpossibleError(f"{giver} gives {thing} without having it")
        return self.take(receiver, thing)

    def put(self, thing: str, spot: str) -> tuple[str, str, str]:
        """A thing is now at a spot or a place."""
        if thing in self.holder and self.apart(self.holder[thing], spot):
            raise ImpossibleError(f"{thing} is put at {spot}, which is elsewhere")
        self.holder.pop(thing, None)
        self.where[thing] = spot
        return thing, "is-" + (self.entities[spot].preposition or "at").replace(" ", "-"), spot

    def own(self, who: str, thing: str) -> tuple[str, str, str]:
        """A thing belongs to somebody from now on."""
        self.owner[thing] = who
        return who, "owns", thing

    def feel(self, who: str, mood: str) -> tuple[str, str, str]:
        """Somebody's mood changes."""
        self.mood[who] = mood
        return who, "feels", mood

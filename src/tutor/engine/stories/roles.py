"""Who and what plays which part in a story: the casting that scripts ask for."""

from __future__ import annotations

import random

from . import lexicon
from .cast import Cast, side_of
from .lexicon import Place, Thing
from .wording import Writer
from .world import Entity, World

STRANGERS = tuple(
    "policeman:he old_lady:she farmer:he mailman:he nurse:she gardener:he teacher:she shopkeeper:he baker:he "
    "librarian:she bus_driver:he old_man:he doctor:she fisherman:he painter:she firefighter:he neighbor:she".split()
)
TASTES = tuple("sweet juicy tasty fresh warm yummy crunchy soft big".split())


class Roles:
    """The world and the writer of one story, and the entity in each role."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.world = World()
        self.cast = Cast(rng, self.world)
        self.writer = Writer(rng, self.world)
        self.places: dict[str, Place] = {}
        self.things: dict[str, Thing] = {}
        self.notes: set[str] = set()
        """What the script wants to remember for `IF`."""

    def chance(self, probability: float) -> bool:
        """True with a probability."""
        return self.rng.random() < probability

    def play(self, role: str, entity: Entity) -> Entity:
        """Give a role to an entity; templates then say `{role}`."""
        self.writer.roles[role] = entity.key
        return entity

    def __getitem__(self, role: str) -> Entity:
        return self.world.entities[self.writer.roles[role]]

    def __contains__(self, role: str) -> bool:
        return role in self.writer.roles

    def hero(self, kind: str = "") -> Entity:
        """The main character: a child or an animal."""
        entity = self.cast.animal() if kind == "animal" or (not kind and self.chance(0.35)) else self.cast.child()
        return self.play("hero", entity)

    def friend(self, relation: str = "-", pronoun: str = "", role: str = "friend") -> Entity:
        """A second character of the hero's kind, and the two as the group *both*; `stranger` has no relation."""
        relation = "" if relation == "stranger" else relation
        if relation in ("sister", "brother") and self["hero"].kind == "animal":
            relation = "friend"  # the other one is another kind of animal
        pronoun = {"sister": "she", "brother": "he"}.get(relation, pronoun)
        entity = self.play(role, self.cast.companion(self["hero"], relation, pronoun))
        if "both" not in self:
            self.play("both", self.cast.group(self["hero"], entity))
        return entity

    def parent(self, pronoun: str = "", role: str = "parent") -> Entity:
        """The hero's parent."""
        return self.play(role, self.cast.parent(self["hero"], pronoun))

    def together(self, role: str, one: str, other: str) -> Entity:
        """Two characters as a group."""
        return self.play(role, self.cast.group(self[one], self[other]))

    def kin(self, role: str, noun: str, pronoun: str) -> Entity:
        """A relative who is always called by that noun: *her aunt*."""
        key = self.world.fresh_key(noun)
        return self.play(role, self.world.add(Entity(key, "parent", noun, pronoun, relation_to=self["hero"].key)))

    def known(self, role: str) -> None:
        """The reader will know at once what somebody or something is; no *a* at the first mention."""
        self.writer.names.introduced.add(self[role].key)
        self.writer.names.known_kind.add(self[role].key)

    def alias(self, role: str, other: str) -> Entity:
        """A second role for somebody who has one."""
        return self.play(role, self[other])

    def person(self, role: str, noun: str, pronoun: str, *adjectives: str) -> Entity:
        """Somebody known by what they are, such as a farmer."""
        return self.play(role, self.cast.person(noun, pronoun, adjectives))

    def stranger(self, role: str = "helper") -> Entity:
        """A friendly grown-up whom one may meet."""
        noun, pronoun = self.rng.choice(STRANGERS).split(":")
        return self.person(role, noun.replace("_", " "), pronoun, self.rng.choice(("kind", "friendly", "tall")))

    def creature(self, role: str, noun: str, *adjectives: str) -> Entity:
        """An animal that does not talk."""
        return self.play(role, self.cast.creature(noun, adjectives))

    def beast(self, role: str, wild: str = "wild") -> Entity:
        """A talking animal without relation to the hero."""
        return self.play(role, self.cast.animal(wild=wild == "wild"))

    def thing(self, role: str, kind: str = "", owner: str = "", number: str = "singular") -> Entity:
        """A thing from the table; `owner` is a role, `number` may be `any`."""
        key = self.writer.roles[owner] if owner else ""
        entity, row = self.cast.thing(kind, key, number == "singular")
        self.things[role] = row
        return self.play(role, entity)

    def item(self, role: str, noun: str, *adjectives: str) -> Entity:
        """A thing that the plot itself describes; a noun with `+` in front is plural."""
        return self.play(
            role, self.cast.item(noun.lstrip("+"), adjectives, pronoun="they" if noun[0] == "+" else "it")
        )

    def food(self, role: str, kind: str = "count") -> Entity:
        """Something to eat: `count` for one that can be counted, `mass` for a dish."""
        return self.play(role, self.cast.item(self.cast.pick(lexicon.FOODS[kind]), (self.rng.choice(TASTES),)))

    def corner(self, role: str, preposition: str, noun: str, place: str = "place") -> Entity:
        """A spot that the plot itself names."""
        return self.play(role, self.cast.corner(preposition, noun, self[place].key if place in self else ""))

    def place(self, role: str, *kinds: str) -> Entity:
        """A place from the table."""
        entity, row = self.cast.place(*kinds)
        self.places[role] = row
        return self.play(role, entity)

    def spot(self, role: str, place: str = "place") -> Entity:
        """A spot that suits a place."""
        return self.play(role, self.cast.spot(side_of(self.places[place]), self[place].key))

    def note(self, word: str) -> None:
        """Remember something for `when`."""
        self.notes.add(word)

    def holds(self, *condition: str) -> bool:
        """Whether a condition of a script is true; see `script`."""
        if condition[0] == "not":
            return not self.holds(*condition[1:])
        if len(condition) == 1:
            return condition[0] in self.notes or condition[0] in self
        role, tag = condition
        entity = self[role]
        kinds = (self.places[role].kinds if role in self.places else ()) + (
            self.things[role].kinds if role in self.things else ()
        )
        return tag in (entity.kind, entity.pronoun, entity.noun, entity.relation) or tag in kinds

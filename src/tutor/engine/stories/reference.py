"""How entities are referred to: by a pronoun where it can mean one entity only, else by a name or a noun phrase.

A pronoun is used if its entity was mentioned in this sentence or the one before, and nobody else who shares the
pronoun was; or if it is the subject of this sentence and the others were only in the one before.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from . import phrases
from .marks import END, start
from .phrases import CASES
from .world import PEOPLE, Entity, World


@dataclass
class Sight:
    """When an entity was last mentioned, and whether it was a subject then."""

    sentence: int
    subject: bool


class Namer:
    """Finds the words for each mention, and remembers what the reader has in mind."""

    def __init__(self, rng: random.Random, world: World) -> None:
        self.rng, self.world = rng, world
        self.introduced: set[str] = set()
        """Entities that have been mentioned."""
        self.known_kind: set[str] = set()
        """Characters of whom the reader knows what they are, so that *the goose* is understood."""
        self.speaker, self.addressee = "", ""
        self.mentions: list[str] = []
        """The entity of each number in the marks."""
        self.sentence = 0
        self.quoted = False
        self._seen: dict[str, Sight] = {}
        self._pronoun_run = 0

    # ------------------------------------------------------------------ memory

    def remember(self, entity: Entity, subject: bool) -> None:
        """The entity has just been mentioned."""
        old = self._seen.get(entity.key)
        again = old is not None and old.sentence == self.sentence and old.subject
        self._seen[entity.key] = Sight(self.sentence, subject or again)
        for member in entity.members:
            if member not in self._seen or self._seen[member].sentence < self.sentence:
                self._seen[member] = Sight(self.sentence, False)

    def _may_be_pronoun(self, entity: Entity) -> bool:
        """Whether a reader can only think of this entity."""
        if entity.kind in ("spot", "place"):
            return False
        now, seen = self.sentence, self._seen.get(entity.key)
        if seen is None or now - seen.sentence > 1:
            return False
        rivals = [
            other
            for key, other in self._seen.items()
            if key != entity.key and now - other.sentence <= 1 and self._rivals(self.world.entities[key], entity)
        ]
        if not rivals:
            return True
        here = seen.sentence == now and seen.subject
        return here and all(other.sentence < now for other in rivals)

    def _rivals(self, other: Entity, entity: Entity) -> bool:
        """Whether the same pronoun could mean the other one."""
        return other.pronoun == entity.pronoun and other.kind != "place"

    def _wants_pronoun(self, entity: Entity, case: str, opens_paragraph: bool) -> bool:
        """Whether a pronoun also sounds right here."""
        if self._seen[entity.key].sentence == self.sentence:
            return True
        chance = 0.15 if opens_paragraph else 0.85 if case == "s" else 0.93
        if case == "s":
            if self._pronoun_run >= 3:
                chance = 0.35
            self._pronoun_run += 1
        return self.rng.random() < chance

    # ------------------------------------------------------------------ choosing the expression

    def expression(self, entity: Entity, form: str, opens_paragraph: bool) -> list[str]:
        """The words that refer to an entity in this form, with their marks."""
        case = form if form in ("s", "o", "p", "self", "mine") else "s"
        if self.quoted:
            person = self.person(entity)
            if person and form not in ("name", "a", "a1", "the"):
                return self.wrap(entity, [CASES[person][case]])
        free = form in ("s", "o", "p", "mine") and self._may_be_pronoun(entity)
        if form == "self" or (free and self._wants_pronoun(entity, case, opens_paragraph)):
            return self.wrap(entity, [CASES[entity.pronoun][case]])
        if case == "s":
            self._pronoun_run = 0
        if form in ("it", "them"):
            return self.wrap(entity, [CASES[entity.pronoun]["s" if form == "it" else "o"]])
        words = self._full(entity, form)
        if case in ("p", "mine"):
            words.append("'" if "".join(words).rstrip(END).endswith("s") and entity.pronoun == "they" else "'s")
        return self.wrap(entity, words)

    def person(self, entity: Entity) -> str:
        """I, you or we, if the entity is one of those who talk."""
        if entity.key == self.speaker:
            return "I"
        if entity.key == self.addressee:
            return "you"
        return "we" if self.speaker in entity.members and entity.kind == "group" else ""

    def wrap(self, entity: Entity, pieces: list[str]) -> list[str]:
        """Put the marks of a mention around `pieces`."""
        return [start(self._number(entity.key)), *pieces, END]

    def _number(self, key: str) -> int:
        if key not in self.mentions:
            self.mentions.append(key)
        return self.mentions.index(key)

    # ------------------------------------------------------------------ noun phrases

    def _full(self, entity: Entity, form: str) -> list[str]:
        new = entity.key not in self.introduced
        if entity.kind == "group":
            return self._group(entity, new)
        if entity.kind in ("place", "spot"):
            return ["the " + entity.noun]
        if entity.kind == "parent":
            return self._kin(entity, form)
        if entity.kind in PEOPLE:
            return self._somebody(entity, form, new)
        if form in ("a", "a1") or (new and form not in ("his", "the")):
            return [self._indefinite(entity)]
        if form == "his" and entity.key in self.world.owner:
            return self._owned(entity)
        if form in ("s", "o", "p") and self.rng.random() < 0.25 and self.world.owner.get(entity.key):
            owner = self.world.entities[self.world.owner[entity.key]]
            if self._possessive(owner):
                return self._owned(entity)
        return [self._definite(entity)]

    def _indefinite(self, entity: Entity) -> str:
        count = self.rng.choice((0, 1, 1, 2)) if entity.kind == "thing" else self.rng.choice((1, 1, 2))
        words = " ".join((*self._adjectives(entity, count), entity.noun))
        self.known_kind.add(entity.key)
        if entity.pronoun != "they":
            return "a " + words
        pair = "" if entity.noun in phrases.NOT_PAIRS else "pair of "
        return "a " + pair + words if pair else "some " + words

    def _adjectives(self, entity: Entity, count: int) -> list[str]:
        """Up to `count` adjectives of an entity, in their order."""
        total = len(entity.adjectives)
        places = sorted(self.rng.sample(range(total), min(count, total)))
        return [entity.adjectives[place] for place in places]

    def _definite(self, entity: Entity) -> str:
        return "the " + self._described(entity, 0.3)

    def _described(self, entity: Entity, chance: float) -> str:
        """The noun, with an adjective now and then."""
        count = 1 if self.rng.random() < chance else 0
        return " ".join((*self._adjectives(entity, count), entity.noun))

    def _owned(self, entity: Entity) -> list[str]:
        owner = self.world.entities[self.world.owner[entity.key]]
        possessive = self._possessive(owner)
        if not possessive:
            seen = self._seen.get(owner.key)
            if seen is not None and seen.sentence == self.sentence and entity.key in self.introduced:
                return [self._definite(entity)]
            possessive = self.wrap(owner, [*self._full(owner, "full"), "'s"])
        return [*possessive, " ", self._described(entity, 0.3)]

    def _possessive(self, owner: Entity) -> list[str]:
        """*her*, *my*, *your*: marked, if the owner can be meant by such a word here; else empty."""
        person = self.person(owner) if self.quoted else ""
        if person:
            return self.wrap(owner, [CASES[person]["p"]])
        if self._may_be_pronoun(owner):
            self.remember(owner, False)
            return self.wrap(owner, [CASES[owner.pronoun]["p"]])
        return []

    def _kin(self, entity: Entity, form: str) -> list[str]:
        """A parent: *Mom*, *her mom*, *Lily's mom*."""
        child = self.world.entities[entity.relation_to]
        if self.quoted and child.key not in (self.speaker, self.addressee) and not entity.name:
            return ["the " + entity.noun] if not self._may_be_pronoun(child) else self._their(child, entity)
        if entity.name and (form == "name" or entity.key in self.introduced or self.rng.random() < 0.3):
            return [entity.name]
        if form == "name":
            return [entity.noun.capitalize()]
        return self._their(child, entity)

    def _their(self, child: Entity, entity: Entity) -> list[str]:
        possessive = self._possessive(child) or self.wrap(child, [child.name or "the " + child.noun, "'s"])
        if not (self.quoted and self.person(child)):
            self.remember(child, False)
        return [*possessive, " ", entity.noun]

    def _somebody(self, entity: Entity, form: str, new: bool) -> list[str]:
        if form == "a1":
            return [self._indefinite(entity)]
        if form == "a":
            named = f" {self.rng.choice(('named', 'named', 'called'))} {entity.name}" if entity.name else ""
            return [self._indefinite(entity) + named]
        if form == "name" and entity.name:
            return [entity.name]
        if new and form not in ("the", "full"):
            return self._newcomer(entity)
        chance = 0.22 if entity.kind == "animal" else 0.07
        unique = sum(other.noun == entity.noun for other in self.world.entities.values()) == 1
        unique = unique and entity.key in self.known_kind
        if entity.name and (form != "the" or not unique) and not (unique and self.rng.random() < chance):
            return [entity.name]
        return ["the " + self._described(entity, 0.25)]

    def _newcomer(self, entity: Entity) -> list[str]:
        """The first mention: *his friend Tom*, *Lily's cousin, a boy named Tom*, or just the name."""
        if not entity.relation:
            return [entity.name] if entity.name else [self._indefinite(entity)]
        other = self.world.entities[entity.relation_to]
        possessive = self._possessive(other) or self.wrap(other, [*self._full(other, "full"), "'s"])
        if entity.kind == "animal":
            self.known_kind.add(entity.key)
            return [*possessive, f" {entity.relation} {entity.name} the {entity.noun}"]
        return [*possessive, f" {entity.relation} {entity.name}"]

    def _group(self, entity: Entity, new: bool) -> list[str]:
        one, other = (self.world.entities[key] for key in entity.members[:2])
        if not new and self.rng.random() < 0.35:
            return [self.rng.choice(phrases.group_nouns(one, other))]
        first = self.wrap(one, self._full(one, "name" if one.name else "full"))
        if other.key not in self.introduced and other.relation_to == one.key and other.relation:
            self.known_kind.add(other.key)
            kind = f" the {other.noun}" if other.kind == "animal" else ""
            whose = self.wrap(one, [CASES[one.pronoun]["p"]])
            second = self.wrap(other, [*whose, f" {other.relation} {other.name}{kind}"])
        else:
            second = self.wrap(other, self._full(other, "name" if other.name else "full"))
        self.introduced.add(other.key)
        return [*first, " and ", *second]

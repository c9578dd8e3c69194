"""What a plot tells its story with: say, speak, feel, and the changes of the world that go with the words."""

from __future__ import annotations

import random

from . import lexicon
from .cast import Cast, animal_row, side_of
from .grammar import alternatives, gerund, past, plural
from .lexicon import Place, Thing
from .wording import Writer
from .world import Entity, World

STRANGERS = tuple(
    "policeman:he old_lady:she farmer:he mailman:he nurse:she gardener:he teacher:she shopkeeper:he baker:he "
    "librarian:she bus_driver:he old_man:he doctor:she fisherman:he painter:she firefighter:he neighbor:she".split()
)
_FRAMES = (
    '"{@.tail}" ~$verb {@.full}.',
    '"{@.tail}" ~{@} $verb.',
    '"{@.tail}" ~{@} $plain <how_$mood>.',
    '{@} $plain, "{@.words}"',
)
_BEAT_FRAMES = ('{@} <beat_$mood> and $plain, "{@.words}"', '{@} <beat_$mood>. "{@.words}"')
_SPLIT_FRAME = '"{@.head}," ~[said {@.full}|{@} said][| <how_$mood>]. "{@.rest}"'
TASTES = tuple("sweet juicy tasty fresh warm yummy crunchy soft big".split())


class Teller:
    """Binds the world, its cast and the writer of one story."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.world = World()
        self.cast = Cast(rng, self.world)
        self.writer = Writer(rng, self.world)
        self.places: dict[str, Place] = {}
        self.things: dict[str, Thing] = {}
        self.by_lines = self.chance(0.35)
        """Whether each change of speaker starts a new paragraph."""
        self._last_speaker = ""
        self._spoken: dict[str, str] = {}
        self._answering = False
        """Whether the last thing written was speech."""
        self.notes: set[str] = set()
        self.lessons = ""
        """The morals that the ending may choose from, as a template."""
        self.writer.expand = self.expand

    # ------------------------------------------------------------------ roles

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
        self.writer.introduced.add(self[role].key)
        self.writer.known_kind.add(self[role].key)

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

    # ------------------------------------------------------------------ words

    def chance(self, probability: float) -> bool:
        """True with a probability."""
        return self.rng.random() < probability

    def say(self, template: str, focus: str = "hero") -> None:
        """Write one alternative of a template."""
        self._answering = False
        self.writer.roles["@"] = self.writer.roles.get(focus, "")
        self.writer.write(template)

    def paragraph(self) -> None:
        """Start a new paragraph."""
        self.writer.paragraph()

    def feel(self, role: str, mood: str, probability: str = "100") -> None:
        """Somebody feels sad, happy, afraid, angry, proud, surprised, excited, sorry, lonely, tired or calm."""
        fact = self.world.feel(self[role].key, mood)
        if self.chance(int(probability) / 100):
            self.say(f"<feel_{mood}>", role)
            self.writer.fact(fact)

    def speak(self, role: str, words: str, mood: str = "plain", to: str = "") -> None:
        """Somebody says one alternative of `words`, in one of several frames."""
        words = self.rng.choice(alternatives(words))
        self.writer.roles["@"] = self[role].key
        listener = self[to].key if to else ""
        self.writer.roles["to"] = listener or self[role].key
        self.writer.speaker, self.writer.addressee = self[role].key, listener
        if self.by_lines and self._last_speaker != role:
            self.writer.paragraph()
        self._answering = self._answering and self._last_speaker != role
        self._last_speaker = role
        self.writer.write(self._frame(words, mood, to))
        self.writer.speaker = self.writer.addressee = ""
        self._answering = True

    def _frame(self, words: str, mood: str, to: str) -> str:
        """A sentence around what is said; `{@.words}` and its kin stand for the parts of the speech."""
        end = words[-1]
        verb = {"?": "asked", "!": f"<call_{mood}>"}.get(end, f"<say_{mood}>")
        plain = "asked" if end == "?" else "said"
        if self._answering and end not in "?!" and self.chance(0.4):
            verb = "[answered|replied|answered]"
        first, dot, rest = words.partition(". ")
        tail = words if end in "?!" else words[:-1] + ","
        self._spoken = {"words": words, "tail": tail, "head": first, "rest": rest}
        beaten = mood not in ("plain", "kind") or bool(to)
        frames = list(_FRAMES) + list(_BEAT_FRAMES if beaten else ())
        if to:
            frames.append('{@} asked {to.o}, "{@.words}"' if end == "?" else '{@} said to {to.o}, "{@.words}"')
        if dot and "?" not in first and first.count("[") == first.count("]"):
            frames += [_SPLIT_FRAME] * 3
        return self.rng.choice(frames).replace("$verb", verb).replace("$plain", plain).replace("$mood", mood)

    def expand(self, role: str, form: str) -> str:
        """What a reference such as `{toy.used}` or `{place.at}` stands for, as a template."""
        if form in self._spoken:
            return self._spoken[form]
        if form == "at":
            return f"{self[role].preposition} {{{role}}}"
        if form == "lessons":
            return self.lessons
        if form == "home":
            row = animal_row(self[role].noun)
            return row.home if row and self[role].kind == "animal" else "<home>"
        if form in ("like", "liking"):
            return self.form(self.cast.pick(lexicon.LIKES), "ing" if form == "liking" else "base")
        if form in ("ate", "foods", "snack"):
            return self._eaten(form)
        table = self.things[role].uses if form.startswith("us") else self.places[role].activities
        nouns = [entity.noun for entity in self.world.entities.values() if entity.kind == "animal"]
        fitting = [phrase for phrase in table if not any(noun in phrase for noun in nouns)] or table
        phrase = self.form(self.cast.pick(fitting), {"used": "past", "did": "past"}.get(form, form[-3:]))
        return phrase.replace("@", f"{{{role}.o}}")

    def _eaten(self, form: str) -> str:
        noun = self.cast.pick(lexicon.FOODS["count"])
        if form == "foods":
            return plural(noun)
        return self.rng.choice((f"a {noun}", f"some {plural(noun)}", f"some {self.cast.pick(lexicon.FOODS['mass'])}"))

    @staticmethod
    def form(phrase: str, form: str) -> str:
        """A verb phrase in the `past`, the `ing` form or as it is."""
        if form not in ("past", "ing"):
            return phrase
        change = past if form == "past" else gerund
        return " and ".join(change(part) if part.split()[0] in lexicon.JOINED or not number else part
                            for number, part in enumerate(phrase.split(" and ")))  # fmt: skip

    # ------------------------------------------------------------------ deeds

    def go(self, place: str, *roles: str) -> None:
        """Characters are at a place from here on."""
        for role in roles or ("hero",):
            self.writer.fact(self.world.go(self[role].key, self[place].key))

    def take(self, role: str, thing: str) -> None:
        """Somebody has the thing from here on."""
        self.writer.fact(self.world.take(self[role].key, self[thing].key))

    def give(self, giver: str, receiver: str, thing: str) -> None:
        """The thing changes hands, but not its owner."""
        self.writer.fact(self.world.give(self[giver].key, self[receiver].key, self[thing].key))

    def put(self, thing: str, spot: str) -> None:
        """The thing is at a spot or a place from here on."""
        self.writer.fact(self.world.put(self[thing].key, self[spot].key))

    def own(self, role: str, thing: str) -> None:
        """The thing belongs to somebody from here on."""
        self.writer.fact(self.world.own(self[role].key, self[thing].key))

    def state(self, thing: str, state: str) -> None:
        """The thing is broken, wet, mended … from here on."""
        self.writer.fact((self[thing].key, "is", state))

    def want(self, role: str, thing: str) -> None:
        """Somebody wants the thing."""
        self.writer.fact((self[role].key, "wants", self[thing].key))

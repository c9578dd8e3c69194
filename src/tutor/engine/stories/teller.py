"""What a plot tells its story with: say, speak, feel, and the changes of the world that go with the words."""

from __future__ import annotations

import random

from .cast import Cast, side_of
from .grammar import alternatives, gerund, past
from .lexicon import Place, Thing
from .wording import Writer
from .world import Entity, World


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

    # ------------------------------------------------------------------ roles

    def play(self, role: str, entity: Entity) -> Entity:
        """Give a role to an entity; templates then say `{role}`."""
        self.writer.roles[role] = entity.key
        return entity

    def __getitem__(self, role: str) -> Entity:
        return self.world.entities[self.writer.roles[role]]

    def __contains__(self, role: str) -> bool:
        return role in self.writer.roles

    def hero(self, animals: float = 0.35) -> Entity:
        """The main character: a child or an animal."""
        entity = self.cast.animal() if self.chance(animals) else self.cast.child()
        return self.play("hero", entity)

    def friend(self, relation: str = "-", pronoun: str = "") -> Entity:
        """A second character of the hero's kind, and the two as the group *both*."""
        entity = self.play("friend", self.cast.companion(self["hero"], relation, pronoun))
        self.play("both", self.cast.group(self["hero"], entity))
        return entity

    def parent(self, pronoun: str = "") -> Entity:
        """The hero's parent."""
        return self.play("parent", self.cast.parent(self["hero"], pronoun))

    def thing(self, role: str, kind: str = "", owner: str = "", singular: bool = False) -> Entity:
        """A thing from the table; `owner` is a role."""
        key = self.writer.roles[owner] if owner else ""
        entity, row = self.cast.thing(kind, key, singular)
        self.things[role] = row
        return self.play(role, entity)

    def place(self, role: str, *kinds: str) -> Entity:
        """A place from the table."""
        entity, row = self.cast.place(*kinds)
        self.places[role] = row
        return self.play(role, entity)

    def spot(self, role: str, place: str = "place") -> Entity:
        """A spot that suits a place."""
        return self.play(role, self.cast.spot(side_of(self.places[place]), self[place].key))

    # ------------------------------------------------------------------ words

    def chance(self, probability: float) -> bool:
        """True with a probability."""
        return self.rng.random() < probability

    def say(self, template: str, focus: str = "hero", **words: str) -> None:
        """Write one alternative of a template; `words` replace `$name` in it."""
        for name in sorted(words, key=len, reverse=True):
            template = template.replace("$" + name, words[name])
        self.writer.roles["@"] = self.writer.roles.get(focus, "")
        self.writer.write(template)

    def maybe(self, probability: float, template: str, focus: str = "hero", **words: str) -> None:
        """Say it, or leave it out."""
        if self.chance(probability):
            self.say(template, focus, **words)

    def paragraph(self) -> None:
        """Start a new paragraph."""
        self.writer.paragraph()

    def feel(self, role: str, mood: str, probability: float = 1.0) -> None:
        """Somebody feels sad, happy, afraid, angry, proud, surprised, excited, sorry, lonely, tired or calm."""
        fact = self.world.feel(self[role].key, mood)
        if self.chance(probability):
            self.say(f"<feel_{mood}>", role)
            self.writer.fact(fact)

    def speak(self, role: str, words: str, mood: str = "plain", to: str = "", **slots: str) -> None:
        """Somebody says one alternative of `words`, in one of several frames."""
        words = self.rng.choice(alternatives(words))
        for name in sorted(slots, key=len, reverse=True):
            words = words.replace("$" + name, slots[name])
        self.writer.roles["@"] = self[role].key
        listener = self[to].key if to else ""
        self.writer.roles["to"] = listener or self[role].key
        self.writer.speaker, self.writer.addressee = self[role].key, listener
        if self.by_lines and self._last_speaker != role:
            self.writer.paragraph()
        self._last_speaker = role
        self.writer.write(self._frame(words, mood, to))
        self.writer.speaker = self.writer.addressee = ""

    def _frame(self, words: str, mood: str, to: str) -> str:
        end = words[-1]
        verb = {"?": "asked", "!": f"<call_{mood}>"}.get(end, f"<say_{mood}>")
        first, dot, rest = words.partition(". ")
        tail = words if end in "?!" else words[:-1] + ","
        frames = [
            f'"{tail}" ~{verb} {{@.full}}.', f'"{tail}" ~{{@}} {verb}.', f'"{tail}" ~{{@}} {verb} <how_{mood}>.',
            f'{{@}} {"asked" if end == "?" else "said"}, "{words}"',
            f'{{@}} [<beat_{mood}>] and {"asked" if end == "?" else "said"}, "{words}"',
        ]  # fmt: skip
        if mood in ("plain", "kind") and not to:
            frames[4] = frames[3]
        if to:
            frames.append(f'{"{@} asked {to.o}" if end == "?" else "{@} said to {to.o}"}, "{words}"')
        if dot and "?" not in first and '"' not in first and first.count("[") == first.count("]"):
            frames += [f'"{first}," ~[said {{@.full}}|{{@}} said][| <how_{mood}>]. "{rest}"'] * 3
        if end != ",":
            frames.append(f'{{@}} [<beat_{mood}>]. "{words}"' if frames[4] != frames[3] else frames[0])
        return self.rng.choice(frames)

    def use(self, role: str, form: str = "base") -> str:
        """One thing one does with the thing in a role: *bounce it*, *bounced it*, *bouncing it*."""
        phrase = self.cast.pick(self.things[role].uses)
        return self.form(phrase, form).replace("@", f"{{{role}.o}}")

    def activity(self, role: str = "place", form: str = "base") -> str:
        """One thing one does at the place in a role."""
        return self.form(self.cast.pick(self.places[role].activities), form)

    @staticmethod
    def form(phrase: str, form: str) -> str:
        """A verb phrase as `base`, `past` or `ing`."""
        return past(phrase) if form == "past" else gerund(phrase) if form == "ing" else phrase

    def at(self, role: str = "place") -> str:
        """*in the garden* as a template."""
        return f"{self[role].preposition} {{{role}}}"

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

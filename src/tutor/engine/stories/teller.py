"""What a plot tells its story with: say, speak, feel, and the changes of the world that go with the words."""

from __future__ import annotations

import random

from . import lexicon
from .cast import animal_row
from .grammar import alternatives, gerund, past, plural
from .roles import Roles

_FRAMES = (
    '"{@.tail}" ~$verb {@.full}.',
    '"{@.tail}" ~{@} $verb.',
    '"{@.tail}" ~{@} $plain <how_$mood>.',
    '{@} $plain, "{@.words}"',
)
_BEAT_FRAMES = ('{@} <beat_$mood> and $plain, "{@.words}"', '{@} <beat_$mood>. "{@.words}"')
_SPLIT_FRAME = '"{@.head}," ~[said {@.full}|{@} said][| <how_$mood>]. "{@.rest}"'


class Teller(Roles):
    """Tells a story: what is said is written, what is done changes the world."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.by_lines = self.chance(0.35)
        """Whether each change of speaker starts a new paragraph."""
        self._last_speaker = ""
        self._spoken: dict[str, str] = {}
        self._answering = False
        """Whether the last thing written was speech."""
        self.lessons = ""
        """The morals that the ending may choose from, as a template."""
        self.writer.expand = self.expand

    # ------------------------------------------------------------------ words

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
        self.writer.names.speaker, self.writer.names.addressee = self[role].key, listener
        if self.by_lines and self._last_speaker != role:
            self.writer.paragraph()
        self._answering = self._answering and self._last_speaker != role
        self._last_speaker = role
        self.writer.write(self._frame(words, mood, to))
        self.writer.names.speaker = self.writer.names.addressee = ""
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
        row = animal_row(self[role].noun)
        if form == "moved":
            return past(row.moves) if row else "[walked|ran|skipped|went]"
        if form == "sound":
            return row.sound if row else "laugh"
        if form == "home":
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
            for key in self[role].members or (self[role].key,):
                self.writer.fact(self.world.go(key, self[place].key))

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

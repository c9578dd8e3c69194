"""The realiser: turns templates into sentences, and decides how each entity is named where it is mentioned.

A pronoun is used only where it can mean one entity: it was mentioned in this sentence or the one before, and
nobody else who shares the pronoun was. Marks in the stream (private-use characters) say where a mention starts
and ends and where a fact begins to hold; `finish` takes them out and gives their offsets.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

from . import phrases
from .grammar import Choice, Pool, Reference, Sequence, parse, settle_articles
from .world import PEOPLE, Entity, World

START, END, FACT = "\ue000", "\ue001", "\ue002"

CASES = {
    "he": {"s": "he", "o": "him", "p": "his", "self": "himself", "mine": "his"},
    "she": {"s": "she", "o": "her", "p": "her", "self": "herself", "mine": "hers"},
    "it": {"s": "it", "o": "it", "p": "its", "self": "itself", "mine": "its"},
    "they": {"s": "they", "o": "them", "p": "their", "self": "themselves", "mine": "theirs"},
    "I": {"s": "I", "o": "me", "p": "my", "self": "myself", "mine": "mine"},
    "you": {"s": "you", "o": "you", "p": "your", "self": "yourself", "mine": "yours"},
    "we": {"s": "we", "o": "us", "p": "our", "self": "ourselves", "mine": "ours"},
}
PHRASES = frozenset("use used using do did doing at home like liking lessons ate foods snack words tail head rest".split())
"""Forms of a reference that stand for a whole phrase about the entity."""
_AGREEING = {  # singular and plural of the words that agree with an entity: {toy.was}
    "was": ("was", "were"), "is": ("is", "are"), "has": ("has", "have"), "does": ("does", "do"),
    "this": ("this", "these"), "that": ("that", "those"), "looks": ("looks", "look"), "one": ("one", "pair"),
}  # fmt: skip
_ALIASES = {"I": "s", "me": "o", "my": "p", "myself": "self", "mine": "mine"}
_TEXT = re.compile(r"[A-Za-z]|[.!?\"\n~]")

_PERSONS = re.compile(r"\b(?:I|me|my|mine|myself|you|your|yours|yourself|You|Your|My)\b")


@dataclass
class Sight:
    """When an entity was last mentioned, and whether it was a subject then."""

    sentence: int
    subject: bool


class Writer:
    """Writes templates one after the other and remembers what the reader has in mind."""

    def __init__(self, rng: random.Random, world: World) -> None:
        self.rng, self.world = rng, world
        self.roles: dict[str, str] = {}
        """The key of the entity in each role."""
        self.introduced: set[str] = set()
        self.known_kind: set[str] = set()
        """Characters of whom the reader knows what they are, so that *the goose* is understood."""
        self.expand: Callable[[str, str], str] = lambda role, form: f"{{{role}}}"
        """What a reference in one of the `PHRASES` forms stands for; the teller knows."""
        self.speaker, self.addressee = "", ""
        self.parts: list[str] = []
        self.mentions: list[str] = []
        """The entity of each start mark, in order."""
        self.facts: list[tuple[str, str, str]] = []
        self._seen: dict[str, Sight] = {}
        self._sentence = 0
        self._capital, self._quoted, self._new_paragraph = True, False, True
        self._pronoun_run = 0
        self._recent: dict[str, set[int]] = {}

    # ------------------------------------------------------------------ templates

    def write(self, template: str) -> None:
        """Write one alternative of a template, after a space where one is needed."""
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append(" ")
        self._choice(parse(template))

    def paragraph(self) -> None:
        """Begin a new paragraph."""
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")
            self._new_paragraph = True

    def fact(self, fact: tuple[str, str, str]) -> None:
        """Let a fact hold from here on."""
        self.facts.append(fact)
        self.parts.append(FACT)

    def _choice(self, choice: Choice) -> None:
        options = choice.options
        index = self.rng.randrange(len(options))
        if len(options) > 3:  # avoid wordings that this story has used already
            used = self._recent.setdefault(choice.source, set())
            if index in used:
                index = self.rng.randrange(len(options))
            used.add(index)
        self._sequence(options[index])

    def _sequence(self, sequence: Sequence) -> None:
        for node in sequence:
            if isinstance(node, str):
                self._text(node)
            elif isinstance(node, Reference):
                self._refer(node.role, node.form)
            elif isinstance(node, Pool):
                self._choice(parse(phrases.POOLS[node.name]))
            else:
                self._choice(node)

    def _text(self, text: str) -> None:
        """Plain text: quotation marks, the ends of sentences and capitals are followed as it is written."""
        if self._quoted and self.speaker and '"' not in text:
            text = self._mark_persons(text)
        written, position = [], 0
        for found in _TEXT.finditer(text):
            letter = found.group()
            if letter == '"':
                self._quoted = not self._quoted
                self._capital = self._capital or self._quoted
            elif letter in ".!?~":
                self._capital = letter != "~"
            elif self._capital and letter != "\n":
                written.append(text[position : found.start()] + letter.upper())
                position = found.end()
                self._capitalised()
        written.append(text[position:])
        self.parts.append("".join(written).replace("~", ""))

    def _mark_persons(self, text: str) -> str:
        """Put marks around *I*, *my*, *you* … in what a speaker says."""

        def mark(found: re.Match[str]) -> str:
            key = self.addressee if found[0].lower().startswith("you") else self.speaker
            return "".join(self._wrap(self.world.entities[key], [found[0]])) if key else found[0]

        return _PERSONS.sub(mark, text)

    def _capitalised(self) -> None:
        self._capital = False
        if not self._quoted:
            self._sentence += 1

    def no_capital(self) -> None:
        """What follows goes on with the sentence."""
        self._capital = False

    # ------------------------------------------------------------------ references

    def _refer(self, role: str, form: str) -> None:
        if role in _ALIASES:
            role, form = "@speaker", _ALIASES[role]
        elif role in ("you", "your", "yourself", "yours"):
            form = form if form == "name" else {"you": "s", "your": "p", "yours": "mine"}.get(role, "self")
            role = "@addressee"
        if form in PHRASES:
            self._choice(parse(self.expand(role, form)))
            return
        key = {"@speaker": self.speaker, "@addressee": self.addressee}.get(role) or self.roles.get(role, "")
        if not key:
            if role != "@addressee":
                raise KeyError(f"no entity in the role {role}")
            self._text({"s": "you", "p": "your", "self": "yourself", "mine": "yours"}[form])
            return
        entity = self.world.entities[key]
        if form in _AGREEING:
            self._text(_AGREEING[form][entity.pronoun == "they"])
        elif form == "n":
            self._text(entity.noun)
        else:
            self._mention(entity, form)

    def _mention(self, entity: Entity, form: str) -> None:
        if self._capital and not self._quoted:  # the sentence starts with this mention
            self._sentence += 1
        starts, paragraph_start = self._capital, self._new_paragraph
        self._new_paragraph = False
        if form == "s" and self._joined():
            form = "full"
        pieces = self._expression(entity, form, starts and paragraph_start)
        self.introduced.add(entity.key)
        self.parts.append("".join(pieces) if not starts else _capitalise("".join(pieces)))
        self._capital = False
        if not self._quoted or entity.key not in (self.speaker, self.addressee):
            self._remember(entity, form in ("s", "a", "a1", "name") and not self._quoted)

    def _joined(self) -> bool:
        """Whether this mention is the second half of *Lily and …*: a pronoun would sound odd."""
        return len(self.parts) > 1 and self.parts[-1] == " and " and self.parts[-2].endswith(END)

    def _remember(self, entity: Entity, subject: bool) -> None:
        old = self._seen.get(entity.key)
        again = old is not None and old.sentence == self._sentence and old.subject
        self._seen[entity.key] = Sight(self._sentence, subject or again)
        for member in entity.members:
            if member not in self._seen or self._seen[member].sentence < self._sentence:
                self._seen[member] = Sight(self._sentence, False)

    def _wrap(self, entity: Entity, pieces: list[str]) -> list[str]:
        """Put the marks of a mention around `pieces`."""
        return [START + chr(0xE100 + self._number(entity.key)), *pieces, END]

    def _number(self, key: str) -> int:
        if key not in self.mentions:
            self.mentions.append(key)
        return self.mentions.index(key)

    def _expression(self, entity: Entity, form: str, opens_paragraph: bool) -> list[str]:
        """The words that refer to an entity in this form, with their marks."""
        case = form if form in ("s", "o", "p", "self", "mine") else "s"
        if self._quoted:
            person = self._person(entity)
            if person and form not in ("name", "a", "a1", "the"):
                return self._wrap(entity, [CASES[person][case]])
        if form == "self" or (form in ("s", "o", "p", "mine") and self._may_be_pronoun(entity, case)):
            if form == "self" or self._wants_pronoun(entity, case, opens_paragraph):
                return self._wrap(entity, [CASES[entity.pronoun][case]])
        if case == "s":
            self._pronoun_run = 0
        if form in ("it", "them"):
            return self._wrap(entity, [CASES[entity.pronoun]["s" if form == "it" else "o"]])
        words = self._full(entity, form)
        if case in ("p", "mine"):
            words.append("'" if "".join(words).rstrip(END).endswith("s") and entity.pronoun == "they" else "'s")
        return self._wrap(entity, words)

    def _person(self, entity: Entity) -> str:
        """I, you or we, if the entity is one of those who talk."""
        if entity.key == self.speaker:
            return "I"
        if entity.key == self.addressee:
            return "you"
        return "we" if self.speaker in entity.members and entity.kind == "group" else ""

    def _may_be_pronoun(self, entity: Entity, case: str) -> bool:
        """Whether a reader can only think of this entity."""
        if entity.kind in ("spot", "place"):
            return False
        now, seen = self._sentence, self._seen.get(entity.key)
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
        return other.pronoun == entity.pronoun and other.kind != "place"

    def _wants_pronoun(self, entity: Entity, case: str, opens_paragraph: bool) -> bool:
        """Whether a pronoun also sounds right here."""
        if self._seen[entity.key].sentence == self._sentence:
            return True
        chance = 0.15 if opens_paragraph else 0.85 if case == "s" else 0.93
        if case == "s":
            if self._pronoun_run >= 3:
                chance = 0.35
            self._pronoun_run += 1
        return self.rng.random() < chance

    # ------------------------------------------------------------------ full noun phrases

    def _full(self, entity: Entity, form: str) -> list[str]:
        new = entity.key not in self.introduced
        if entity.kind == "group":
            return self._group(entity, new)
        if entity.kind in ("place", "spot"):
            return [self._definite(entity, new, form)]
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
        return [self._definite(entity, False, form)]

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

    def _definite(self, entity: Entity, new: bool, form: str) -> str:
        if entity.kind in ("place", "spot"):
            return entity.noun if entity.noun.startswith(("the ", "a ", "his ", "her ")) else "the " + entity.noun
        count = 1 if self.rng.random() < 0.3 else 0
        return "the " + " ".join((*self._adjectives(entity, count), entity.noun))

    def _owned(self, entity: Entity) -> list[str]:
        owner = self.world.entities[self.world.owner[entity.key]]
        possessive = self._possessive(owner)
        if not possessive:
            seen = self._seen.get(owner.key)
            if seen is not None and seen.sentence == self._sentence and entity.key in self.introduced:
                return [self._definite(entity, False, "the")]
            possessive = self._wrap(owner, [*self._full(owner, "full"), "'s"])
        count = 1 if self.rng.random() < 0.3 else 0
        return [*possessive, " ", " ".join((*self._adjectives(entity, count), entity.noun))]

    def _possessive(self, owner: Entity) -> list[str]:
        """*her*, *my*, *your*: marked, if the owner can be meant by such a word here; else empty."""
        person = self._person(owner) if self._quoted else ""
        if person:
            return self._wrap(owner, [CASES[person]["p"]])
        if self._may_be_pronoun(owner, "p"):
            self._remember(owner, False)
            return self._wrap(owner, [CASES[owner.pronoun]["p"]])
        return []

    def _kin(self, entity: Entity, form: str) -> list[str]:
        """A parent: *Mom*, *her mom*, *Lily's mom*."""
        child = self.world.entities[entity.relation_to]
        if self._quoted and child.key not in (self.speaker, self.addressee) and not entity.name:
            return ["the " + entity.noun] if not self._may_be_pronoun(child, "p") else self._their(child, entity)
        if entity.name and (form == "name" or entity.key in self.introduced or self.rng.random() < 0.3):
            return [entity.name]
        if form == "name":
            return [entity.noun.capitalize()]
        return self._their(child, entity)

    def _their(self, child: Entity, entity: Entity) -> list[str]:
        possessive = self._possessive(child) or self._wrap(child, [child.name or "the " + child.noun, "'s"])
        if not (self._quoted and self._person(child)):
            self._remember(child, False)
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
        count = 1 if self.rng.random() < 0.25 else 0
        return ["the " + " ".join((*self._adjectives(entity, count), entity.noun))]

    def _newcomer(self, entity: Entity) -> list[str]:
        """The first mention: *his friend Tom*, *Lily's cousin, a boy named Tom*, or just the name."""
        if not entity.relation:
            return [entity.name] if entity.name else [self._indefinite(entity)]
        other = self.world.entities[entity.relation_to]
        possessive = self._possessive(other) or self._wrap(other, [*self._full(other, "full"), "'s"])
        if entity.kind == "animal":
            self.known_kind.add(entity.key)
            return [*possessive, f" {entity.relation} {entity.name} the {entity.noun}"]
        return [*possessive, f" {entity.relation} {entity.name}"]

    def _group(self, entity: Entity, new: bool) -> list[str]:
        one, other = (self.world.entities[key] for key in entity.members[:2])
        if not new and self.rng.random() < 0.35:
            return [self.rng.choice(phrases.group_nouns(one, other))]
        first = self._wrap(one, self._full(one, "name" if one.name else "full"))
        if other.key not in self.introduced and other.relation_to == one.key and other.relation:
            self.known_kind.add(other.key)
            kind = f" the {other.noun}" if other.kind == "animal" else ""
            whose = self._wrap(one, [CASES[one.pronoun]["p"]])
            second = self._wrap(other, [*whose, f" {other.relation} {other.name}{kind}"])
        else:
            second = self._wrap(other, self._full(other, "name" if other.name else "full"))
        self.introduced.add(other.key)
        return [*first, " and ", *second]

    # ------------------------------------------------------------------ the end

    def finish(self) -> tuple[str, list[tuple[int, int, str]], list[tuple[int, tuple[str, str, str]]]]:
        """The text without marks; the spans of the mentions; the offsets of the facts."""
        return strip_marks(settle_articles("".join(self.parts)), self.mentions, self.facts)


def _capitalise(text: str) -> str:
    """The first letter as a capital, whatever marks stand before it."""
    for index, letter in enumerate(text):
        if letter < "\ue000":
            return text[:index] + letter.upper() + text[index + 1 :]
    return text


def strip_marks(
    marked: str, keys: list[str], facts: list[tuple[str, str, str]]
) -> tuple[str, list[tuple[int, int, str]], list[tuple[int, tuple[str, str, str]]]]:
    """Take the marks out of a text, and spaces that are one too many."""
    output: list[str] = []
    opened: list[tuple[int, str]] = []
    spans: list[tuple[int, int, str]] = []
    offsets: list[tuple[int, tuple[str, str, str]]] = []
    for letter in marked:
        if letter >= "\ue100":
            opened.append((len(output), keys[ord(letter) - 0xE100]))
        elif letter == END:
            start, key = opened.pop()
            spans.append((start, len(output), key))
        elif letter == FACT:
            offsets.append((len(output), facts[len(offsets)]))
        elif letter == START or (letter == " " and (not output or output[-1] in " \n")):
            continue
        else:
            if letter in ".,!?\n" and output and output[-1] == " ":
                output.pop()
            output.append(letter)
    return "".join(output).rstrip(), sorted(spans), offsets

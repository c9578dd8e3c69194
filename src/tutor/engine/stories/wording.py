"""The writer: turns templates into running text, with capitals, quotation marks and marks for mentions and facts."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from . import phrases
from .grammar import Choice, Pool, Reference, Sequence, parse, settle_articles
from .marks import END, FACT, Unmarked, capitalise
from .reference import Namer
from .world import Entity, Fact, Mention, World

PHRASES = frozenset(
    "use used using do did doing at home like liking lessons ate foods snack words tail head rest moved sound".split()
)
"""Forms of a reference that stand for a whole phrase about the entity."""
_AGREEING = {  # singular and plural of the words that agree with an entity: {toy.was}
    "was": ("was", "were"), "is": ("is", "are"), "has": ("has", "have"), "does": ("does", "do"),
    "this": ("this", "these"), "that": ("that", "those"), "looks": ("looks", "look"), "one": ("one", "pair"),
}  # fmt: skip
_ALIASES = {"I": "s", "me": "o", "my": "p", "myself": "self", "mine": "mine"}
_SIGN = re.compile(r"[.!?\"~]")
_LETTER_OR_SIGN = re.compile(r"[A-Za-z.!?\"~]")

_PERSONS = re.compile(r"\b(?:I|me|my|mine|myself|you|your|yours|yourself|You|Your|My)\b")


class Writer:
    """Writes templates one after the other and remembers what the reader has in mind."""

    def __init__(self, rng: random.Random, world: World) -> None:
        self.rng, self.world = rng, world
        self.names = Namer(rng, world)
        self.roles: dict[str, str] = {}
        """The key of the entity in each role."""
        self.expand: Callable[[str, str], str] = lambda role, form: f"{{{role}}}"
        """What a reference in one of the `PHRASES` forms stands for; the teller knows."""
        self.parts: list[str] = []
        self.facts: list[tuple[str, str, str]] = []
        self._capital, self._new_paragraph = True, True
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
        if self.names.quoted and self.names.speaker and '"' not in text:
            text = self._mark_persons(text)
        written, position = [], 0
        found = self._next_sign(text, 0)
        while found:
            sign = found.group()
            if sign == '"':
                self.names.quoted = not self.names.quoted
                self._capital = self._capital or self.names.quoted
            elif sign in ".!?~":
                self._capital = sign != "~"
            else:
                written.append(text[position : found.start()] + sign.upper())
                position = found.end()
                self._capitalised()
            found = self._next_sign(text, found.end())
        self.parts.append(("".join(written) + text[position:]).replace("~", ""))

    def _next_sign(self, text: str, position: int) -> re.Match[str] | None:
        """The next sign of punctuation, or the next letter if it must be a capital."""
        return (_LETTER_OR_SIGN if self._capital else _SIGN).search(text, position)

    def _mark_persons(self, text: str) -> str:
        """Put marks around *I*, *my*, *you* … in what a speaker says."""

        def mark(found: re.Match[str]) -> str:
            key = self.names.addressee if found[0].lower().startswith("you") else self.names.speaker
            return "".join(self.names.wrap(self.world.entities[key], [found[0]])) if key else found[0]

        return _PERSONS.sub(mark, text)

    def _capitalised(self) -> None:
        self._capital = False
        if not self.names.quoted:
            self.names.sentence += 1

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
        key = {"@speaker": self.names.speaker, "@addressee": self.names.addressee}.get(role) or self.roles.get(
            role, ""
        )
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
        if self._capital and not self.names.quoted:  # the sentence starts with this mention
            self.names.sentence += 1
        starts, paragraph_start = self._capital, self._new_paragraph
        self._new_paragraph = False
        if form == "s" and self._joined():
            form = "full"
        pieces = self.names.expression(entity, form, starts and paragraph_start)
        self.names.introduced.add(entity.key)
        self.parts.append("".join(pieces) if not starts else capitalise("".join(pieces)))
        self._capital = False
        if not self.names.quoted or entity.key not in (self.names.speaker, self.names.addressee):
            self.names.remember(entity, form in ("s", "a", "a1", "name") and not self.names.quoted)

    def _joined(self) -> bool:
        """Whether this mention is the second half of *Lily and …*: a pronoun would sound odd."""
        return len(self.parts) > 1 and self.parts[-1] == " and " and self.parts[-2].endswith(END)

    # ------------------------------------------------------------------ the end

    def finish(self) -> tuple[str, tuple[Mention, ...], tuple[Fact, ...]]:
        """The text without marks, its mentions and its facts."""
        plain = Unmarked(settle_articles("".join(self.parts)))
        mentions = tuple(Mention(start, end, self.names.mentions[number]) for start, end, number in plain.spans)
        facts = tuple(Fact(after, *fact) for after, fact in zip(plain.offsets, self.facts, strict=True))
        return plain.text, mentions, facts

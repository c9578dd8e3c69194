"""A tiny grammar of choices, and the English word forms that the stories need.

A template is plain text with three kinds of slot:

    [big|small|]      one of the alternatives, which may nest and may be empty
    {hero.o}          a reference to the entity in the role *hero*, in the form *o* (see `wording`)
    <glad>            one of the alternatives of the pool of that name (see `phrases`)

A bar outside all brackets separates alternatives of the whole template. `~` takes back the capital
letter that the place in the sentence would ask for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources


@dataclass(frozen=True)
class Choice:
    """One of several sequences."""

    options: tuple[Sequence, ...]
    source: str
    """The text between the brackets: what tells this choice from others."""


@dataclass(frozen=True)
class Reference:
    """A mention of the entity that plays `role`, in the grammatical `form`."""

    role: str
    form: str


@dataclass(frozen=True)
class Pool:
    """One alternative of the named pool of wordings."""

    name: str


Node = str | Choice | Reference | Pool
Sequence = tuple[Node, ...]

_SLOTS = re.compile(r"[\[\]|]|\{[^{}]*\}|<[^<>]*>")


@lru_cache(maxsize=20_000)
def parse(template: str) -> Choice:
    """The alternatives of a template.

    >>> parse("a [red|blue] {toy}|it").options[1]
    ('it',)
    """
    stack: list[list[list[Node]]] = [[[]]]
    starts: list[int] = []
    position = 0
    for slot in _SLOTS.finditer(template):
        _add(stack, template[position : slot.start()])
        position = slot.end()
        token = slot.group()
        if token == "[":
            stack.append([[]])
            starts.append(position)
        elif token == "|":
            stack[-1].append([])
        elif token == "]":
            options = stack.pop()
            source = template[starts.pop() : slot.start()]
            stack[-1][-1].append(Choice(tuple(tuple(option) for option in options), source))
        elif token[0] == "{":
            role, _, form = token[1:-1].partition(".")
            stack[-1][-1].append(Reference(role, form or "s"))
        else:
            stack[-1][-1].append(Pool(token[1:-1]))
    _add(stack, template[position:])
    if len(stack) != 1:
        raise ValueError(f"unbalanced brackets in template: {template}")
    return Choice(tuple(tuple(option) for option in stack[0]), template)


def _add(stack: list[list[list[Node]]], text: str) -> None:
    """Plain text; where a synonym is known, a choice takes its place."""
    position = 0
    for found in _known().finditer(text):
        if found.start() > position:
            stack[-1][-1].append(text[position : found.start()])
        stack[-1][-1].append(_synonyms()[found.group()])
        position = found.end()
    if text[position:]:
        stack[-1][-1].append(text[position:])


@cache
def _synonyms() -> dict[str, Choice]:
    """The choice for each phrase that may be said in another way."""
    text = (resources.files(__package__) / "scripts" / "synonyms.txt").read_text(encoding="utf-8")
    table = dict(line.split(": ", 1) for line in logical_lines(text))
    return {phrase: Choice(tuple((way,) for way in ways.split("|")), phrase) for phrase, ways in table.items()}


@cache
def _known() -> re.Pattern[str]:
    """Finds the phrases of the synonyms, the longest first; contractions need a word to lean on."""
    phrases = sorted(_synonyms(), key=len, reverse=True)
    contracted = {name for name, choice in _synonyms().items() if any("'" in str(way) for way in choice.options)}
    patterns = [re.escape(phrase) + (r"(?= )" if phrase in contracted else "") for phrase in phrases]
    return re.compile(rf"(?<![\w'])(?:{'|'.join(patterns)})(?![\w'])")


@lru_cache(maxsize=5_000)
def alternatives(template: str) -> tuple[str, ...]:
    """The texts between the outermost bars.

    >>> alternatives("a [b|c]|d")
    ('a [b|c]', 'd')
    """
    found, depth, start = [], 0, 0
    for index, letter in enumerate(template):
        if letter in "[]":
            depth += 1 if letter == "[" else -1
        elif letter == "|" and depth == 0:
            found.append(template[start:index])
            start = index + 1
    return (*found, template[start:])


def logical_lines(text: str) -> Iterator[str]:
    """The logical lines of a file: without comments, with continued alternatives joined."""
    pending = ""
    for line in (raw.strip() for raw in text.splitlines()):
        if line.startswith("|"):
            pending += line
        elif line and not line.startswith("#"):
            if pending:
                yield pending
            pending = line
    if pending:
        yield pending


_ARTICLE = re.compile(r"\b([Aa])([ \ue000-\uf8ff]+)([A-Za-z]+)")
_SOUNDS_CONSONANT = ("uni", "use", "usu", "one", "once", "ukulele", "eu")
_SOUNDS_VOWEL = ("hour", "honest")


def takes_an(word: str) -> bool:
    """Whether the indefinite article before `word` is *an*.

    >>> takes_an("owl"), takes_an("unicorn"), takes_an("hour")
    (True, False, True)
    """
    word = word.lower()
    if word.startswith(_SOUNDS_VOWEL):
        return True
    return word[0] in "aeiou" and not word.startswith(_SOUNDS_CONSONANT)


def settle_articles(text: str) -> str:
    """Turn *a* into *an* where the next word asks for it; `text` may hold marks between the two."""
    return _ARTICLE.sub(lambda found: found[1] + ("n" if takes_an(found[3]) else "") + found[2] + found[3], text)


_PAST = dict(
    pair.split(":")
    for pair in (
        "be:was bite:bit blow:blew break:broke bring:brought build:built buy:bought catch:caught "
        "come:came creep:crept cut:cut dig:dug do:did draw:drew drink:drank drive:drove eat:ate fall:fell feed:fed "
        "feel:felt find:found fly:flew fold:folded get:got give:gave go:went grow:grew hang:hung "
        "have:had hear:heard hide:hid hit:hit hold:held keep:kept know:knew lay:laid lead:led leave:left "
        "lie:lay lose:lost make:made meet:met put:put read:read ride:rode ring:rang rise:rose run:ran "
        "say:said see:saw set:set shut:shut let:let hurt:hurt spread:spread sew:sewed shake:shook "
        "shine:shone sing:sang sit:sat sleep:slept slide:slid spin:spun stand:stood stick:stuck "
        "sweep:swept swim:swam swing:swung take:took teach:taught tell:told think:thought throw:threw "
        "wake:woke wear:wore win:won wind:wound write:wrote "
    ).split()
)
_DOUBLED = re.compile(r"(?:qu|[^aeiou])*[aeiou][^aeiouwxy]")
"""One short vowel before one consonant at the end: the consonant doubles before *-ed* and *-ing*."""


@cache
def past(phrase: str) -> str:
    """A verb phrase in the past tense.

    >>> past("carry it home"), past("hop on one leg"), past("ride a bike")
    ('carried it home', 'hopped on one leg', 'rode a bike')
    """
    verb, space, rest = phrase.partition(" ")
    return _past_verb(verb) + space + rest


def _past_verb(verb: str) -> str:
    if verb in _PAST:
        return _PAST[verb]
    if _DOUBLED.fullmatch(verb):
        return verb + verb[-1] + "ed"
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + "ed"


@cache
def gerund(phrase: str) -> str:
    """A verb phrase in its *-ing* form.

    >>> gerund("make a cake"), gerund("run fast"), gerund("lie down"), gerund("see")
    ('making a cake', 'running fast', 'lying down', 'seeing')
    """
    verb, space, rest = phrase.partition(" ")
    if _DOUBLED.fullmatch(verb):
        verb += verb[-1]
    elif verb == "lie":
        verb = "ly"
    elif verb.endswith("e") and not verb.endswith("ee"):
        verb = verb[:-1]
    return verb + "ing" + space + rest


_PLURALS = {
    **{"mouse": "mice", "goose": "geese", "sheep": "sheep", "fish": "fish", "deer": "deer"},
    **{"wolf": "wolves", "leaf": "leaves", "child": "children", "tomato": "tomatoes", "potato": "potatoes"},
}


def plural(noun: str) -> str:
    """The plural of a regular noun; the last word of a compound changes.

    >>> plural("berry"), plural("box"), plural("apple pie"), plural("mouse")
    ('berries', 'boxes', 'apple pies', 'mice')
    """
    if noun in _PLURALS:
        return _PLURALS[noun]
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"

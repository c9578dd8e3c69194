"""The language that plots and scenes are written in: text files of lines, performed by a `Teller`.

plot sharing                      a story of its own; `scene thank who whom` is a part with parameters ($who)
{hero} sat down.|{hero} stopped.  a sentence: one of the alternatives (see `grammar`); lines that start
|{hero} thought hard.             with a bar go on with the alternatives
(friend) <quickly> {@} ran off.   the same with `{@}` meaning the friend
friend/sad>hero: I lost it.|No!   speech: who, in which mood, to whom (may be left out)
* give hero friend toy            a deed: a method of `Teller` or a scene; `a/b` means one of the two
30% ...                           any line: only in 30 of 100 stories
EITHER 60 ... OR 40 ... END       one of several branches, with weights
IF hero child ... ELSE ... END    a branch if the hero is a child (kind, pronoun, noun or a tag of the table);
                                  `IF broken` asks for a `* note broken`; `IF not` turns it round
lesson: sharing is fun|...        the end of the story, perhaps with one of these morals
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources

from .grammar import logical_lines
from .teller import Teller


@dataclass(frozen=True)
class Step:
    """One line, or one branching with everything in it."""

    kind: str
    """say, speak, do, lesson, EITHER or IF."""
    words: tuple[str, ...]
    chance: float = 1.0
    branches: tuple[tuple[float, tuple[Step, ...]], ...] = ()


@dataclass
class Script:
    """A named plot or scene."""

    name: str
    parameters: tuple[str, ...]
    scene: bool
    steps: list[Step] = field(default_factory=list)


_PARAMETER = re.compile(r"\$(\w+)")
_CHANCE = re.compile(r"(\d+)% +(.*)", re.DOTALL)
_SPEECH = re.compile(r"([\w$]+)/(\w+)(?:>([\w$]+))?: (.*)", re.DOTALL)
_FOCUS = re.compile(r"\(([\w$]+)\) (.*)", re.DOTALL)


def load(folder: str, name: str) -> dict[str, Script]:
    """The scripts of one file of the package, by their names."""
    text = (resources.files(__package__) / folder / name).read_text(encoding="utf-8")
    scripts: dict[str, Script] = {}
    lines = logical_lines(text)
    current: Script | None = None
    for line in lines:
        if line.startswith(("plot ", "scene ")):
            kind, title, *parameters = line.split()
            current = scripts[title] = Script(title, tuple(parameters), kind == "scene")
        elif current is not None:
            current.steps.append(_step(line, lines))
    return scripts


def _step(line: str, lines: Iterator[str]) -> Step:
    chance = 1.0
    if found := _CHANCE.fullmatch(line):
        chance, line = int(found[1]) / 100, found[2]
    first = line.split(maxsplit=1)[0]
    if first in ("EITHER", "IF"):
        return _branching(line, lines, chance)
    if first == "*":
        return Step("do", tuple(line.split()[1:]), chance)
    if first == "lesson:":
        return Step("lesson", (line.removeprefix("lesson:").strip(),), chance)
    if found := _SPEECH.fullmatch(line):
        return Step("speak", (found[1], found[2], found[3] or "", found[4]), chance)
    if found := _FOCUS.fullmatch(line):
        return Step("say", (found[1], found[2]), chance)
    return Step("say", ("hero", line), chance)


def _branching(line: str, lines: Iterator[str], chance: float) -> Step:
    """Everything from `EITHER` or `IF` to its `END`."""
    kind, *words = line.split()
    branches: list[tuple[float, tuple[Step, ...]]] = []
    weight, steps = float(words[0]) if kind == "EITHER" and words else 1.0, list[Step]()
    for inner in lines:
        first, *rest = inner.split()
        if first in ("OR", "ELSE", "END"):
            branches.append((weight, tuple(steps)))
            weight, steps = float(rest[0]) if rest else 1.0, []
            if first == "END":
                return Step(kind, tuple(words), chance, tuple(branches))
        else:
            steps.append(_step(inner, lines))
    raise ValueError(f"no END to: {line}")


class Stage:
    """Performs scripts with a teller."""

    def __init__(self, teller: Teller, scenes: dict[str, Script]) -> None:
        self.teller, self.scenes = teller, scenes

    def perform(self, script: Script, *arguments: str) -> None:
        """Tell a plot, or a scene with the roles that its parameters stand for."""
        self._steps(script.steps, dict(zip(script.parameters, arguments, strict=True)))

    def _steps(self, steps: list[Step] | tuple[Step, ...], names: dict[str, str]) -> None:
        for step in steps:
            if step.chance == 1.0 or self.teller.chance(step.chance):
                self._step(step, names)

    def _step(self, step: Step, names: dict[str, str]) -> None:
        words = tuple(_fill(word, names) for word in step.words) if names else step.words
        if step.kind == "say":
            self.teller.say(words[1], words[0])
        elif step.kind == "speak":
            self.teller.speak(words[0], words[3], words[1], words[2])
        elif step.kind == "do":
            self._do(words)
        elif step.kind == "lesson":
            self.teller.lessons = f"[{words[0]}]"
            self.perform(self.scenes["ending"])
        elif step.kind == "EITHER":
            blocks = [block for _, block in step.branches]
            self._steps(self.teller.rng.choices(blocks, [weight for weight, _ in step.branches])[0], names)
        else:
            chosen = 0 if self.teller.holds(*words) else 1
            if chosen < len(step.branches):
                self._steps(step.branches[chosen][1], names)

    def _do(self, words: tuple[str, ...]) -> None:
        name, *arguments = [self.teller.rng.choice(word.split("/")) if "/" in word else word for word in words]
        if name in self.scenes:
            self.perform(self.scenes[name], *arguments)
            return
        plain = [word.replace("_", " ") for word in arguments if "=" not in word]
        named = dict(word.replace("_", " ").split("=") for word in arguments if "=" in word)
        getattr(self.teller, name)(*plain, **named)


def _fill(word: str, names: dict[str, str]) -> str:
    return _PARAMETER.sub(lambda found: names.get(found[1], found[0]), word) if "$" in word else word

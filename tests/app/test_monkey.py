"""A seeded monkey at the keyboard: whatever keys, pastes, clicks and window sizes come, the app goes on.

Runs for about 15 seconds, where `CI` is set for 60.
`TUTOR_MONKEY_SECONDS=7200 TUTOR_MONKEY_SEED=3 python -m pytest tests/app/test_monkey.py`
runs for two hours and presses other keys. A failure says the seed and the last things that were done.
"""

import asyncio
import gc
import os
import random
import time
import traceback
from collections import deque
from contextlib import suppress

import psutil
from canned import attention_result, generated, next_result, started, step, tuned, update
from canned_labs import surprised
from textual import events
from textual.errors import NoWidget
from whole_app import StillEngine, Whole

from tutor.app.engine_client import Lost
from tutor.app.freed_memory import give_back
from tutor.app.labs import LABS
from tutor.app.navigation import OpenLab, OpenLesson
from tutor.app.screens.help import HelpScreen
from tutor.app.screens.home import HomeScreen
from tutor.errors import TutorError
from tutor.experiments.frame.messages import Answer, Cancelled, Failed
from tutor.experiments.generate import Prompt

SECONDS = float(os.environ.get("TUTOR_MONKEY_SECONDS", "60" if os.environ.get("CI") else "15"))
SEED = int(os.environ.get("TUTOR_MONKEY_SEED", "1"))
WARM = 0.4
"""The part of the time after which everything has been imported and opened once."""
GROWTH = 80_000_000
"""Bytes by which memory may differ between then and the end."""

KEYS = [
    *"enter enter enter tab tab shift+tab up down left right pageup pagedown home end space backspace delete".split(),
    *"escape n b l g r s y e p w h j k q d question_mark f1 f2 f6 f7 f8 left_square_bracket plus minus".split(),
    *"ctrl+n ctrl+b ctrl+l ctrl+g ctrl+r ctrl+s ctrl+y ctrl+e ctrl+p ctrl+t ctrl+q ctrl+c ctrl+u ctrl+w".split(),
    *"alt+left alt+right shift+up shift+down shift+left ctrl+a ctrl+k ctrl+v ctrl+x".split(),
    *"123456789twpagf",
]
CHARACTERS = {
    "question_mark": "?", "left_square_bracket": "[", "plus": "+", "minus": "-", "space": " ",
    "enter": "\r", "tab": "\t",
}  # fmt: skip
LETTERS = "the cat sat on it, aé漢👩‍👩‍👧שלום|.-/[]{}\\\"'0123456789"
PASTES = [
    "",
    "   ",
    "\n\t\x00\x1b[31m\r\n",
    "Once upon a time there was a cat. " * 30_000,
    "👩‍👩‍👧‍👦" * 50,
    "שלום עולם مرحبا",
    "[bold]no markup[/] \\[ $accent",
    "king | man | woman",
    os.devnull,
    "/",
    "é" * 500,
    "x" * 3000,
]
SIZES = [(80, 24), (120, 40), (200, 60), (20, 5), (1, 1), (99, 24), (100, 30), (40, 10), (60, 12), (120, 8)]


class LivelyEngine(StillEngine):
    """Answers soon, late or never, fails and dies, as the dice say."""

    def __init__(self, dice):
        super().__init__()
        self.dice = dice
        self.number = 0
        self.open = {}

    @property
    def second(self):
        self._second = self._second or LivelyEngine(self.dice)
        return self._second

    def run(self, name, inputs, on_message):
        self.number += 1
        self.open[self.number] = on_message
        asyncio.get_running_loop().call_later(
            self.dice.choice([0, 0.02, 0.3]), self.answer, self.number, name, inputs
        )
        return self.number

    def cancel(self, request, patience=0.2):
        self.finish(request, Cancelled(request))

    def watch(self, callback):
        self.watchers.append(callback)
        return lambda: self.watchers.remove(callback)

    def finish(self, number, message):
        if on_message := self.open.pop(number, None):
            asyncio.get_running_loop().call_soon(on_message, message)

    def answer(self, number, name, inputs):
        """One of the things that can happen to a question."""
        fate = self.dice.random()
        if fate < 0.05:
            self.change("starting", "the engine process ended (signal 9)")
            self.finish(number, Lost(number, "the engine process ended (signal 9)", again=self.dice.random() < 0.7))
            asyncio.get_running_loop().call_later(0.1, self.change, "ready")
        elif fate < 0.1:
            self.finish(number, Failed(number, "storyteller: [no] such model; \\[try another", expected=True))
        elif fate < 0.97 and number in self.open:
            try:
                *pieces, last = _records(name, inputs)
            except (
                TutorError,
                LookupError,
                ValueError,
            ) as error:  # a word or head that is not canned
                self.finish(number, Failed(number, str(error), expected=True))
                return
            for piece in pieces:
                self.open[number](Answer(number, piece, False, 0.01))
            self.finish(number, Answer(number, last, True, 0.01))


def _records(name, inputs):
    """What the engine would stream."""
    if name == "attention":
        return [attention_result(inputs)]
    if name == "next":
        return [next_result("time", "day", "[x]")]
    if name == "surprise":
        return [surprised(inputs)]
    if name == "generate":
        pieces = [step(number, text) for number, text in enumerate([" a", "[/b]", "\x1b[0m", "\n"])]
        return [Prompt(inputs.text, 3), *pieces, generated(inputs, " a", "[/b]")]
    if name == "finetune":
        return [started(), update(5, 3.5), update(10, 3.1), tuned(update(5, 3.5), update(10, 3.1))]
    raise LookupError(f"nothing canned for {name}")


class Unending(Whole):
    """The app with the bundled lessons, which does not take quitting for an answer."""

    def __init__(self, dice):
        super().__init__(None)
        self.engine = LivelyEngine(dice)
        self.quits = 0

    def exit(self, *arguments, **named):
        self.quits += 1


class Monkey:
    """Does one thing after the other; `done` are the last ones."""

    def __init__(self, pilot, dice):
        self.pilot, self.dice, self.app = pilot, dice, pilot.app
        self.done = deque(maxlen=25)
        self.count = 0
        self.ways = {
            self.press: 60, self.type: 12, self.paste: 5, self.resize: 5, self.go: 6, self.click: 8, self.rest: 3,
        }  # fmt: skip

    async def act(self):
        (way,) = self.dice.choices(list(self.ways), list(self.ways.values()))
        self.count += 1
        await way()
        if self.app._exception is not None:
            raise self.app._exception

    def note(self, what):
        self.done.append(what)

    async def press(self):
        """A few keys, as fast as the terminal could send them: the pilot would wait for each."""
        keys = self.dice.choices(KEYS, k=self.dice.randint(1, 5))
        self.note(" ".join(keys))
        for key in keys:
            self.app.post_message(events.Key(key, CHARACTERS.get(key, key if len(key) == 1 else None)))
            await asyncio.sleep(self.dice.choice([0, 0, 0.02]))

    async def type(self):
        text = "".join(self.dice.choices(LETTERS, k=self.dice.randint(1, 6)))
        self.note(f"type {text!r}")
        for character in text:
            self.app.post_message(events.Key("space" if character == " " else character, character))
        await asyncio.sleep(0.02)

    async def paste(self):
        text = self.dice.choice(PASTES)
        self.note(f"paste {text[:20]!r}")
        self.app.post_message(events.Paste(text))
        await asyncio.sleep(0.02)

    async def resize(self):
        size = self.dice.choice(SIZES)
        self.note(f"resize {size}")
        await self.pilot.resize_terminal(*size)

    async def go(self):
        if self.dice.random() < 0.5:
            message = OpenLab(self.dice.choice(LABS).name)
        else:
            lesson = self.dice.choice(self.app.outlines)
            message = OpenLesson(lesson.name, self.dice.choice(lesson.steps).key)
        self.note(str(message))
        self.app.post_message(message)
        await asyncio.sleep(0.05)

    async def click(self):
        width, height = self.app.size
        at = self.dice.randrange(width), self.dice.randrange(height)
        self.note(f"click {at}")
        with suppress(NoWidget):  # the pilot does not click where a new screen has drawn nothing yet
            await self.pilot.click(offset=at, times=self.dice.choice([1, 1, 2]))

    async def rest(self):
        self.note("rest")
        await self.pilot.pause(self.dice.random() * 0.3)


async def test_whatever_is_pressed_the_app_goes_on_and_memory_stays_flat(tmp_path, monkeypatch):
    """No exception; after it all, escape leads home, `?` opens help; memory stays where it was when warm."""
    monkeypatch.chdir(tmp_path)  # exported pictures
    give_back()  # as `tutor` does
    app = Unending(random.Random(f"engine {SEED}"))
    async with app.run_test(size=(80, 24), tooltips=True, notifications=True) as pilot:
        monkey = Monkey(pilot, random.Random(SEED))
        try:
            await _play(monkey, SECONDS * WARM)
            warm = _memory()
            await _play(monkey, SECONDS * (1 - WARM))
            await _leads_home(pilot)
        except BaseException as error:
            error.add_note(f"seed {SEED}, {monkey.count} things done, the last ones: {'; '.join(monkey.done)}")
            traceback.print_exception(error)  # keys that are still under way may fail in the shutdown and hide it
            raise
        grown = _memory() - warm
    assert monkey.count > SECONDS, "the monkey hardly got to press anything"
    assert grown < GROWTH, f"{grown / 1e6:.0f} MB more after {monkey.count} things"


async def _play(monkey, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await monkey.act()


async def _leads_home(pilot):
    """A key is still answered, and the way home is open."""
    app = pilot.app
    await pilot.resize_terminal(120, 40)
    for _ in range(12):
        if isinstance(app.screen, HomeScreen):
            break
        await pilot.press("escape")
        await pilot.pause(0.1)
    assert isinstance(app.screen, HomeScreen), app.text
    await pilot.press("question_mark")
    await pilot.pause()
    assert isinstance(app.screen, HelpScreen), app.text


def _memory():
    gc.collect()
    return psutil.Process().memory_info().rss

"""How long after a key press the lab's pane shows the new answer, how soon escape stops what runs, and how smooth
typing stays beside a training run.

    python tests/benchmarks/app_latency.py [PRESSES]

Prints the median and the 95th percentile in milliseconds. The app is driven without a terminal, with the real engine
process. A press counts until the answer to it is shown and the screen is at rest; escape counts until the lab waits
for nothing more and says so. Not a test: figures depend on what else runs.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

SIZE = (120, 40)
PATIENCE = 120.0
LONG = (
    "The cat chased the mouse because it was hungry and the dog ran after them through the big green garden "
    "until they all were so very tired"
)
CASES = (
    ("tokenizer", "tutor tokenize 'The cat sat on the mat and was unbelievably happy'", "abcdefgh ", 20),
    ("embeddings", "tutor neighbours king", "s", 30),
    ("attention, about 32 tokens", f"tutor attention '{LONG}'", " a", 80),
)


async def until(condition, what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"{what} took longer than {PATIENCE:.0f} s")
        await asyncio.sleep(0.001)


def answered(lab) -> bool:
    """Whether the pane shows the answer to what is filled in now."""
    return (
        lab.reply is not None
        and lab.asker.question is None
        and lab._soon is None
        and lab.reply.question.inputs == lab.inputs
        and not lab.has_class("-stale")
    )


async def press(app, lab, key: str) -> float:
    """Seconds from a key to the pane that shows its answer."""
    before = lab.entry.prompt.line.value
    start = time.perf_counter()
    app.post_message(events.Key("space" if key == " " else key, None if key == "backspace" else key))
    await until(lambda: lab.entry.prompt.line.value != before and answered(lab), f"the answer to {key!r}")
    app.screen._compositor.render_update()
    return time.perf_counter() - start


async def typing(app, line: Input, key: str) -> float:
    """Seconds from a key to the letter in the line, the answer to it apart."""
    before, start = line.value, time.perf_counter()
    app.post_message(events.Key(key, None if key == "backspace" else key))
    await until(lambda: line.value != before, f"{key!r} in the line")
    app.screen._compositor.render_update()
    return time.perf_counter() - start


async def stopped(app, lab, is_under_way, what: str) -> float:
    """Seconds from escape to a lab that has stopped; pressed as soon as the work is under way."""
    await until(is_under_way, what)
    start = time.perf_counter()
    app.post_message(events.Key("escape", None))
    await until(lambda: lab.asker.question is None and not lab.has_class("-stale"), "the end of what was stopped")
    app.screen._compositor.render_update()
    return time.perf_counter() - start


async def stops(app, pilot: Pilot, times: int) -> None:
    """Escape while a text is written, and while a learner's function never ends."""
    lab = await opened(app, pilot, f"tutor generate '{LONG[:60]}' --tokens 400")
    seconds = []
    for _ in range(times):
        await until(lambda: lab.asker.question is None and lab.the_engine().state == "ready", "the engine")
        lab.ask(on_request=True)
        seconds.append(await stopped(app, lab, lambda: len(lab._made) > 3, "the first tokens"))
        lab._made = []
    told("escape while a text is written", seconds, 200)
    lab = await opened(app, pilot, "tutor exercise softmax")
    await until(lambda: lab.name_shown == "softmax", "the exercise")
    lab.editor.put("def softmax(scores):\n    while True: pass\n")
    seconds = []
    for _ in range(times):
        await until(lambda: lab.the_engine().state == "ready", "the engine")
        lab.action_try()
        await asyncio.sleep(0.5)  # until the loop runs
        seconds.append(await stopped(app, lab, lambda: lab.asker.question is not None, "the run"))
    told("escape on a function that never ends", seconds, 200)


def told(name: str, seconds: list[float], goal: int) -> None:
    ordered = sorted(seconds)
    middle, late = ordered[len(ordered) // 2], ordered[round(0.95 * (len(ordered) - 1))]
    print(f"{name:<44} {1000 * middle:7.1f} median {1000 * late:7.1f} p95   aim: p95 of {goal} ms", flush=True)


def trains(message: object) -> bool:
    """Whether a message of a fine-tuning run says that it trains."""
    from tutor.experiments.frame.tuning import Update

    return isinstance(getattr(message, "record", None), Update)


async def opened(app, pilot: Pilot, line: str):
    from tutor.app.navigation import OpenLine
    from tutor.app.screens.playground import PlaygroundScreen

    app.post_message(OpenLine(line))
    await until(lambda: isinstance(app.screen, PlaygroundScreen) and app.screen.lab.is_mounted, "the lab")
    await pilot.pause()
    return app.screen.lab


async def measure(presses: int) -> None:
    from tutor.app.tutor_app import TutorApp
    from tutor.experiments.frame import command

    Input.cursor_blink = False
    app = TutorApp()
    async with app.run_test(size=SIZE) as pilot:
        await stops(app, pilot, max(presses // 6, 2))
        for name, line, keys, goal in CASES:
            lab = await opened(app, pilot, line)
            await until(lambda lab=lab: answered(lab), "the first answer")
            seconds = []
            for number in range(presses):
                key = keys[number // 2 % len(keys)] if number % 2 == 0 else "backspace"
                seconds.append(await press(app, lab, key))
                await pilot.pause(0.04)  # nobody types faster than 25 keys a second
            told(name, seconds[4:], goal)
        lab = await opened(app, pilot, CASES[0][1])
        text = Path(os.environ["TUTOR_STATE"]) / "text.txt"
        text.write_text("Once upon a time there was a cat who lived in a small red house. " * 400, encoding="utf-8")
        told_so_far: list[object] = []
        number = app.engine.second.run(*command.parse(f"tutor finetune {text} --minutes 1"), told_so_far.append)
        await until(lambda: any(trains(message) for message in told_so_far), "the first step of the run")
        seconds = []
        for index in range(presses):
            seconds.append(await typing(app, lab.entry.prompt.line, "backspace" if index % 2 else "a"))
            await pilot.pause(0.04)
        told("typing beside a fine-tuning run", seconds[4:], 50)
        app.engine.second.cancel(number)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TUTOR_STATE"] = folder
        asyncio.run(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 60))

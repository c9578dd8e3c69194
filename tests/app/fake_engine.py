"""An engine that answers only when a test says so, and an app around a single lab."""

import asyncio

from textual import events
from textual.app import App
from textual.widgets import Footer

from tutor.app.labs import make_lab
from tutor.app.labs.base import Lab
from tutor.experiments.frame.messages import Answer, Cancelled, Failed


class FakeEngine:
    """Keeps what it was asked; `second` is another one, for long jobs."""

    def __init__(self, state="ready"):
        self.state, self.trouble, self.device = state, "", "cpu"
        self.asked, self.cancelled, self.restarts = [], [], 0
        self.watchers = []
        self._second = None

    @property
    def second(self):
        self._second = self._second or FakeEngine()
        return self._second

    def run(self, name, inputs, on_message):
        self.asked.append((name, inputs, on_message))
        return len(self.asked)

    def cancel(self, request, patience=0.2):
        self.cancelled.append((request, patience))

    def watch(self, callback):
        self.watchers.append(callback)
        return lambda: None

    def restart(self):
        self.restarts += 1

    async def stop(self, grace=0.5):
        self.state = "gone"

    def say(self, record, last=True, request=None):
        """Answer the newest request, or the one with this number."""
        number = request or len(self.asked)
        self.asked[number - 1][2](Answer(number, record, last, 0.011))

    def fail(self, line):
        """Refuse the newest request."""
        number = len(self.asked)
        self.asked[number - 1][2](Failed(number, line, expected=True))

    def obey(self, request):
        """Say that a request was given up."""
        self.asked[request - 1][2](Cancelled(request))

    def change(self, state, trouble=""):
        self.state, self.trouble = state, trouble
        for callback in self.watchers:
            callback()


class LabApp(App):
    """One lab with the whole screen."""

    def __init__(self, experiment, engine=None):
        super().__init__()
        self.engine = engine or FakeEngine()
        self.experiment = experiment
        self.answered = []

    def compose(self):
        self.lab = make_lab(self.experiment, self.engine)
        yield self.lab
        yield Footer()

    def on_mount(self):
        self.lab.focus()

    def on_lab_answered(self, event: Lab.Answered):
        self.answered.append(event)

    @property
    def text(self):
        """What is on the screen, line by line."""
        strips = self.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    @property
    def words(self):
        """What is on the screen, wherever lines are broken, without the mark beside the pane that has the focus."""
        return " ".join(self.text.replace("▏", " ").split())

    def burst(self, text):
        """Keys as fast as they can come."""
        for character in text:
            self.post_message(events.Key("space" if character == " " else character, character))


async def settled(pilot, condition, seconds=60.0):
    """Wait until a condition holds; long enough for a machine that does much else."""
    for _ in range(int(seconds / 0.02)):
        await pilot.pause(0.02)
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError(f"it did not happen in time; on screen:\n{pilot.app.text}")

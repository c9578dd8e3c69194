"""The app's end of the engine process: starts it, asks it, and starts another when it dies.

Knows nothing of Textual: whoever asks gives a function that takes each message, called in the event loop.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tutor import paths
from tutor.app import engine_process
from tutor.experiments.frame.messages import Answer, Cancel, Cancelled, Failed, Ready, Run, pack

State = Literal["starting", "ready", "gone"]

COMMAND = (sys.executable, "-P", "-m", "tutor.experiments.frame.server")
"""`-P` keeps the current directory out of the import path: the learner may have a file there called random.py."""

PATIENCE = 0.2
"""Seconds that a cancelled request may take to end before the process is killed."""
AT_ONCE = 0.05
"""The same for a computation that cannot hear that it is cancelled; it ends within this time, or it is ended."""
LONG_GRACE = 4.0
"""Seconds that a long job may take to keep what it has when the app ends."""
_ABANDONED = "the engine did not stop when asked"
DEATHS, WITHIN = 3, 10.0
"""So many deaths in so many seconds, and no further process is started until somebody asks."""


@dataclass(frozen=True)
class Lost:
    """Client → lab: the process ended before it answered this request."""

    request: int
    line: str
    """What to tell the learner."""
    again: bool
    """Whether a new process is starting, so that the request may be sent again."""


Message = Answer | Failed | Cancelled | Lost
OnMessage = Callable[[Message], None]


@dataclass
class _Request:
    run: Run
    on_message: OnMessage
    sent: bool = False
    overdue: asyncio.TimerHandle | None = None


class EngineClient:
    """One engine process at a time, and the requests that it still owes an answer."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self.command = tuple(command)
        self.state: State = "gone"
        self.trouble = ""
        """What went wrong with the process, while it is not ready again."""
        self.device = ""
        """Where the engine computes by default, once it is ready."""
        self.process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._requests: dict[int, _Request] = {}
        self._last = 0
        self._watchers: list[Callable[[], object]] = []
        self._deaths: deque[float] = deque(maxlen=DEATHS)
        self._stopping = False
        self._killed_for = ""
        self._second: EngineClient | None = None

    @property
    def second(self) -> EngineClient:
        """Another process for long jobs, so that this one stays free to answer; it stops when this one does."""
        if self._second is None:
            self._second = EngineClient(self.command)
        return self._second

    def watch(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call `callback` whenever `state` changes; the function returned ends that."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback) if callback in self._watchers else None

    async def start(self) -> None:
        """Start the process unless there is one; returns at once, the state tells when it is ready."""
        self._begin()

    def run(self, name: str, inputs: Any, on_message: OnMessage) -> int:
        """Ask for an experiment: the number of the request. While the engine starts, the request waits here."""
        self._last += 1
        request = _Request(Run(self._last, name, inputs), on_message)
        self._requests[self._last] = request
        if self._keeper is None:
            self._begin()
        if self.state == "ready":
            self._send(request)
        elif self.state == "gone":
            self._lose([request], self.trouble or "the engine is not running; ctrl+r starts it", again=False)
        return self._last

    def cancel(self, request: int, patience: float = PATIENCE) -> None:
        """Give a request up. If it has not ended after `patience` seconds, the process is killed and replaced."""
        pending = self._requests.get(request)
        if pending is None or pending.overdue is not None:
            return
        if not pending.sent:
            self._finish(request)
            asyncio.get_running_loop().call_soon(pending.on_message, Cancelled(request))
            return
        self._write(Cancel(request))
        pending.overdue = asyncio.get_running_loop().call_later(patience, self._overdue, request)

    def restart(self) -> None:
        """End the process, if there is one, and start another."""
        self._deaths.clear()
        if self.process is not None and self.state != "gone":
            self._kill("the engine was restarted")
        else:
            self._begin()

    async def stop(self, grace: float = 0.5) -> None:
        """End the process: first by closing its input, after `grace` seconds by force."""
        if self._second is not None:
            await self._second.stop(LONG_GRACE)
        self._stopping = True
        for number in tuple(self._requests):
            self._finish(number)
        process, keeper = self.process, self._keeper
        if process is not None and process.stdin is not None:
            process.stdin.close()
        if keeper is not None:
            await asyncio.wait([keeper], timeout=grace)
            if not keeper.done():
                self._kill("")
                await asyncio.wait([keeper], timeout=grace)
        self._keeper = None

    def _begin(self) -> None:
        if self._keeper is None or self._keeper.done():
            self._stopping = False
            self._change("starting")
            self._keeper = asyncio.get_running_loop().create_task(self._keep_running())

    async def _keep_running(self) -> None:
        """Start processes, one after the other, until stopped or until they die too often."""
        while not self._stopping:
            reason = await self._live_and_die()
            if self._stopping:
                break
            if not self._killed_for:
                self._deaths.append(time.monotonic())
            self._killed_for = ""
            sent = self._lost_with(reason)
            if len(self._deaths) == DEATHS and self._deaths[-1] - self._deaths[0] < WITHIN:
                line = f"{reason} {DEATHS} times in {WITHIN:.0f} s; see {paths.engine_log()}, ctrl+r tries again"
                self._change("gone", line)
                self._lose(list(self._requests.values()), line, again=False)
                return
            line = f"{reason}; a new one is starting, your input is kept"
            self._change("starting", line)
            self._lose(sent, line, again=True)
            await asyncio.sleep(max(len(self._deaths) - 1, 0) * 0.5)
        self._change("gone")

    def _lost_with(self, reason: str) -> list[_Request]:
        """The requests that a process took with it; those behind one that was given up wait for the next process."""
        if reason == _ABANDONED:
            for request in self._requests.values():
                request.sent = request.overdue is not None
        return [request for request in self._requests.values() if request.sent]

    async def _live_and_die(self) -> str:
        """The whole life of one process: why it ended, as half a sentence."""
        try:
            process = await engine_process.spawn(self.command)
        except OSError as error:
            return f"the engine process cannot start ({error.strerror})"
        self.process = process
        if self._stopping and process.stdin is not None:
            process.stdin.close()
        await engine_process.listen(process, self._receive)
        status = await process.wait()
        self.process = None
        if self._killed_for:
            return self._killed_for
        how = f"signal {-status}" if status < 0 else f"status {status}"
        return f"the engine process ended ({how})"

    def _receive(self, message: Ready | Answer | Failed | Cancelled) -> None:
        if self._stopping:
            return
        if isinstance(message, Ready):
            self.device = message.device
            self._change("ready")
            for request in tuple(self._requests.values()):
                self._send(request)
            return
        pending = self._requests.get(message.request)
        if pending is None:
            return
        if not isinstance(message, Answer) or message.last:
            self._finish(message.request)
        pending.on_message(message)

    def _send(self, request: _Request) -> None:
        request.sent = True
        self._write(request.run)

    def _write(self, message: Any) -> None:
        if self.process is not None and self.process.stdin is not None and not self.process.stdin.is_closing():
            self.process.stdin.write(pack(message))

    def _finish(self, number: int) -> None:
        """Forget a request: it is answered, failed or given up."""
        request = self._requests.pop(number, None)
        if request is not None and request.overdue is not None:
            request.overdue.cancel()

    def _lose(self, requests: list[_Request], line: str, again: bool) -> None:
        """Tell who asked that no answer will come. A request that was cancelled anyway is simply cancelled."""
        loop = asyncio.get_running_loop()
        for request in requests:
            number = request.run.request
            given_up = request.overdue is not None
            self._finish(number)
            loop.call_soon(request.on_message, Cancelled(number) if given_up else Lost(number, line, again))

    def _overdue(self, number: int) -> None:
        if number in self._requests:
            self._kill(_ABANDONED)

    def _kill(self, reason: str) -> None:
        process = self.process
        if process is not None and process.returncode is None:
            self._killed_for = reason
            engine_process.kill(process)

    def _change(self, state: State, trouble: str = "") -> None:
        if (state, trouble) == (self.state, self.trouble):
            return
        self.state, self.trouble = state, trouble
        for callback in tuple(self._watchers):
            callback()

"""The engine process: takes requests on its standard input and gives records on its standard output.

Started by the app as `python -m tutor.experiments.frame.server`. It ends when its input ends, so it never
outlives the app, not even one that was killed.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
import traceback
from typing import Any, BinaryIO

from tutor.errors import TutorError
from tutor.experiments import execute, load
from tutor.experiments.frame.messages import Answer, Cancelled, Failed, Ready, Run, pack, read

GRACE = 5.0
"""Seconds that a running experiment may take to finish once the app is gone."""


class Server:
    """Answers one request after the other; a reader thread notes meanwhile which are no longer wanted."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self.incoming, self.outgoing = incoming, outgoing
        self.waiting: queue.SimpleQueue[Run | None] = queue.SimpleQueue()
        self.unwanted: set[int] = set()
        self.queued: set[int] = set()
        """Requests that nobody has begun to answer; one of these that is cancelled is told so at once."""
        self._turn = threading.Lock()
        self.closed = threading.Event()

    def say(self, message: Any) -> None:
        """Send one message to the app."""
        packed = pack(message)
        with self._turn:
            self.outgoing.write(packed)
            self.outgoing.flush()

    def listen(self) -> None:
        """Read messages until the app closes the pipe. Runs in a thread of its own."""
        while (message := read(self.incoming)) is not None:
            if isinstance(message, Run):
                self.queued.add(message.request)
                self.waiting.put(message)
            elif self._take(message.request):
                self.say(Cancelled(message.request))
            else:
                self.unwanted.add(message.request)
        self.closed.set()
        self.waiting.put(None)

    def serve(self) -> None:
        """Answer requests in their order until the app closes the pipe."""
        threading.Thread(target=self.listen, daemon=True).start()
        while (request := self.waiting.get()) is not None:
            if self._take(request.request):
                self.answer(request)
                self.unwanted.discard(request.request)

    def _take(self, request: int) -> bool:
        """Take a request out of those that wait; whether it was still among them."""
        with self._turn:
            waited = request in self.queued
            self.queued.discard(request)
            return waited

    def answer(self, request: Run) -> None:
        """Run one experiment and send each record; a failure becomes one line."""
        try:
            self._send_records(request)
        except TutorError as error:
            self.say(Failed(request.request, str(error), expected=True))
        except Exception as error:  # noqa: BLE001 - the process has to survive a defect in one experiment
            traceback.print_exc()
            line = f"{request.name}: {type(error).__name__}: {error}; the details are in engine.log"
            self.say(Failed(request.request, line, expected=False))

    def _send_records(self, request: Run) -> None:
        start = time.perf_counter()

        def cancelled() -> bool:
            return self.closed.is_set() or request.request in self.unwanted

        result_class, finished = load(request.name).Result, False
        for record in execute(request.name, request.inputs, cancelled):
            finished = isinstance(record, result_class)
            self.say(Answer(request.request, record, finished, time.perf_counter() - start))
        if not finished:
            self.say(Cancelled(request.request))


def _leave_after(closed: threading.Event) -> None:
    """End the process a while after the app closed the pipe, even when an experiment never returns."""
    closed.wait()
    time.sleep(GRACE)
    os._exit(0)


def main() -> None:
    """Take the two pipes for messages, send everything that libraries print to the log, and serve."""
    incoming = os.fdopen(os.dup(0), "rb")
    outgoing = os.fdopen(os.dup(1), "wb")
    # Standard error is the log file that the app opened; a print() must not break a frame.
    os.dup2(2, 1)
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - stays open for the process's life
    server = Server(incoming, outgoing)
    threading.Thread(target=_leave_after, args=(server.closed,), daemon=True).start()
    start = time.perf_counter()
    from tutor.engine import device

    device.own_process()
    device.prepare_process()
    chosen = device.choose("auto")
    server.say(Ready(time.perf_counter() - start, chosen))
    server.serve()
    # Learner code or a native thread may hang; nothing is left to be saved here.
    os._exit(0)


if __name__ == "__main__":
    main()

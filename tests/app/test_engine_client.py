"""The engine client against a real child process: answers, cancelling, deaths, and what the asker is told."""

import asyncio
import os
import signal
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from tutor import paths
from tutor.app.engine_client import AT_ONCE, EngineClient, Lost
from tutor.experiments.frame.messages import Answer, Cancelled, Failed
from tutor.experiments.positions import Inputs

CHILD = (sys.executable, str(Path(__file__).with_name("child_engine.py")))
STREAMS, LOOPS, ENDS = Inputs(length=11), Inputs(length=13), Inputs(length=17)


@asynccontextmanager
async def running(*arguments):
    client = EngineClient((*CHILD, *arguments))
    try:
        yield client
    finally:
        await client.stop()
        assert client.process is None


async def until(condition, seconds=60.0):
    """Wait for a condition, or fail."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.005)


async def test_start_returns_at_once_and_requests_wait_until_the_engine_is_ready():
    async with running() as client:
        await client.start()
        first = client.process
        await client.start()
        assert client.state == "starting", "it did not wait for the process"
        said = []
        client.run("positions", Inputs(length=4, width=8), said.append)
        await until(lambda: said)
        assert client.state == "ready" and client.device == "cpu"
        assert isinstance(said[0], Answer) and said[0].last and said[0].record.encoding.shape == (4, 8)
        assert first is None or first is client.process


async def test_a_user_error_is_one_line():
    async with running() as client:
        said = []
        client.run("positions", Inputs(length=4, width=7), said.append)
        await until(lambda: said)
        assert isinstance(said[0], Failed) and said[0].expected
        assert said[0].line == "--width 7: channels come in pairs; give an even number"


async def test_a_stream_stops_when_cancelled():
    async with running() as client:
        said = []
        number = client.run("positions", STREAMS, said.append)
        await until(lambda: len(said) > 2)
        pid = client.process.pid
        client.cancel(number, patience=60)
        await until(lambda: isinstance(said[-1], Cancelled))
        assert client.process.pid == pid, "an obedient process is not killed"


async def test_what_was_cancelled_before_the_engine_was_ready_never_runs():
    async with running() as client:
        said, wanted = [], []
        client.cancel(client.run("positions", LOOPS, said.append))
        client.run("positions", Inputs(length=4), wanted.append)
        await until(lambda: wanted)
        assert said == [Cancelled(1)] and isinstance(wanted[0], Answer)


async def test_an_endless_loop_is_killed_and_the_next_request_is_answered():
    async with running() as client:
        looping, waiting = [], []
        number = client.run("positions", LOOPS, looping.append)
        await until(lambda: client.state == "ready")
        await asyncio.sleep(0.05)
        pid = client.process.pid
        client.run("positions", Inputs(length=4), waiting.append)
        client.cancel(number, AT_ONCE)
        await until(lambda: looping)
        await until(lambda: waiting)
        assert looping == [Cancelled(number)]
        assert len(waiting) == 1 and isinstance(waiting[0], Answer), "it is asked again by itself"
        assert client.process.pid != pid


async def test_what_waits_behind_another_is_cancelled_without_harm_to_that():
    async with running() as client:
        streaming, waiting = [], []
        client.run("positions", STREAMS, streaming.append)
        await until(lambda: streaming)
        pid = client.process.pid
        client.cancel(client.run("positions", LOOPS, waiting.append), AT_ONCE)
        await until(lambda: waiting)
        assert isinstance(waiting[0], Cancelled) and client.process.pid == pid
        before = len(streaming)
        await until(lambda: len(streaming) > before + 5)


async def test_kill_nine_fails_what_is_pending_and_starts_another():
    async with running() as client:
        said, states = [], []
        client.watch(lambda: states.append(client.state))
        client.run("positions", STREAMS, said.append)
        await until(lambda: said)
        os.kill(client.process.pid, signal.SIGKILL)
        await until(lambda: isinstance(said[-1], Lost))
        line = "the engine process ended (signal 9); a new one is starting, your input is kept"
        assert said[-1].line == line and said[-1].again
        await until(lambda: client.state == "ready")
        assert states == ["starting", "ready", "starting", "ready"] and client.trouble == ""


async def test_a_process_that_keeps_dying_is_given_up_with_advice(monkeypatch):
    async with running("dies") as client:
        said = []
        client.run("positions", Inputs(length=4), said.append)
        await until(lambda: said)
        assert client.state == "gone" and not said[0].again
        assert "ended (status 4) 3 times in 10 s" in said[0].line and str(paths.engine_log()) in said[0].line
        client.run("positions", Inputs(length=4), said.append)
        await until(lambda: len(said) == 2)
        client.command = CHILD
        client.restart()
        await until(lambda: client.state == "ready")


async def test_restart_gives_a_new_process():
    async with running() as client:
        await client.start()
        await until(lambda: client.state == "ready")
        pid = client.process.pid
        client.restart()
        await until(lambda: client.process is not None and client.process.pid != pid and client.state == "ready")


@pytest.mark.parametrize("busy_with", [None, LOOPS])
async def test_the_child_ends_when_its_input_closes(busy_with):
    async with running() as client:
        if busy_with is not None:
            client.run("positions", busy_with, lambda message: None)
        await client.start()
        await until(lambda: client.state == "ready")
        child = psutil.Process(client.process.pid)
        client._stopping = True  # as if the app were gone: nobody kills, nobody restarts
        client.process.stdin.close()
        await until(lambda: not child.is_running(), seconds=3)


async def test_printing_and_tracebacks_go_to_the_log():
    async with running() as client:
        said = []
        client.run("positions", Inputs(length="no number"), said.append)
        await until(lambda: said)
        assert isinstance(said[0], Failed) and not said[0].expected
        assert "Traceback" in paths.engine_log().read_text()

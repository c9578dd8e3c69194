"""The real program in a pseudo-terminal, killed between two steps of a lesson."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

pty = pytest.importorskip("pty")  # not on Windows
PATIENCE = 30.0


def wait_for(condition, drain):
    """Wait until a condition holds; what the program draws is read all the while, or it would stand still."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        drain()
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


@pytest.fixture
def terminal():
    """Both ends of a pseudo-terminal of 80 by 24."""
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.set_blocking(ours, False)
    yield ours, theirs
    for end in (ours, theirs):
        os.close(end)


def test_a_kill_between_two_steps_keeps_progress_and_leaves_no_engine_behind(state, terminal):
    ours, theirs = terminal

    def drain():
        try:
            while os.read(ours, 65536):
                pass
        except BlockingIOError:
            pass

    def place():
        file = state / "progress.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    environment = {**os.environ, "TUTOR_STATE": str(state), "TERM": "xterm-256color"}
    app = subprocess.Popen(
        [sys.executable, "-m", "tutor"], stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
        start_new_session=True,
    )  # fmt: skip
    children = []
    try:
        children = wait_for(lambda: psutil.Process(app.pid).children(recursive=True), drain)  # home is painted
        os.write(ours, b"\r")
        wait_for(place, drain)
        before = place()
        os.write(ours, b"n")
        # The step that is done and the step that is open are two facts; the kill comes once both are on disk.
        wait_for(lambda: place()["done"] and place()["place"] != before["place"], drain)
        app.send_signal(signal.SIGKILL)
        app.wait(PATIENCE)
        after = place()
        assert len(after["done"]) == 1 and after["place"] != before["place"]
        wait_for(lambda: not any(_lives(child) for child in children), drain)
    finally:
        for process in (app, *children):
            if process.poll() is None if process is app else _lives(process):
                process.kill()


def _lives(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False

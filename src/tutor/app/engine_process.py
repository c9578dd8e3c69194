"""One engine process as the system sees it: how it is started, listened to and killed, and its log."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from tutor import paths
from tutor.experiments.frame.messages import HEADER, unpack

LOG_LIMIT = 1 << 20
"""Bytes after which the log begins anew."""


async def spawn(command: Sequence[str]) -> asyncio.subprocess.Process:
    """Start a process with pipes for messages; what it prints goes to the log. Raises OSError if it cannot start."""
    with _open_log() as log:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            limit=LOG_LIMIT,
            start_new_session=True,  # ctrl-C in the terminal is the app's, and the whole group can be killed
        )


async def listen(process: asyncio.subprocess.Process, receive: Callable[[Any], None]) -> None:
    """Take messages until the process closes its output. Reading them may import numpy, hence the thread."""
    assert process.stdout is not None
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            (size,) = HEADER.unpack(await process.stdout.readexactly(HEADER.size))
            body = await process.stdout.readexactly(size)
            receive(await asyncio.to_thread(unpack, body))


def kill(process: asyncio.subprocess.Process) -> None:
    """End a process and all that it started, at once."""
    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _open_log() -> IO[bytes]:
    """The engine's log, to write at its end; begun anew when it has grown too large. Nowhere if it cannot be."""
    log = paths.engine_log()
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        fresh = not log.exists() or log.stat().st_size > LOG_LIMIT
        return log.open("wb" if fresh else "ab")
    except OSError:  # a state folder that cannot be written costs the log, not the engine
        return Path(os.devnull).open("ab")

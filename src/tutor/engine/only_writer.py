"""A run is written by one process at a time: a lock that ends with its process, however that ends."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tutor.errors import InputError


@contextmanager
def only_writer(run: Path) -> Iterator[None]:
    """Hold the run in folder `run` for this process; the folder itself may come and go meanwhile.

    The system holds the lock, on an open file beside the folder, and lets go of it when the process ends, also when
    it is killed: so nothing is ever left behind that would have to be believed. The empty file itself stays, because
    a file that is removed could be locked by two, each with one of the same name. Raises InputError if another
    process has the run.
    """
    run.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(run.with_name(f".{run.name}.lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _lock(handle):
            raise InputError(run.name, "another process is training this run", "wait until it ends, or end it first")
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    """Lock an open file unless another has it; closing it gives the lock back."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # as Linux and macOS say it, and as Windows does
        return False
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
            raise  # not every file system over a network has locks, and training goes without
    return True

"""Where to compute, and how the process is set up for it."""

from __future__ import annotations

import ctypes
import os
import sys

from tutor.errors import InputError

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""glibc's names for mallopt (malloc.h)."""


def choose(request: str, *, cuda: bool | None = None, mps: bool | None = None) -> str:
    """The device for `auto`, `cpu`, `cuda` or `mps`: auto takes CUDA, then MPS, then the CPU.

    `cuda` and `mps` say what there is; torch is asked where they are None. Raises InputError for one that is not
    there.
    """
    if request == "cpu":
        return "cpu"
    if cuda is None or mps is None:
        import torch

        cuda = torch.cuda.is_available() if cuda is None else cuda
        mps = torch.backends.mps.is_available() if mps is None else mps
    there = {"cuda": cuda, "mps": mps}
    if request == "auto":
        return next((name for name, is_there in there.items() if is_there), "cpu")
    if not there.get(request, False):
        raise InputError(f"device {request}", "there is none here", "use --device auto or cpu")
    return request


_all_ours = False


def own_process() -> None:
    """Say that this whole process is the tutor's, not a program's that uses it as a library or tests it.

    `prepare_process` then also has numbers below 1.2e-38 rounded to 0. Sharp attention has such weights and
    gradients, which processors handle slowly. What that costs depends on the model: without them a training step on
    text was measured 1.15 to 1.18 times faster with the weights of an early storyteller, and no faster with those
    that are bundled. It is a mode of each thread, which threads made later inherit: set before torch makes any.
    """
    global _all_ours
    _all_ours = True


def prepare_process() -> None:
    """Set the process up for training and inference on a CPU. Call it before torch is imported; twice does no harm.

    Threads wait for each other asleep, not spinning: on cores that other programs use too, two spinning threads
    were measured to burn three times the processor time for a training step. A setting of the user's own stays.

    Large freed blocks stay in the process. glibc gives blocks above 128 KiB back to the system when they are freed
    and asks for fresh ones the next time, which the kernel then fills with zeros page by page: element-wise
    operations on tensors of 4 MB were measured up to 16 times slower, a whole training step 1.15 to 1.2 times. Other
    C libraries lack mallopt and need none.
    """
    _keep_blocks()
    if _all_ours:
        import torch

        torch.set_flush_denormal(True)


def _keep_blocks() -> None:
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_MMAP_THRESHOLD, 1 << 30)
        libc.mallopt(_M_TRIM_THRESHOLD, 1 << 30)

"""The choice of a device, without having any, and what the process is told about memory."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from tutor.engine import device
from tutor.errors import InputError


@pytest.mark.parametrize(
    ("request_", "cuda", "mps", "chosen"),
    [
        ("auto", True, True, "cuda"),
        ("auto", False, True, "mps"),
        ("auto", False, False, "cpu"),
        ("cpu", True, True, "cpu"),
        ("mps", True, True, "mps"),
        ("cuda", True, False, "cuda"),
    ],
)
def test_auto_takes_the_fastest_and_a_name_is_obeyed(request_, cuda, mps, chosen):
    assert device.choose(request_, cuda=cuda, mps=mps) == chosen


@pytest.mark.parametrize("name", ["cuda", "mps", "tpu", ""])
def test_what_is_not_there_is_refused(name):
    with pytest.raises(InputError, match="use --device auto or cpu"):
        device.choose(name, cuda=False, mps=False)


def test_what_is_there_is_asked_of_torch():
    assert device.choose("auto") in ("cpu", "cuda", "mps")


def test_the_allocator_is_told_to_keep_large_blocks(monkeypatch):
    told = []

    class Library:
        def mallopt(self, parameter, value):
            told.append((parameter, value))

    monkeypatch.setattr(ctypes, "CDLL", lambda name: Library())
    monkeypatch.setattr(sys, "platform", "linux")
    device.prepare_process()
    assert {parameter for parameter, _ in told} == {-1, -3}  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
    assert all(value >= 1 << 28 for _, value in told)


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_other_libraries_are_left_alone(monkeypatch, platform):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    monkeypatch.setattr(sys, "platform", platform)
    device.prepare_process()


OWN = """
from tutor.engine import device
if own:
    device.own_process()
device.prepare_process()
import torch
torch.set_num_threads(2)
tiny = torch.full((4_000_000,), 1e-38) * 1e-3
print(*(int((part.view(torch.int32) != 0).sum()) for part in tiny.split(2_000_000)))
"""


@pytest.mark.parametrize(("own", "kept"), [(True, "0 0"), (False, "2000000 2000000")])
def test_a_process_of_ours_rounds_tiny_numbers_to_zero_in_every_thread(own, kept):
    done = subprocess.run([sys.executable, "-c", f"own = {own}" + OWN], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == kept

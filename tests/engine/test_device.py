"""The choice of a device, without having any, and what the process is told about memory."""

from __future__ import annotations

import ctypes
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

"""Streams that the shell closed before tutor started, as in `tutor ... >&-`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
@pytest.mark.parametrize(("closed", "status"), [(">&-", 0), ("2>&-", 0), ("<&-", 0), (">&- 2>&- <&-", 0)])
def test_a_closed_stream_is_no_traceback(closed, status):
    command = f'"{sys.executable}" -m tutor tokenize hello {closed}'
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.returncode == status and "Traceback" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_the_app_needs_an_output():
    done = subprocess.run(f'"{sys.executable}" -m tutor >&-', shell=True, capture_output=True, text=True)
    assert done.returncode == 2 and "no terminal to draw on" in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_a_redirection_is_one_line():
    command = f'"{sys.executable}" -m tutor tokenize hello >/dev/full'
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert done.returncode == 3 and done.stderr.startswith("tutor: standard output: no space left")
    assert done.stderr.count("\n") == 1

"""What every test shares: a state directory of its own, and no learned habits of the terminal it runs in."""

from __future__ import annotations

import os

# The suite runs in a process a core; torch in each of them, and in the processes that they start, gets one thread.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest


@pytest.fixture(autouse=True)
def state(tmp_path_factory, monkeypatch):
    """The learner's own folder, empty, for each test."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("TUTOR_STATE", str(folder))
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    return folder

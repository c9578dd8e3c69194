"""What every test shares: a state directory of its own, no guests, no learned habits of the terminal it runs in."""

from __future__ import annotations

import os

# The suite runs in a process a core; torch in each of them, and in the processes that they start, gets one thread.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from hypothesis import settings

# Everywhere else each run looks at new examples; a build must not fail on luck.
settings.register_profile("build", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("desk", deadline=None)
settings.load_profile("build" if os.environ.get("CI") else "desk")


@pytest.fixture(autouse=True)
def state(tmp_path_factory, monkeypatch):
    """The learner's own folder, empty, for each test; models that others brought to this machine are not seen."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("TUTOR_STATE", str(folder))
    monkeypatch.setattr("tutor.engine.guests.PACKAGES", {})
    monkeypatch.setenv("HF_HUB_CACHE", str(folder / "no-cache"))
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)
    return folder

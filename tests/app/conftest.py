"""Every test of the app has a state folder of its own and a cursor that does not blink."""

import pytest
from textual.widgets import Input


@pytest.fixture(autouse=True)
def own_state(tmp_path, monkeypatch):
    monkeypatch.setenv("TUTOR_STATE", str(tmp_path / "state"))


@pytest.fixture(autouse=True)
def still_cursor(monkeypatch):
    monkeypatch.setattr(Input, "cursor_blink", False)

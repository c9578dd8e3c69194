"""The cursor does not blink in tests of the app, so that two pictures of one screen are equal."""

import pytest
from textual.widgets import Input


@pytest.fixture(autouse=True)
def still_cursor(monkeypatch):
    monkeypatch.setattr(Input, "cursor_blink", False)

"""How the learner likes the app; one small JSON file in the state directory."""

from __future__ import annotations

from typing import Any

from tutor import paths
from tutor.storage import read_state, write_json


def read() -> tuple[dict[str, str], str]:
    """What is remembered, and what was wrong with the file or nothing."""
    try:
        return read_state(paths.preferences(), _checked, {})
    except OSError as error:
        return {}, f"preferences cannot be read ({error.strerror}); see tutor doctor"


def remember(**values: str) -> str:
    """Add to what is remembered; what went wrong or nothing."""
    kept, trouble = read()
    try:
        write_json(paths.preferences(), kept | values)
    except OSError as error:
        return f"preferences cannot be saved ({error.strerror}); see tutor doctor"
    return trouble


def _checked(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(kept, str) for kept in value.values()):
        raise ValueError("not an object of texts")
    return value

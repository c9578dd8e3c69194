"""The JSON of commands that are no experiments: the same head as a record has, and then their own keys."""

from __future__ import annotations

import json
from typing import Any


def print_document(name: str, contents: dict[str, Any]) -> None:
    """Print `contents` as one JSON document of the schema `tutor/<name>/1`."""
    from tutor import __version__

    head = {"schema": f"tutor/{name}/1", "version": __version__}
    print(json.dumps(head | contents, ensure_ascii=False, allow_nan=False))

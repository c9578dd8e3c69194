"""Records as pictures and as words. No widgets and no tensor maths.

The files of this folder are pictures of one kind each (a heat map, bars, a scatter): Rich renderables that size
themselves to the width they get. `records/` has one file an experiment, which composes them:

- `picture(result) -> RenderableType`,
- `words(result) -> list[str]`, the same facts as sentences, the most important first; the first one or two are
  what a lab shows under its picture,
- for a long experiment also `piece(record) -> str`, text that goes out as it is made, or
  `progress(record) -> str`, one line that says how far it is.

Every picture asks `options.ascii_only` and draws with ASCII characters then.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType


def view(name: str) -> ModuleType:
    """The module that shows the records of the experiment `name`."""
    return importlib.import_module(f"tutor.views.records.{name.replace('-', '_')}")


def picture(name: str, result: Any) -> RenderableType:
    """The picture of a result."""
    drawn: RenderableType = view(name).picture(result)
    return drawn


def words(name: str, result: Any) -> list[str]:
    """The facts of a result as sentences, the most important first."""
    sentences: list[str] = view(name).words(result)
    return sentences

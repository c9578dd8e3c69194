"""A picture as files that clash with no other."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tutor import paths
from tutor.storage import write_text
from tutor.views.export import export

if TYPE_CHECKING:
    from rich.console import RenderableType

SUFFIXES = (".svg", ".html", ".txt")
"""As a figure, for a page, and for those who want to quote it."""


def write_picture(name: str, picture: RenderableType, ascii_only: bool = False) -> Path:
    """Write the picture as `tutor-NAME-N` with each suffix, in the current directory or in the state folder: where
    the first one is.

    Raises OSError if neither can be written.
    """
    here = Path.cwd()
    folder = here if os.access(here, os.W_OK) else paths.state()
    stems = (folder / f"tutor-{name}-{number}" for number in itertools.count(1))
    stem = next(stem for stem in stems if not any(stem.with_suffix(suffix).exists() for suffix in SUFFIXES))
    for suffix in SUFFIXES:
        text = export(picture, suffix, title=f"tutor {name}", ascii_only=ascii_only)
        write_text(stem.with_suffix(suffix), text)
    return stem.with_suffix(SUFFIXES[0])

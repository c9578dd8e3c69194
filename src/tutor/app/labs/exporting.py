"""A picture as a file that clashes with no other."""

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


def write_picture(name: str, picture: RenderableType) -> Path:
    """Write the picture as `tutor-NAME-N.svg` in the current directory, or in the state folder: where it is.

    Raises OSError if neither can be written.
    """
    here = Path.cwd()
    folder = here if os.access(here, os.W_OK) else paths.state()
    numbered = (folder / f"tutor-{name}-{number}.svg" for number in itertools.count(1))
    target = next(path for path in numbered if not path.exists())
    write_text(target, export(picture, ".svg", title=f"tutor {name}"))
    return target

"""What is the learner's own on home: guesses to look at again, tuned models, runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from textual.content import Content
from textual.reactive import reactive

from tutor import paths
from tutor.app.parts.rows import Rows


@dataclass(frozen=True)
class Own:
    """One row. `line` is the command line that opens it; empty for the guesses, which have a screen."""

    name: str
    note: str
    line: str = ""
    kind: str = "guesses"


def found(misses: int) -> tuple[Own, ...]:
    """What there is: guesses that were off, models and runs by their folders."""
    guesses = [Own(f"{misses} guess{'es' if misses > 1 else ''} to look at again", "")] if misses else []
    models = [
        Own(name, "model: write with it", f"tutor generate 'Once upon a time' --model {name}", "model")
        for name in _folders(paths.user_models())
    ]
    runs = [Own(name, "run: what it changed", f"tutor report {name}", "run") for name in _folders(paths.runs())]
    return (*guesses, *models, *runs)


def _folders(folder: Path) -> list[str]:
    """The names of the folders in a folder; none if it is not there."""
    try:
        return sorted(each.name for each in folder.iterdir() if each.is_dir() and not each.name.startswith("."))
    except OSError:
        return []


class YourRows(Rows):
    """One row for each; with none, a word about what will stand here."""

    owns: reactive[tuple[Own, ...]] = reactive((), layout=True)

    def __init__(self) -> None:
        super().__init__(id="yours")

    @property
    def count(self) -> int:
        return len(self.owns)

    def lines(self, index: int, width: int) -> list[Content]:
        own = self.owns[index]
        return [Content.assemble(own.name, (f"   {own.note}", "$text-muted")).truncate(width, ellipsis=True)]

    def render(self) -> Content:
        if not self.owns:
            return Content.styled("  What you fine-tune will stand here.", "$text-muted")
        return super().render()

    def watch_owns(self) -> None:
        self.can_focus = bool(self.owns)
        self.cursor = self.validate_cursor(self.cursor)

    @property
    def chosen(self) -> Own | None:
        """The row at the cursor while the rows have focus."""
        return self.owns[self.cursor] if self.has_focus and self.owns else None

"""What stands in a lab's picture before anything was run there: what enter would do, and what may be set."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from tutor import experiments
from tutor.app.labs.form import Form

if TYPE_CHECKING:
    from rich.console import RenderableType


def introduction(form: Form, hidden: Collection[str]) -> RenderableType:
    """The experiment in a sentence; then its line and its controls, each with what it sets."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    table.add_column(style="dim")
    for field in form.arguments:
        table.add_row(f"› {field.name}", field.spec.help)
    for setting in form.settings(hidden, {}):
        if setting.help:
            table.add_row(setting.label, setting.help)
    return Group(Text(f"{experiments.summary(form.experiment)}."), Text(), table)

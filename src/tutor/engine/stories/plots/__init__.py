"""The plots by name; each tells one story through a `Teller`."""

from __future__ import annotations

from collections.abc import Callable

from ..teller import Teller
from . import friendship, loss

PLOTS: dict[str, Callable[[Teller], None]] = {
    plot.__name__: plot for theme in (friendship, loss) for plot in theme.PLOTS
}

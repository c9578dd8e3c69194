"""The plots by name, from the scripts of the package."""

from __future__ import annotations

from .script import Script, load

SCENES: dict[str, Script] = {}
"""Parts of stories that plots and other scenes perform."""
PLOTS: dict[str, Script] = {}
"""One story family each, with its branches."""

for _theme in ("scenes", "loss", "friendship", "fear", "making", "nature", "honesty", "outing", "home", "magic"):
    for _name, _script in load("scripts", f"{_theme}.txt").items():
        (SCENES if _script.scene else PLOTS)[_name] = _script

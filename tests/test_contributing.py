"""The tree in CONTRIBUTING is the tree on disk."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def listed() -> set[str]:
    """The files that the first tree of CONTRIBUTING names, relative to src/tutor."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    tree = text.split("## The tree")[1].split("```")[1]
    folder, found = "", set()
    for line in tree.strip("\n").splitlines():
        name = line.split()[0]
        if name.endswith("/"):
            folder = name
        else:
            found.add((folder if line.startswith("  ") else "") + name)
    return found


def test_every_source_file_has_its_line_and_every_line_its_file():
    source = ROOT / "src" / "tutor"
    there = {path.relative_to(source).as_posix() for path in source.rglob("*.py") if path.stat().st_size}
    assert listed() == there


def test_every_dependency_has_its_reason():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    dependencies = re.findall(r'^    "([a-z-]+)[>=<]', project, flags=re.MULTILINE)
    assert len(dependencies) > 8
    assert [name for name in dependencies if name not in text] == []

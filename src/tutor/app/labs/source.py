"""The code behind a lab: the engine's function that it is about, what else it calls, and the experiment's own `run`.

The files are read and parsed, never imported: an engine module may need torch.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from tutor import experiments, paths

ENGINE = "tutor.engine"
_OPENING = ("checkpoint", "data_parallel", "device", "loading", "only_writer", "records", "registry", "run_folder")
"""How files of the engine begin that open models and keep answers: every lab needs them, none is about them."""


@dataclass(frozen=True)
class Passage:
    """One function or class, as it stands in its file."""

    file: str
    """Relative to the package, such as `engine/positions.py`."""
    name: str
    line: int
    text: str


def passages(experiment: str) -> list[Passage]:
    """What the experiment is about, what else it calls in the engine, its own functions, and last records."""
    module = experiments.load(experiment)
    path = Path(module.__file__ or "")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    ours = [(path, node.name) for node in tree.body if isinstance(node, ast.FunctionDef)]
    first = [_behind(name) for name in getattr(module, "BEHIND", ())]
    found = [
        passage for target in dict.fromkeys([*_called(tree), *ours]) if (passage := _passage(*target)) is not None
    ]
    found.sort(key=_is_plumbing)
    return list(dict.fromkeys([*first, *found]))


def _behind(name: str) -> Passage:
    """The passage that an experiment names, such as `attention.readable_attention`."""
    module, _, function = name.rpartition(".")
    passage = _passage(_file(f"{ENGINE}.{module}"), function)
    assert passage is not None, f"there is no {name} in the engine"
    return passage


def _called(tree: ast.AST) -> list[tuple[Path, str]]:
    imported = _engine_imports(tree)
    return [target for node in ast.walk(tree) if (target := _engine_name(node, imported))]


def _is_plumbing(passage: Passage) -> bool:
    return passage.text.startswith("@dataclass") or Path(passage.file).stem.startswith(_OPENING)


def _engine_imports(tree: ast.AST) -> dict[str, tuple[Path, str]]:
    """What each imported name stands for: a file of the engine and a name in it ("" for the file itself)."""
    known: dict[str, tuple[Path, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(ENGINE):
            for alias in node.names:
                here = _file(f"{node.module}.{alias.name}")
                known[alias.asname or alias.name] = (
                    (here, "") if here.is_file() else (_file(node.module or ""), alias.name)
                )
    return known


def _file(module: str) -> Path:
    stem = paths.PACKAGE.parent.joinpath(*module.split("."))
    return stem / "__init__.py" if stem.is_dir() else stem.with_suffix(".py")


def _engine_name(node: ast.AST, imported: dict[str, tuple[Path, str]]) -> tuple[Path, str] | None:
    """The engine's file and function that an expression such as `positions.rotary` or `rotary` names."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        file, name = imported.get(node.value.id, (None, ""))
        return (file, node.attr) if file is not None and not name else None
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        file, name = imported.get(node.id, (None, ""))
        return (file, name) if file is not None and name else None
    return None


def _passage(file: Path, name: str) -> Passage | None:
    text = file.read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name:
            start = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            lines = text.split("\n")[start - 1 : node.end_lineno]
            return Passage(file.relative_to(paths.PACKAGE).as_posix(), name, start, "\n".join(lines))
    return None

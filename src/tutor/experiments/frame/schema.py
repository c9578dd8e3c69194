"""A JSON Schema for every experiment's document, made from the type hints of its records.

The files lie in `experiments/schemas/`, inside the package, because they are for those who read our JSON as much as
for our tests. `write()` makes them again after a record has changed; it refuses a change that breaks readers while
the experiment's `SCHEMA` is still the old number.
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import importlib
import inspect
import json
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from tutor.experiments import load, names
from tutor.storage import write_text

FOLDER = Path(__file__).parent.parent / "schemas"
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_SIMPLE = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
_ARRAY = {"type": "array", "description": "Numbers, nested as deep as the array has axes; null is not finite."}


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of the document that the experiment `name` gives with `--json`."""
    module = load(name)
    definitions: dict[str, Any] = {}
    parts = {
        "schema": {"const": f"tutor/{name}/{module.SCHEMA}"},
        "version": {"type": "string"},
        "inputs": _of(module.Inputs, definitions),
        "result": _of(module.Result, definitions),
    }
    head = {"$schema": _DRAFT, "title": f"tutor {name}", "type": "object"}
    return {**head, "properties": parts, "required": list(parts), "$defs": definitions}


def text(name: str) -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema(name), ensure_ascii=False, indent=1) + "\n"


def write() -> None:
    """Write all schema files. Raises ValueError for a change that breaks readers without a new SCHEMA."""
    for name in names():
        file = FOLDER / f"{name}.json"
        if file.is_file() and (breaks := broken(json.loads(file.read_text(encoding="utf-8")), schema(name))):
            raise ValueError(f"{name}: {'; '.join(breaks)}: raise SCHEMA")
        write_text(file, text(name))


def broken(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What a reader of `old` documents cannot read in `new` ones, unless their number has been raised.

    A new field breaks nobody. A field that is gone, or holds something else, does.
    """
    if old["properties"]["schema"] != new["properties"]["schema"]:
        return []
    return list(_broken("", old, new, old["$defs"], new["$defs"]))


def _broken(path: str, old: Any, new: Any, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    old, new = _followed(old, before), _followed(new, after)
    for name, one in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            yield f"{path}{name} is gone"
        else:
            yield from _broken(f"{path}{name}.", one, new["properties"][name], before, after)
    for key in ("type", "const", "enum"):
        if old.get(key) != new.get(key):
            yield f"{path[:-1]} has another {key}"
    for key in ("anyOf", "prefixItems"):
        if len(old.get(key, ())) != len(new.get(key, ())):
            yield f"{path[:-1]} has another {key}"
        for one, other in zip(old.get(key, ()), new.get(key, ()), strict=False):
            yield from _broken(path, one, other, before, after)
    if isinstance(old.get("items"), dict) and isinstance(new.get("items"), dict):
        yield from _broken(path, old["items"], new["items"], before, after)


def _followed(part: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """The part itself, or what it refers to."""
    found: dict[str, Any] = definitions[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
    return found


def _of(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of one type hint; records go into `definitions`. Raises TypeError for what no record may hold."""
    origin, members = get_origin(hint), get_args(hint)
    if hint in _SIMPLE:
        return {"type": _SIMPLE[hint]}
    if origin is Annotated:
        return _of(members[0], definitions) | {"description": members[1].help}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _record(hint, definitions)
    if origin in (Union, types.UnionType):
        return {"anyOf": [_of(member, definitions) for member in members]}
    if origin is Literal:
        return {"enum": list(members)}
    if origin in (tuple, list) and (origin is list or members[1:] == (...,)):
        return {"type": "array", "items": _of(members[0], definitions)}
    if origin is tuple:
        count = len(members)
        items = [_of(member, definitions) for member in members]
        return {"type": "array", "prefixItems": items, "items": False, "minItems": count}
    if getattr(origin, "__name__", "") == "ndarray":
        return dict(_ARRAY)
    raise TypeError(f"a record must not hold {hint}")


def _record(record: type, definitions: dict[str, Any]) -> dict[str, Any]:
    if record.__name__ not in definitions:
        definitions[record.__name__] = {}  # a place for it, should it hold itself
        properties = {}
        for field in dataclasses.fields(record):
            owner = next(one for one in record.__mro__ if field.name in inspect.get_annotations(one))
            properties[field.name] = _of(_hint(owner, field.name), definitions)
            if said := _field_docs(owner).get(field.name):
                properties[field.name]["description"] = said
        described = {"type": "object", "properties": properties, "required": list(properties)}
        if record.__doc__ and not record.__doc__.startswith(f"{record.__name__}("):  # the one dataclasses make up
            described = {"description": inspect.cleandoc(record.__doc__), **described}
        definitions[record.__name__] = described
    return {"$ref": f"#/$defs/{record.__name__}"}


def _hint(owner: type, name: str) -> Any:
    annotation = inspect.get_annotations(owner)[name]
    return _evaluated(annotation, sys.modules[owner.__module__]) if isinstance(annotation, str) else annotation


def _evaluated(source: str, module: types.ModuleType) -> Any:
    # The source is our own annotation; names that only type checkers import are looked up when they are met.
    return eval(source, vars(module), _Names(module))


class _Names(dict[str, Any]):
    """The names of a module, with those under `if TYPE_CHECKING:`, which are not there when it runs."""

    def __init__(self, module: types.ModuleType) -> None:
        super().__init__()
        self._module = module

    def __missing__(self, name: str) -> Any:
        if name in vars(self._module):
            return vars(self._module)[name]
        for statement in _for_type_checkers(self._module):
            if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == name:
                return _evaluated(ast.unparse(statement.value), self._module)
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                for alias in statement.names:
                    if (alias.asname or alias.name) == name:
                        return _imported(statement, alias.name)
        raise KeyError(name)


def _imported(statement: ast.Import | ast.ImportFrom, name: str) -> Any:
    if isinstance(statement, ast.Import):
        return importlib.import_module(name)
    module = importlib.import_module(statement.module or "")
    return getattr(module, name) if hasattr(module, name) else _Names(module)[name]


def _for_type_checkers(module: types.ModuleType) -> list[ast.stmt]:
    tree = ast.parse(inspect.getsource(module))
    blocks = [one for one in tree.body if isinstance(one, ast.If) and ast.unparse(one.test) == "TYPE_CHECKING"]
    return [statement for block in blocks for statement in block.body]


@functools.cache
def _field_docs(record: type) -> dict[str, str]:
    """The docstring line under each field."""
    body = ast.parse(inspect.getsource(record)).body[0]
    assert isinstance(body, ast.ClassDef)
    said = {}
    for field, after in zip(body.body, body.body[1:], strict=False):
        is_text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and is_text:
            said[field.target.id] = inspect.cleandoc(str(after.value.value))  # type: ignore[attr-defined]
    return said

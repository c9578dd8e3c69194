"""Expressions over a record, as lessons write them: `len(result.tokens) <= 4`.

Lessons may come from anyone, so an expression is never given to Python's `eval`: it is parsed, each part of it is
held against a white list, and a small interpreter walks it. It can read the fields of records and compare them;
it cannot call anything but the functions listed in `whitelist`, reach a name that begins with `_`, or run for long.
"""

from __future__ import annotations

import ast
import dataclasses
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from tutor.course.whitelist import BINARY, COMPARE, FUNCTIONS, NAMES, UNARY, ExpressionError, check, targets

_ARRAY_ATTRIBUTES = ("shape", "size", "ndim")
_STEPS = 200_000
_LONGEST = 1000


class Expression:
    """A checked expression. `Expression("len(result.tokens)").value(inputs, result)`.

    Raises ExpressionError if the source is not an expression or uses what is not on the white list.
    """

    def __init__(self, source: str) -> None:
        self.source = source.strip()
        if len(self.source) > _LONGEST:
            raise ExpressionError(f"longer than {_LONGEST} characters")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about escapes in its strings; nobody could read it in the app
                tree = ast.parse(self.source, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise ExpressionError(f"not an expression ({getattr(error, 'msg', error)})") from None
        check(tree, frozenset(NAMES))
        self._tree = tree

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.source == self.source

    def __hash__(self) -> int:
        return hash(self.source)

    def value(self, inputs: Any, result: Any) -> Any:
        """What it says of a run, as a Python value. Raises ExpressionError if it does not fit the record."""
        try:
            return _python(_Walk({"result": result, "inputs": inputs}).visit(self._tree))
        except ExpressionError:
            raise
        except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError) as error:
            raise ExpressionError(f"{type(error).__name__}: {error}") from None

    def holds(self, inputs: Any, result: Any) -> bool:
        """Whether it is true of a run. Raises ExpressionError if it does not fit the record."""
        return bool(self.value(inputs, result))


def _python(value: Any) -> Any:
    """A numpy number as a Python one, an array as lists."""
    return value.tolist() if hasattr(value, "tolist") else value


class _Walk:
    """One evaluation of a checked tree."""

    def __init__(self, names: Mapping[str, Any], steps: list[int] | None = None) -> None:
        self.names = names
        self.steps = steps if steps is not None else [0]

    def visit(self, node: ast.AST) -> Any:
        self.steps[0] += 1
        if self.steps[0] > _STEPS:
            raise ExpressionError("it takes too many steps")
        method = getattr(self, f"_{type(node).__name__.lower()}")
        return method(node)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        return self.names[node.id]

    def _attribute(self, node: ast.Attribute) -> Any:
        return field(self.visit(node.value), node.attr)

    def _subscript(self, node: ast.Subscript) -> Any:
        return self.visit(node.value)[self.visit(node.slice)]

    def _slice(self, node: ast.Slice) -> slice:
        return slice(*(part and self.visit(part) for part in (node.lower, node.upper, node.step)))

    def _tuple(self, node: ast.Tuple) -> tuple[Any, ...]:
        return tuple(self.visit(part) for part in node.elts)

    def _list(self, node: ast.List) -> list[Any]:
        return [self.visit(part) for part in node.elts]

    def _ifexp(self, node: ast.IfExp) -> Any:
        return self.visit(node.body if self.visit(node.test) else node.orelse)

    def _boolop(self, node: ast.BoolOp) -> Any:
        stops = isinstance(node.op, ast.Or)
        value = None
        for part in node.values:
            value = self.visit(part)
            if bool(value) == stops:
                break
        return value

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        return UNARY[type(node.op)](self.visit(node.operand))

    def _binop(self, node: ast.BinOp) -> Any:
        left, right = self.visit(node.left), self.visit(node.right)
        # "a" * 10**9 would fill the memory.
        if isinstance(node.op, ast.Mult) and any(isinstance(side, (str, list, tuple)) for side in (left, right)):
            raise ExpressionError("only numbers can be multiplied")
        return BINARY[type(node.op)](left, right)

    def _compare(self, node: ast.Compare) -> Any:
        left = self.visit(node.left)
        for op, part in zip(node.ops, node.comparators, strict=True):
            right = self.visit(part)
            if not COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    def _call(self, node: ast.Call) -> Any:
        assert isinstance(node.func, ast.Name)
        return FUNCTIONS[node.func.id](*(self.visit(argument) for argument in node.args))

    def _generatorexp(self, node: ast.GeneratorExp) -> Iterator[Any]:
        return self._loop(node, 0)

    def _loop(self, node: ast.GeneratorExp, depth: int) -> Iterator[Any]:
        if depth == len(node.generators):
            yield self.visit(node.elt)
            return
        loop = node.generators[depth]
        for item in self.visit(loop.iter):
            inner = _Walk({**self.names, **_bound(loop.target, item)}, self.steps)
            if all(inner.visit(condition) for condition in loop.ifs):
                yield from inner._loop(node, depth + 1)


def _bound(target: ast.expr, item: Any) -> dict[str, Any]:
    names = targets(target)
    return dict(zip(names, item, strict=True)) if isinstance(target, ast.Tuple) else {names[0]: item}


def field(record: Any, name: str) -> Any:
    """A field or a property of a record, or the shape of an array. Raises ExpressionError for anything else."""
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        is_field = name in {each.name for each in dataclasses.fields(record)}
        if is_field or isinstance(getattr(type(record), name, None), property):
            return getattr(record, name)
    elif hasattr(record, "tolist") and name in _ARRAY_ATTRIBUTES:
        return getattr(record, name)
    raise ExpressionError(f"{type(record).__name__} has no field {name}")

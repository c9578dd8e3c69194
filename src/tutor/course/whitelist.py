"""The white list of expressions in lessons: what may stand in one, checked before anything is computed."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "len": len,
    "min": min,
    "max": max,
    "sum": sum,
    "abs": abs,
    "round": round,
    "any": any,
    "all": all,
}
"""All that an expression can call."""

NAMES = ("result", "inputs")
"""What an expression is about."""

BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
UNARY: dict[type, Callable[[Any], Any]] = {ast.Not: operator.not_, ast.USub: operator.neg, ast.UAdd: operator.pos}
COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}


class ExpressionError(ValueError):
    """An expression that is not allowed, or that does not fit the record it is asked about."""


def check(node: ast.AST, names: frozenset[str]) -> None:
    """Raise ExpressionError unless `node` and all below it are on the white list; `names` may be read."""
    match node:
        case ast.Constant(value=value):
            if not isinstance(value, (str, int, float, bool, type(None))):
                raise ExpressionError(f"{ast.unparse(node)} is not a kind of constant that is allowed")
        case ast.Name(id=name):
            if name not in names:
                raise ExpressionError(f"{name} is not known; use {', '.join(sorted(names))}")
        case ast.Attribute(value=inner, attr=name):
            if name.startswith("_"):
                raise ExpressionError(f"{name} begins with an underscore")
            check(inner, names)
        case ast.Call():
            _check_call(node, names)
        case ast.GeneratorExp():
            _check_generator(node, names)
        case ast.Subscript() | ast.Slice() | ast.Compare() | ast.BoolOp() | ast.Tuple() | ast.List() | ast.IfExp():
            _check_parts(node, names)
        case ast.BinOp(op=op) if type(op) in BINARY:
            _check_parts(node, names)
        case ast.UnaryOp(op=op) if type(op) in UNARY:
            _check_parts(node, names)
        case _:
            raise ExpressionError(f"{ast.unparse(node)} is not allowed in an expression")


def _check_parts(node: ast.AST, names: frozenset[str]) -> None:
    for part in ast.iter_child_nodes(node):
        if not isinstance(part, (ast.operator, ast.unaryop, ast.cmpop, ast.boolop, ast.expr_context)):
            check(part, names)


def _check_call(node: ast.Call, names: frozenset[str]) -> None:
    if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS:
        raise ExpressionError(f"{ast.unparse(node.func)} cannot be called; only {', '.join(FUNCTIONS)} can")
    if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
        raise ExpressionError(f"{node.func.id} takes plain values only")
    for argument in node.args:
        check(argument, names)


def _check_generator(node: ast.GeneratorExp, names: frozenset[str]) -> None:
    if len(node.generators) > 2:
        raise ExpressionError("more than two loops in one expression")
    for loop in node.generators:
        check(loop.iter, names)
        names |= set(targets(loop.target))
        for condition in loop.ifs:
            check(condition, names)
    check(node.elt, names)


def targets(target: ast.expr) -> list[str]:
    """The names that a loop binds: one name, or a tuple of names."""
    parts = target.elts if isinstance(target, ast.Tuple) else [target]
    names = [part.id for part in parts if isinstance(part, ast.Name)]
    if len(names) < len(parts) or any(name.startswith("_") or name in FUNCTIONS or name in NAMES for name in names):
        raise ExpressionError(f"{ast.unparse(target)} cannot be the name of a loop")
    return names

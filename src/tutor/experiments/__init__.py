"""One file an experiment: typed inputs in, a result record out.

Every module in this folder is an experiment and has

- a docstring whose first line is the one-line summary shown in help, labs and lessons,
- `Inputs`, a frozen dataclass whose fields are annotated with `frame.inputs.Argument` or `frame.inputs.Option`,
- `Result`, a frozen dataclass of str, int, float, bool, None, tuples, numpy arrays and such records,
- `run(inputs) -> Result`, or for a long one `stream(inputs, cancelled) -> Iterator[record]`, which yields small
  records as they come and a `Result` last; when `cancelled()` turns true it yields its `Result` soon,
- `EXAMPLES`, at least two command lines that a test runs,
- `NEEDS_TORCH`, true if it computes with torch (the app then runs it in the engine process),
- `SCHEMA`, the version of its JSON; a change that breaks a reader raises it,
- where the heart of it is not what `run` calls first, `BEHIND`: the engine's functions that a reader of the code
  should meet first, such as `attention.readable_attention`.

The modules import nothing heavy at their top: numpy, tokenizers and torch are imported by the engine modules
that `run` imports. So the command line and the app can read every `Inputs` in a few milliseconds.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from tutor.errors import UsageError


def names() -> tuple[str, ...]:
    """The names of all experiments as typed on the command line, in alphabetical order."""
    modules = (path.stem for path in Path(__file__).parent.glob("*.py"))
    return tuple(sorted(stem.replace("_", "-") for stem in modules if not stem.startswith("_")))


def load(name: str) -> ModuleType:
    """The module of the experiment called `name` on the command line. Raises UsageError for an unknown one."""
    if name not in names():
        raise UsageError(name, "no such experiment", f"choose one of: {', '.join(names())}")
    return importlib.import_module(f"tutor.experiments.{name.replace('-', '_')}")


def summary(name: str) -> str:
    """The first line of the experiment's docstring, without the full stop."""
    return (load(name).__doc__ or "").strip().split("\n")[0].rstrip(".")


def is_long(name: str) -> bool:
    """Whether the experiment streams small records before its result."""
    return hasattr(load(name), "stream")


def execute(name: str, inputs: Any, cancelled: Callable[[], bool] = lambda: False) -> Iterator[Any]:
    """Run an experiment: yield its records as they come; the last one is its `Result`."""
    from tutor.experiments.frame.inputs import check

    module = load(name)
    check(inputs)
    if module.NEEDS_TORCH:
        from tutor.engine import device

        device.prepare_process()
    if hasattr(module, "stream"):
        yield from module.stream(inputs, cancelled)
    else:
        yield module.run(inputs)


def result_of(name: str, inputs: Any) -> Any:
    """Run an experiment to its end and return its `Result`."""
    result = None
    for record in execute(name, inputs):
        result = record
    return result

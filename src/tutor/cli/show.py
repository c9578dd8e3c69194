"""Run an experiment and give its record in the form that was asked for."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from tutor import experiments
from tutor.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from tutor.cli.streaming import Streamed

KEPT = "what was finished by then is kept"
"""What is said of a run that was interrupted and has given what it had."""

SUFFIXES = (".svg", ".html", ".txt", ".json")
"""What `--output` can write."""


@dataclass(frozen=True)
class Form:
    """The options that every experiment shares: in which form the record is wanted."""

    json: bool = False
    plain: bool = False
    output: str | None = None
    force: bool = False
    ascii: bool = False
    verbose: bool = False
    stream: bool = True


def show(name: str, inputs: Any, form: Form) -> bool:
    """Run the experiment, print or write its record; false if it ran and the answer is no."""
    target = _checked_target(form)
    start = time.perf_counter()
    run = _run(name, inputs, form)
    result = run.result
    if result is not None:
        _give(name, inputs, run, form, target, start)
    if run.interrupted:
        raise KeyboardInterrupt("" if result is None else KEPT)
    return bool(getattr(result, "succeeded", True))


def _give(name: str, inputs: Any, run: Streamed, form: Form, target: Path | None, start: float) -> None:
    result = run.result
    if form.verbose:
        where = getattr(result, "device", "cpu")
        print(f"computed on {where} in {time.perf_counter() - start:.2f} s", file=sys.stderr)
    if target is not None:
        _write(name, inputs, result, form, target)
    if form.json:
        from tutor.experiments.frame.record import to_json

        print_json(to_json(name, inputs, result), form)
    elif form.plain:
        from tutor.views import words

        print(printable("\n".join(words(name, result)), form))
    elif target is None and not run.shown:
        from tutor.views import picture

        _print_picture(picture(name, result), form)
    sys.stdout.flush()


def _print_picture(shown: RenderableType, form: Form) -> None:
    """A program goes into a file or a pipe as it is, because a line that is wrapped is another program."""
    source = getattr(shown, "code", None)
    if isinstance(source, str) and not sys.stdout.isatty():
        sys.stdout.write(printable(source, form))
    else:
        console(form).print(shown)


def _run(name: str, inputs: Any, form: Form) -> Streamed:
    from tutor.cli.streaming import Streamed, stream

    if experiments.is_long(name):
        return stream(name, inputs, form)
    return Streamed(experiments.result_of(name, inputs), shown=False, interrupted=False)


def console(form: Form) -> Console:
    """A Rich console on standard output: `NO_COLOR`, `TERM=dumb`, `COLUMNS` and the locale are obeyed."""
    from rich.console import Console

    return Console(
        file=cast("IO[str]", _Encodable(sys.stdout, _ascii_only(form))), highlight=False, emoji=False, markup=False
    )


def _ascii_only(form: Form) -> bool:
    return form.ascii or not (sys.stdout.encoding or "ascii").lower().startswith("utf")


class _Encodable:
    """Standard output that Rich takes for an ASCII one when only ASCII characters may be written."""

    def __init__(self, stream: Any, ascii_only: bool) -> None:
        self._stream = stream
        self.encoding = "ascii" if ascii_only else "utf-8"

    def write(self, text: str) -> int:
        if self.encoding == "ascii":
            from tutor.views.ascii import spelled

            text = spelled(text)
        return int(self._stream.write(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def printable(text: str, form: Form) -> str:
    """`text` without what would steer the terminal, and in ASCII where it shows nothing else."""
    from tutor.views.visible import harmless

    safe = harmless(text).encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair is no character
    if not _ascii_only(form):
        return safe
    from tutor.views.ascii import spelled

    return spelled(safe)


def print_json(text: str, form: Form) -> None:
    """JSON escapes what cannot be shown, so that nothing is lost."""
    if _ascii_only(form):
        import json

        text = json.dumps(json.loads(text), ensure_ascii=True).replace("\x7f", "\\u007f")
    print(text)


def _checked_target(form: Form) -> Path | None:
    """The file that `--output` names, refused before any work is done if it cannot be written."""
    if form.output is None:
        return None
    from tutor.storage import place_for

    suffix = Path(form.output).suffix
    if suffix not in SUFFIXES:
        raise UsageError(form.output, f"no form is called {suffix or 'that'}", f"end it in {', '.join(SUFFIXES)}")
    return place_for(form.output, force=form.force, todo="choose another name or add --force")


def _write(name: str, inputs: Any, result: Any, form: Form, target: Path) -> None:
    from tutor.storage import write_text

    if target.suffix == ".json":
        from tutor.experiments.frame.record import to_json

        text = to_json(name, inputs, result) + "\n"
    else:
        from tutor.views import picture
        from tutor.views.export import export

        text = export(picture(name, result), target.suffix, title=f"tutor {name}", ascii_only=form.ascii)
    write_text(target, text)
    print(f"wrote {target}", file=sys.stderr)

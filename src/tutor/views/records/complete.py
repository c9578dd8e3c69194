"""A completed line in its program, and the other ways to end it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from tutor.views.bars import Bar, Bars
from tutor.views.sentences import counted, left_out
from tutor.views.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tutor.experiments.complete import Result

_BEFORE = 12
"""Lines of the program that are shown before the new one."""


def picture(result: Result) -> RenderableType:
    """The last lines of the program, with what was added; below, each candidate and how probable it is."""
    shown = _shown(result.code)
    program = Text.assemble((shown, "dim"), (_plain(result.text), "bold"))
    rows = [
        Bar(f"{'ok' if one.compiles else 'no'}  {visible(one.text, spaces=False) or '(line end)'}", one.probability)
        for one in result.candidates
    ]
    return Group(program, Text(), Bars(rows, unit="%"), Text(f"{_shares(result)}\n{_verdict(result)}", style="dim"))


def _shown(code: str) -> str:
    lines = _plain(code).split("\n")
    left_out = len(lines) - _BEFORE
    return "\n".join(lines) if left_out <= 0 else "\n".join(["…", *lines[left_out:]])


def _plain(text: str) -> str:
    """Without control characters but line ends: neither typed text nor a model may steer the terminal."""
    kept = text.expandtabs(4)
    return "".join(letter if letter == "\n" or letter.isprintable() else "\ufffd" for letter in kept)


def _shares(result: Result) -> str:
    """What the percentages are of: they are small, because a line has many places where it could go on otherwise."""
    together = _percent(sum(one.probability for one in result.candidates))
    found = f"; the {len(result.candidates)} found have {together} together" if len(result.candidates) > 1 else ""
    return f"Per cent of all ways to end the line{found}."


def _verdict(result: Result) -> str:
    return "Python can read it." if result.compiles else f"Python cannot read it: {result.problem}."


def _percent(share: float) -> str:
    """Shares too small for anybody to tell apart are not given in powers of ten."""
    return "less than 0.001 %" if share < 1e-5 else f"{100 * share:.2g} %"


def words(result: Result) -> list[str]:
    """The line, whether it can be read, and what else was weighed."""
    line = visible(result.line.strip(), spaces=False)
    sentences = [
        f"{result.model} completes the line as '{line}'; {_verdict(result)}",
        f"It added {counted(result.tokens, 'token')} in {result.seconds:.2f} seconds; of all ways to end the line it "
        f"gives this one {_percent(result.candidates[0].probability)}.",
    ]
    sentences += [
        f"It also weighed '{visible(one.text.strip(), spaces=False)}': {_percent(one.probability)}, "
        f"{'readable' if one.compiles else 'not readable'}."
        for one in result.candidates[1:]
    ]
    return sentences + left_out(result.truncated, "code")

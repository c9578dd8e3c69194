"""What the shell offers, asked as bash asks: the words so far in the environment, the answers a line each."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tutor import experiments
from tutor.engine import registry
from tutor.engine.tokenization import KINDS


def offered(line: str, shell: str = "bash") -> list[str]:
    words = line.split(" ")
    asked = (
        {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)} if shell == "bash" else {"_TYPER_COMPLETE_ARGS": line}
    )
    asked |= {"_TUTOR_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    code = "import sys; sys.argv = ['tutor']; from tutor.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | asked, capture_output=True, text=True, check=False
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tutor attention hello --model story", {"storyteller"}),
        ("tutor tokenize hello --tokenizer ", set(KINDS)),
        ("tutor positions --kind s", {"sinusoidal"}),
        ("tutor lessons show ", {str(number) for number in range(1, 11)}),
    ],
)
def test_names_are_offered(line, expected):
    assert expected <= set(offered(line))


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_the_same(shell):
    assert any("storyteller" in word for word in offered("tutor attention hello --model story", shell))


def test_every_option_that_names_something_is_a_source_we_know():
    from tutor.cli.completion import words_for
    from tutor.experiments.frame.inputs import Option, fields

    sources = {
        field.spec.source
        for name in experiments.names()
        for field in fields(experiments.load(name).Inputs)
        if isinstance(field.spec, Option) and field.spec.source
    }
    assert all(isinstance(words_for(source), list) for source in sources)
    assert sources <= {"tokenizer", "model", "run", "classifier"}
    assert words_for("model") == [entry.name for entry in registry.entries()]
    assert words_for("model", "coder") == ["coder"] and words_for("model", "matcher") == ["matcher"]
    assert "storyteller" in words_for("model", "storyteller") and "painter" not in words_for("model", "storyteller")
    assert {"words", "storyteller"} <= set(words_for("model", "words"))

"""What each way in loads: measured in a fresh interpreter, because a lint rule sees only what is written."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROBE = """
import sys
sys.argv = {argv!r}
try:
    {statement}
except SystemExit:
    pass
print("LOADED", *sorted({{name.split(".")[0] for name in sys.modules}}))
"""


def loaded_by(statement: str, argv: tuple[str, ...] = ("tutor",)) -> set[str]:
    """The top-level packages that a fresh interpreter has after running `statement`."""
    code = PROBE.format(argv=list(argv), statement=statement)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.rsplit("LOADED", 1)[1].split())


RUN = "from tutor.cli import main; main()"


@pytest.mark.parametrize("argv", [("tutor", "--help"), ("tutor", "tokenize", "--help")])
def test_help_loads_nothing_heavy(argv):
    loaded = loaded_by(RUN, argv)
    assert "typer" in loaded
    assert not loaded & {"torch", "textual", "numpy", "tokenizers", "safetensors"}


def test_tokenize_loads_neither_torch_nor_textual():
    loaded = loaded_by(RUN, ("tutor", "tokenize", "hello"))
    assert "tokenizers" in loaded
    assert not loaded & {"torch", "textual"}


def test_word_vectors_need_numpy_alone():
    loaded = loaded_by(RUN, ("tutor", "neighbours", "king"))
    assert "numpy" in loaded
    assert not loaded & {"torch", "textual", "tokenizers"}


def test_listing_lessons_and_models_loads_no_tensors():
    for command in ("lessons", "models"):
        assert not loaded_by(RUN, ("tutor", command, "list")) & {"torch", "textual"}


@pytest.mark.parametrize("module", ["tutor", "tutor.engine", "tutor.engine.decoder", "tutor.engine.training"])
def test_the_engine_knows_no_interface(module):
    assert not loaded_by(f"import {module}") & {"textual", "typer", "rich"}


def test_every_experiment_can_be_described_without_tensors():
    statement = "from tutor import experiments as e; [e.load(name) for name in e.names()]"
    loaded = loaded_by(statement)
    assert not loaded & {"torch", "numpy", "tokenizers", "textual", "typer", "rich"}


def test_the_app_never_loads_torch_and_paints_before_anything_else_heavy():
    loaded = loaded_by("from tutor.app.tutor_app import TutorApp; TutorApp()")
    assert "textual" in loaded
    assert not loaded & {"torch", "typer", "numpy", "tokenizers"}

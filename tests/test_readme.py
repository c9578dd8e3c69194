"""Every command in README runs as written."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import tutor

__all__ = ["tutor"]

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.splitlines() if line.strip()]
SETUP = ["python -m pip install . && tutor", 'python -m pip install -e ".[dev]" && python -m pytest']
"""Run by `.ci/run` in environments of their own."""


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    """One state directory for all commands: a later one uses the model that an earlier one tuned."""
    return tmp_path_factory.mktemp("readme")


def test_both_set_up_commands_are_there_and_are_what_ci_runs():
    assert [command for command in COMMANDS if command.startswith("python")] == SETUP
    assert 'pip install -e ".[dev]"' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", [command for command in COMMANDS if not command.startswith("python")])
def test_a_command_of_readme_runs(command, state, tutor, monkeypatch):
    """In this process, because torch takes seconds to import; half a minute of training is made three seconds."""
    monkeypatch.setenv("TUTOR_STATE", str(state))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.chdir(ROOT)
    piped, _, last = command.rpartition(" | ")
    program, *words = shlex.split(last.replace("--minutes 0.5", "--minutes 0.05"))
    done = tutor(*words, stdin=subprocess.run(piped, shell=True, capture_output=True, check=True).stdout)
    assert program == "tutor" and done.status == 0, done.err
    assert done.out.strip()


def test_readme_names_only_commands_that_exist():
    from tutor import experiments
    from tutor.cli.program import HOUSEKEEPING

    named = set(re.findall(r"`tutor ([a-z-]+)", README))
    assert named <= {*experiments.names(), *HOUSEKEEPING}


def test_pictures_in_readme_exist():
    for path in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (ROOT / path).is_file()

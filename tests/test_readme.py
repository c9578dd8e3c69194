"""Every command in README runs as written."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

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
def test_a_command_of_readme_runs(command, state):
    environment = os.environ | {"TUTOR_STATE": str(state), "COLUMNS": "100"}
    here = command.replace("tutor ", f"{shlex.quote(sys.executable)} -m tutor ")
    done = subprocess.run(here, shell=True, capture_output=True, text=True, cwd=ROOT, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert "Traceback" not in done.stderr


def test_readme_names_only_commands_that_exist():
    from tutor import experiments
    from tutor.cli.program import HOUSEKEEPING

    named = set(re.findall(r"`tutor ([a-z-]+)", README))
    assert named <= {*experiments.names(), *HOUSEKEEPING}


def test_pictures_in_readme_exist():
    for path in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (ROOT / path).is_file()

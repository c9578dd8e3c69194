"""A fine-tuning run survives what may happen to its process and its disk."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes import checkpoint
from tutor import experiments, paths
from tutor.engine import run_folder
from tutor.engine.checkpoint import load_decoder
from tutor.errors import InputError
from tutor.experiments.finetune import Inputs


def weights(name, models):
    return load_decoder(models / name).state_dict()


def test_a_run_that_is_killed_at_any_moment_ends_with_the_same_bits(tmp_path, pytestconfig):
    """Twenty kills, most of them at a write: every resume succeeds, and nothing is left over."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.killed_runs", str(tmp_path)],
        cwd=pytestconfig.rootpath, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    second = tmp_path / "second.err"
    assert done.returncode == 0, done.stderr[-2000:] + second.read_text() if second.exists() else ""
    told = json.loads(done.stdout)
    assert told["kills"] >= 20 and told["left"] == []
    assert any(steps for run in told["runs"] for steps in run["deaths"]), "some die after a checkpoint"
    whole = weights("whole", tmp_path / "state" / "models")
    for run in told["runs"]:
        assert run["deaths"] == sorted(run["deaths"]), "no checkpoint is lost"
        survived = weights(run["name"], tmp_path / "state" / "models")
        assert all(whole[name].equal(survived[name]) for name in whole), run


@pytest.fixture
def inputs(tmp_path, monkeypatch):
    monkeypatch.setattr("tutor.engine.estimate.MEASURED_SECONDS", 0.02)
    text = tmp_path / "cats.txt"
    text.write_text("the cat sat on it\nThe cat was hungry\n" * 60, encoding="utf-8")
    return Inputs(str(text), steps=24, model=str(checkpoint(tmp_path / "base", context=512)))


def test_a_full_disk_is_said_in_one_line_and_keeps_the_last_good_checkpoint(inputs, monkeypatch):
    """The disk takes nothing more at the fourth look, and has room again afterwards."""
    from tutor.engine import training_state
    from tutor.engine.finetuning import steps_done

    save, saved = training_state.save, []

    def full(path, *state):
        if len(saved) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        saved.append(path)
        save(path, *state)

    with monkeypatch.context() as patch:
        patch.setattr(training_state, "save", full)
        with pytest.raises(InputError, match=r"No space left on device.* --resume cats") as refusal:
            experiments.result_of("finetune", inputs)
    assert "\n" not in str(refusal.value)
    run = run_folder.find("cats")
    assert steps_done(run) == 6 and not list(paths.state().rglob("*.part"))
    assert experiments.result_of("finetune", Inputs(resume="cats")).steps == 24


def test_a_state_that_is_no_state_is_said_in_one_line(inputs):
    calls = iter(range(1000))
    *_, stopped = experiments.execute("finetune", inputs, lambda: next(calls) > 12)
    run = run_folder.find(stopped.name)
    run.state.write_bytes(run.state.read_bytes()[:100])
    with pytest.raises(InputError, match="not a state of a run"):
        experiments.result_of("finetune", Inputs(resume=stopped.name))


WORKER = """
import os, sys
sys.path.insert(0, {root!r})
from tutor.engine import finetuning
note = finetuning._Watch.note

def dying(self, *given):
    if self.step == 9:
        os._exit(1)
    note(self, *given)

if os.environ["SECOND_DIES"] and os.environ["RANK"] == "1":
    finetuning._Watch.note = dying
if os.environ["RANK"] != "0":
    sys.stderr = open("second.err", "a", buffering=1)  # torchrun shows the first process only
from tutor.__main__ import main
main()
"""


def test_two_processes_of_which_one_dies_learn_what_one_learns(inputs, tmp_path, pytestconfig):
    """As torchrun starts them: one dies on the way, both start again: curve and weights are those of one process."""
    (tmp_path / "work.py").write_text(WORKER.format(root=str(pytestconfig.rootpath)))
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2",
                "--local-ranks-filter=0", "work.py"]  # fmt: skip

    def run(*line, dies):
        environment = os.environ | {"SECOND_DIES": dies}
        return subprocess.run(
            [*torchrun, *line, "--json"],
            cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip

    first = run("finetune", inputs.file, "--steps", "24", "--model", inputs.model, "--name", "two", dies="yes")
    assert first.returncode != 0 and len(run_folder.find("two").rows) < 24
    done = run("finetune", "--resume", "two", dies="")
    second = tmp_path / "second.err"
    assert done.returncode == 0, done.stderr[-2000:] + (second.read_text() if second.exists() else "")
    told = json.loads(done.stdout)["result"]
    alone = experiments.result_of("finetune", inputs)
    assert told["finished"] == "budget" and told["tokens"] == alone.tokens
    assert [row.step for row in run_folder.find("two").rows] == list(range(25))
    losses = [(one["loss"], one["held_out_loss"]) for one in told["curve"]]
    assert losses == [pytest.approx((row.loss, row.held_out_loss), rel=1e-3) for row in alone.curve]
    start = load_decoder(Path(inputs.model)).state_dict()
    theirs, ours = (weights(name, paths.user_models()) for name in ("two", alone.name))
    for name, matrix in start.items():
        assert (theirs[name] - ours[name]).norm() < 1e-4 * (ours[name] - matrix).norm(), name

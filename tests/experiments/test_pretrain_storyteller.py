"""The storyteller's own recipe through the command line, on a small text of ours: whole, again, and in two processes.

The architecture and the vocabulary are made smaller with --change, because 200,000 tokens of the full model take two
minutes; so is the text, whose sums are no longer the recipe's.
"""

from __future__ import annotations

import json
import lzma
import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file

from tutor import paths
from tutor.cli.program import build
from tutor.engine import recipe as recipes
from tutor.engine import stories

RECIPE = Path(__file__).parents[2] / "models" / "storyteller" / "recipe.toml"
SMALLER = {
    "tokenizer.vocabulary": 512,
    "architecture.vocab_size": 512,
    "architecture.hidden_size": 32,
    "architecture.intermediate_size": 64,
    "architecture.num_hidden_layers": 2,
    "architecture.num_attention_heads": 2,
    "training.warmup": 5,
    "training.evaluate_every": 10,
}


@pytest.fixture(scope="module")
def arguments(tmp_path_factory):
    """`pretrain` with the recipe, 200,000 tokens, and a folder where each of its files is a few dozen stories."""
    data, changes = tmp_path_factory.mktemp("data"), dict(SMALLER)
    for number, source in enumerate(recipes.read(RECIPE).sources):
        if source.maker:
            changes[f"source.{source.name}.documents"] = 100
            continue
        changes |= {f"source.{source.name}.sha256": '""', f"source.{source.name}.held_out_percent": 20}
        texts = list(stories.documents(seed=100 + number, count=60))
        pairs = source.file.endswith(".tsv.xz")
        lines = [
            f"{text.replace(chr(10), ' ')}\tSi.\n" if pairs else json.dumps({"text": text}) + "\n" for text in texts
        ]
        (data / source.file).parent.mkdir(exist_ok=True)
        with lzma.open(data / source.file, "wt", encoding="utf-8", preset=0) as out:
            out.writelines(lines)
    given = [word for place, value in changes.items() for word in ("--change", f"{place}={value}")]
    return ["pretrain", str(RECIPE), "--tokens", "200000", "--data", str(data), "--device", "cpu", *given]


def pretrained(arguments, name):
    """The weights and the result after the command has run in this process."""
    build(arguments)([*arguments, "--name", name], standalone_mode=False)
    return (paths.user_models() / name / "model.safetensors").read_bytes(), result(name)


def result(name):
    return json.loads((paths.runs() / name / "report.json").read_text(encoding="utf-8"))["result"]


def test_the_real_recipe_end_to_end_twice_alike_and_in_two_processes_with_the_same_curve(arguments, capfd):
    weights, first = pretrained(arguments, "first")
    again, second = pretrained(arguments, "second")
    assert weights == again and first["curve"][-1]["loss"] == second["curve"][-1]["loss"]
    assert first["finished"] == "budget" and first["loss"] < first["loss_before"] - 1
    assert first["tokens"] == first["steps"] * 4096 and 195_000 < first["tokens"] <= 200_000
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    command = [*torchrun, "-m", "tutor", *arguments, "--name", "shared", "--json"]
    done = subprocess.run(command, env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    alone, shared = ([u["held_out_loss"] for u in r["curve"]] for r in (first, result("shared")))
    assert shared == pytest.approx(alone, abs=2e-3)
    theirs, ours = (load_file(paths.user_models() / name / "model.safetensors") for name in ("shared", "first"))
    assert all((theirs[name] - ours[name]).norm() < 1e-4 * ours[name].norm() for name in ours)

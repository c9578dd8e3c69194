"""What fine-tuning achieves in the time that is promised, over several seeds; and how large files are read.

    python tests/benchmarks/learning.py text [--minutes 2]       held-out perplexity on a text of 50 KB, three seeds
    python tests/benchmarks/learning.py labels [--method full]   macro-F1 on the practice files with labels, the same
    python tests/benchmarks/learning.py large [--megabytes 200]  seconds and memory of the pass over a file

The text is the first 50,000 bytes of what the lessons tell, one after the other, without their commands. Each run is
`tutor finetune` as a learner types it, in a fresh process and a state folder of its own. Prints figures and never
fails because of them.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tutor import paths

BYTES = 50_000
LABELLED = ("messages.csv", "spam.csv", "sentiment.csv", "topic.csv")
READ = """
import json, resource, sys, time
from pathlib import Path
from tutor.engine import loading, tuning_data
from tutor.experiments.finetune import Inputs
from tutor.experiments.frame.record import plain
loaded = loading.fresh_decoder("storyteller", "cpu")
held, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
tuning_data.prepare(Path(sys.argv[1]), Path(sys.argv[2]), loaded, plain(Inputs(sys.argv[1])))
seconds = time.perf_counter() - began
print(json.dumps([seconds, time.process_time(), held, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""
"""The pass that `tutor finetune` makes over its file before anything else."""


def tuned(file: Path, folder: Path, *options: str) -> dict:
    """The result of one `tutor finetune`."""
    command = [sys.executable, "-m", "tutor", "finetune", str(file), "--json", *options]
    environment = os.environ | {"TUTOR_STATE": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    return json.loads(done.stdout)["result"]


def text(folder: Path, minutes: float, seeds: int) -> None:
    """Perplexity before and after."""
    lessons = "\n".join(file.read_text(encoding="utf-8") for file in sorted(paths.lessons().glob("*.md")))
    prose = re.sub(r"^```.*?^```$|<!--.*?-->", "", lessons, flags=re.MULTILINE | re.DOTALL)
    file = folder / "lessons.txt"
    file.write_text(prose.encode()[:BYTES].decode(errors="ignore"), encoding="utf-8")
    print(f"{BYTES:,} bytes of the lessons' prose, {minutes:g} minutes, on a shared machine")
    for seed in range(seeds):
        got = tuned(file, folder, "--minutes", str(minutes), "--seed", str(seed), "--name", f"text-{seed}")
        before, after = got["perplexity_before"], got["perplexity_after"]
        print(
            f"seed {seed}: held-out perplexity {before:.1f} to {after:.1f}, {1 - after / before:.0%} down; "
            f"{got['steps']} steps, {got['seconds']:.0f} s, ended by {got['finished']}",
            flush=True,
        )


def labels(folder: Path, minutes: float, seeds: int, method: str) -> None:
    """Macro-F1 on what each seed holds out."""
    print(f"{minutes:g} minutes, method {method}, on a shared machine")
    print("held-out macro-F1, and that of always giving the commonest label")
    for name in LABELLED:
        for seed in range(seeds):
            file, run = paths.lessons() / "practice" / name, f"{name[:-4]}-{seed}"
            how = ("--task", "classify", "--method", method, "--minutes", str(minutes), "--seed", str(seed))
            got = tuned(file, folder, *how, "--name", run)
            after, usual = (got[side]["macro_f1"] for side in ("scores_after", "scores_before"))
            print(
                f"{name} seed {seed}: {after:.3f} ({usual:.3f}), {got['steps']} steps, {got['seconds']:.1f} s",
                flush=True,
            )


def large(folder: Path, sizes: list[int]) -> None:
    """Seconds and memory of reading, splitting and tokenizing."""
    lines = [line for file in sorted(paths.lessons().glob("*.md")) for line in file.open(encoding="utf-8")]
    for megabytes in sizes:
        file = folder / "large.txt"
        with file.open("w", encoding="utf-8") as out:
            copies = itertools.count()
            while out.tell() < megabytes * 1_000_000:
                copy = next(copies)
                out.writelines(f"{copy} {line}" for line in lines)  # no two lines are the same
        command = [sys.executable, "-c", READ, str(file), str(folder / "data")]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr)
        seconds, busy, before, peak = json.loads(done.stdout.splitlines()[-1])
        print(
            f"{megabytes:,} MB: {seconds:.0f} s, {busy:.0f} s of processor time with the start; "
            f"peak memory {peak / 1024:.0f} MB, {before / 1024:.0f} MB before",
            flush=True,
        )
        file.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("text", "labels", "large"))
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--method", default="auto", choices=("auto", "head", "full", "lora"))
    parser.add_argument("--megabytes", type=int, nargs="+", default=[20, 200])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        if chosen.what == "text":
            text(Path(place), chosen.minutes or 2.0, chosen.seeds)
        elif chosen.what == "labels":
            labels(Path(place), chosen.minutes or 1.0, chosen.seeds, chosen.method)
        else:
            large(Path(place), chosen.megabytes)


if __name__ == "__main__":
    main()

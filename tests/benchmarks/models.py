"""How long each bundled model takes to open once torch is imported, and how large the wheel is.

    python tests/benchmarks/models.py [--runs 3] [--wheel]

Every model is opened in a process of its own, so that nothing of it is in memory; the files are in the cache of the
operating system after the first time. `--wheel` also builds the wheel, which needs the package `build`.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tutor.engine import registry

ROOT = Path(__file__).parents[2]
LIMIT_SECONDS, LIMIT_BYTES = 0.5, 45_000_000

OPEN = {
    "decoder": "from tutor.engine.loading import decoder as opened",
    "seq2seq": "from tutor.engine.loading_seq2seq import seq2seq as opened",
    "encoder": "from tutor.engine.loading_encoder import encoder as opened",
    "matcher": "from tutor.engine.loading_matcher import load as opened",
    "vectors": "from tutor.engine.vectors import unit_vectors\nopened = lambda name: unit_vectors()",
}
TIMED = """
import time
from tutor.engine import device
device.prepare_process()
import torch
{imports}
began = time.perf_counter()
opened({name!r})
print(time.perf_counter() - began)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--wheel", action="store_true")
    options = parser.parse_args()
    total = 0
    for entry in registry.entries():
        if entry.source != "bundled":
            continue
        size = registry.size(entry.directory)
        total += size
        imports = OPEN.get("matcher" if entry.name == "matcher" else entry.kind)
        seconds = statistics.median(opened(entry.name, imports) for _ in range(options.runs)) if imports else None
        mark = "" if seconds is None or seconds <= LIMIT_SECONDS else f"   more than {LIMIT_SECONDS} s"
        shown = "" if seconds is None else f"{seconds:6.3f} s"
        print(f"{entry.name:<14}{size / 1e6:7.2f} MB   {shown}{mark}", flush=True)
    print(f"{'together':<14}{total / 1e6:7.2f} MB")
    if options.wheel:
        size = wheel_bytes()
        print(f"{'wheel':<14}{size / 1e6:7.2f} MB{'' if size <= LIMIT_BYTES else '   more than 45 MB'}")


def opened(name: str, imports: str) -> float:
    """Seconds from torch imported to the model ready, in a new process."""
    program = TIMED.format(imports=imports, name=name)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def wheel_bytes() -> int:
    """The size of the wheel that is built from this checkout."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "build", "--wheel", "--outdir", folder, str(ROOT)]
        subprocess.run(command, check=True, capture_output=True)
        return next(Path(folder).glob("*.whl")).stat().st_size


if __name__ == "__main__":
    main()

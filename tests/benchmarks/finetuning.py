"""Our training loop beside Hugging Face's `Trainer`: the same model, data, batch, precision and threads.

    python tests/benchmarks/finetuning.py [--model storyteller] [--steps 8] [--runs 2] [--threads 1]

Each side runs in a fresh process and trains all weights with AdamW in float32 on batches of 16 windows of 256
tokens. The two take turns, so that both meet the same machine; the best run of each counts, because whatever else the
machine does can only make one slower. Prints figures and their ratios and never fails because of them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS, WINDOW = 16, 256
RATE = 1e-4

OURS = """
from tutor.engine import device
device.own_process()
device.prepare_process()
import torch
from tutor.engine.checkpoint import load_decoder
from tutor.engine.training import TrainingOptions, train
from pathlib import Path
model = load_decoder(Path(folder)).requires_grad_(True)
ids = torch.load(data)
options = TrainingOptions(steps=steps, learning_rate=rate, muon_learning_rate=0.0, warmup=0, decay_fraction=0.0)
losses = []
mark()
for progress in train(model, lambda step: ids[step], options):
    losses.append(progress.loss)
    mark()
"""
THEIRS = """
import torch
from transformers import LlamaForCausalLM, Trainer, TrainerCallback, TrainingArguments
model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
ids = torch.load(data)
rows = [{"input_ids": row[:-1], "labels": row[:-1]} for row in ids.flatten(0, 1)]
losses = []
class Marks(TrainerCallback):
    def on_step_begin(self, *args, **kwargs):
        if not moments: mark()
    def on_step_end(self, *args, **kwargs):
        mark()
    def on_log(self, args, state, control, logs=None, **kwargs):
        losses.extend([logs["loss"]] if "loss" in logs else [])
arguments = TrainingArguments(
    folder + "/run", max_steps=steps, per_device_train_batch_size=ids.shape[1], learning_rate=rate,
    lr_scheduler_type="constant", weight_decay=0.01, adam_beta2=0.95, max_grad_norm=1.0, save_strategy="no",
    report_to=[], disable_tqdm=True, logging_steps=1, use_cpu=True, dataloader_num_workers=0,
)
Trainer(model, arguments, train_dataset=rows, callbacks=[Marks()]).train()
"""
BEFORE = """
import json, resource, time
moments = []
def mark():
    moments.append((time.time(), time.process_time()))
"""
AFTER = """
taken = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(moments[1:], moments[2:])]
print(json.dumps({
    "tokens a second": tokens / min(wall for wall, busy in taken),
    "a processor second": tokens / min(busy for wall, busy in taken),
    "first step": moments[1][0] - start,
    "its processor time": moments[1][1],
    "peak memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "losses": losses,
}))
"""
UNITS = {
    "tokens a second": ("", max),
    "a processor second": ("tokens", max),
    "first step": ("s after the start", min),
    "its processor time": ("s", min),
    "peak memory": ("MB", min),
}


def prepare(name: str, folder: Path, steps: int) -> None:
    """The model as a checkpoint in float32, and windows of the lessons' text (steps, ROWS, WINDOW + 1) in `data.pt`.

    Text, not random tokens: those make attention so sharp that many of its weights fall below the smallest normal
    number, which slows down whoever does not round these to zero.
    """
    import torch
    from tokenizers import Tokenizer

    from tutor import paths
    from tutor.engine import registry
    from tutor.engine.checkpoint import load_decoder, save_decoder

    source = registry.find(name).directory
    save_decoder(load_decoder(source), folder)
    text = "\n".join(file.read_text(encoding="utf-8") for file in sorted(paths.lessons().glob("*.md")))
    ids = torch.tensor(Tokenizer.from_file(str(source / "tokenizer.json")).encode(text).ids)
    starts = torch.randint(0, len(ids) - WINDOW, (steps, ROWS, 1), generator=torch.Generator().manual_seed(0))
    torch.save(ids[starts + torch.arange(WINDOW + 1)], folder / "data.pt")


def measured(side: str, folder: str, steps: int, threads: int) -> dict:
    """One fresh process of one side."""
    given = f"start, folder, data = {time.time()}, {folder!r}, {folder + '/data.pt'!r}\n"
    given += f"steps, tokens, rate = {steps}, {ROWS * WINDOW}, {RATE}\n"
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-W", "ignore", "-c", given + BEFORE + side + AFTER]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--model", default="storyteller")
    options.add_argument("--steps", type=int, default=8)
    options.add_argument("--runs", type=int, default=2)
    options.add_argument("--threads", type=int, default=1)
    chosen = options.parse_args()
    sides: dict[str, list[dict]] = {OURS: [], THEIRS: []}
    with tempfile.TemporaryDirectory() as folder:
        prepare(chosen.model, Path(folder), chosen.steps)
        for _ in range(chosen.runs):
            for side, runs in sides.items():
                runs.append(measured(side, folder, chosen.steps, chosen.threads))
    print(f"{chosen.model}, batch {ROWS} × {WINDOW}, float32, AdamW, {chosen.threads} threads, on a shared machine")
    print(f"the sides take turns; best step and best of {chosen.runs} runs")
    print("losses:", *(f"{side[0]['losses'][0]:.4f} to {side[0]['losses'][-1]:.4f}" for side in sides.values()))
    print(f"{'':<20}{'tutor':>10}{'Trainer':>10}{'ratio':>8}")
    for figure, (unit, best) in UNITS.items():
        ours, theirs = (best(run[figure] for run in runs) for runs in sides.values())
        print(f"{figure:<20}{ours:>10.2f}{theirs:>10.2f}{ours / theirs:>8.2f}  {unit}")


if __name__ == "__main__":
    main()

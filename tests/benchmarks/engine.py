"""The decoder beside `transformers`: the same random weights, prompt and threads, each run in a fresh process.

    python tests/benchmarks/engine.py [--model storyteller] [--tokens 100] [--runs 3] [--threads 1]

The model gives its sizes and its tokenizer. Prints figures and their ratios. Not a test: figures depend on what else
the machine does. The two sides take turns so that both meet the same, and the best run of each counts, because other
programs can only make one slower; processor times depend on them least.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROMPT = "Once upon a time there was a little"

OURS = """
from tutor.engine import device
device.prepare_process()
from tutor.engine.generation import generate
from tutor.engine.loading import decoder
from tutor.engine.sampling import SamplingOptions
began = time.time()
loaded = decoder(folder, "cpu")
opened = time.time()
def text(tokens):
    ids = loaded.tokenizer.encode(prompt).ids
    options = SamplingOptions(temperature=0)
    steps = generate(loaded.model, loaded.tokenizer, ids, tokens=tokens, options=options, seed=0)
    return [step.id for step in steps]
"""
THEIRS = """
import torch
from transformers import LlamaForCausalLM, PreTrainedTokenizerFast
began = time.time()
tokenizer = PreTrainedTokenizerFast(tokenizer_file=folder + "/tokenizer.json")
model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
opened = time.time()
def text(tokens):
    ids = torch.tensor([tokenizer(prompt)["input_ids"]])
    mask = torch.ones_like(ids)
    with torch.inference_mode():
        found = model.generate(ids, attention_mask=mask, max_new_tokens=tokens, do_sample=False, pad_token_id=0)
    tokenizer.decode(found[0])
    return found[0, ids.shape[1]:].tolist()
"""
MEASURE = """
text(1)
first, busy = time.time(), time.process_time()
started = busy
made = text(tokens)
ended, idle = time.time(), time.process_time()
import json, resource
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({
    "ids": made,
    "tokens a second": len(made) / (ended - first),
    "processor": 1000 * (idle - busy) / len(made),
    "first token": first - start,
    "its processor": started,
    "load": opened - began,
    "peak memory": peak,
}))
"""
UNITS = {
    "tokens a second": ("", max),
    "processor": ("ms a token", min),
    "first token": ("s after the start", min),
    "its processor": ("s", min),
    "load": ("s", min),
    "peak memory": ("MB", min),
}
"""Each figure's unit, and which of several runs is the best."""


def prepare(name: str, folder: Path) -> None:
    """A checkpoint with the sizes and the tokenizer of a model, random weights, and no token that ends a text."""
    import torch

    from tutor.engine import registry, subword
    from tutor.engine.checkpoint import save_decoder
    from tutor.engine.decoder import Decoder, DecoderConfig

    entry = registry.find(name)
    torch.manual_seed(0)
    config = dataclasses.replace(DecoderConfig.from_dict(registry.config(entry.directory)), eos_token_id=None)
    save_decoder(Decoder(config), folder)
    (folder / "tokenizer.json").write_text(subword.source(entry.tokenizer), encoding="utf-8")


def measured(side: str, folder: str, tokens: int, threads: int) -> dict[str, float]:
    """One fresh process of one side."""
    given = f"import time\nstart, folder, prompt, tokens = {time.time()}, {folder!r}, {PROMPT!r}, {tokens}\n"
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-W", "ignore", "-c", given + side + MEASURE]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def load_seconds(name: str) -> tuple[float, float]:
    """Seconds and processor seconds of opening the model's own file, which for a guest is a packed one."""
    code = f"""if True:
        import time
        from tutor.engine import device
        device.prepare_process()
        from tutor.engine import loading
        start, busy = time.time(), time.process_time()
        loading.decoder({name!r}, "cpu")
        print(time.time() - start, time.process_time() - busy)"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, busy = map(float, done.stdout.split())
    return seconds, busy


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--model", default="storyteller")
    options.add_argument("--tokens", type=int, default=100)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--threads", type=int, default=1)
    chosen = options.parse_args()
    sides: dict[str, list[dict[str, float]]] = {OURS: [], THEIRS: []}
    with tempfile.TemporaryDirectory() as folder:
        prepare(chosen.model, Path(folder))
        for _ in range(chosen.runs):
            for side, runs in sides.items():
                runs.append(measured(side, folder, chosen.tokens, chosen.threads))
    print(f"{chosen.model}, {chosen.tokens} tokens at batch 1, {chosen.threads} threads, on a shared machine")
    print(f"the sides take turns; best of {chosen.runs} runs each; machine's load {os.getloadavg()[0]:.1f}")
    print("same tokens:", sides[OURS][0]["ids"] == sides[THEIRS][0]["ids"])
    print(f"{'':<18}{'tutor':>10}{'transformers':>14}{'ratio':>8}")
    for figure, (unit, best) in UNITS.items():
        ours, theirs = (best(run[figure] for run in runs) for runs in sides.values())
        print(f"{figure:<18}{ours:>10.2f}{theirs:>14.2f}{ours / theirs:>8.2f}  {unit}")
    print("opening the model's own file: {:.2f} s, processor {:.2f} s".format(*load_seconds(chosen.model)))


if __name__ == "__main__":
    main()

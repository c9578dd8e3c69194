"""The tables of a model's card, written between marks in its `README.md`; what people wrote around them stays.

<!-- training --> … <!-- /training -->      sizes, tokens seen, time, machine, the curve
<!-- figures --> … <!-- /figures -->        what was measured
<!-- samples --> … <!-- /samples -->        the first three samples; more are in samples.md
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tutor.engine import registry
from tutor.engine.figures import Figure, Figures, Sample, measuring, read, write
from tutor.errors import InputError
from tutor.storage import read_learner_text, write_text

CARD, SAMPLES = "README.md", "samples.md"
_SHOWN = 3
_POINTS = 10
"""Of the curve."""


def make(
    folder: Path,
    *,
    data: Path | None = None,
    work: Path | None = None,
    logs: Sequence[Path] = (),
    seen: Callable[[Figure], None] = lambda figure: None,
) -> Figures:
    """Measure the model in the folder and write its figures, samples, card and sums.

    `data` and `work` as in `measuring.measure`; `logs` are what its runs left behind, in their order (`history`);
    without any, what is known of its training stays. `seen` is told each figure as it is measured.
    """
    before = read(folder)
    training = history(logs) | {"machine": machine()} if logs else before.training if before else {}
    samples = measuring.samples(folder)
    found: list[Figure] = []
    for figure in measuring.measure(folder, samples, data=data, work=work):
        found.append(figure)
        seen(figure)
    kept = {figure.name for figure in found}
    slow = [figure for figure in (before.figures if before else ()) if not figure.quick and figure.name not in kept]
    everything = [*found, *(slow if data is None and work is None else ())]
    figures = Figures(tuple(sorted(everything, key=lambda figure: figure.quick)), samples, training)
    write(folder, figures)
    if len(samples) > _SHOWN:
        write_text(folder / SAMPLES, f"# Samples, unselected\n{''.join(map(_sample, samples))}")
    path = folder / CARD
    write_text(path, filled(path.read_text(encoding="utf-8") if path.exists() else _blank(folder), folder, figures))
    registry.write_sums(folder)
    return figures


def filled(card: str, folder: Path, figures: Figures) -> str:
    """The card with its tables made new; a table for which it has no marks is added at its end."""
    for name, text in (
        ("training", _training(folder, figures.training)),
        ("figures", _table([("figure", "value"), *((one.name, _number(one)) for one in figures.figures)])),
        ("samples", "".join(map(_sample, figures.samples[:_SHOWN])).lstrip("\n")),
    ):
        if not text:
            continue
        part = f"<!-- {name} -->\n{text}<!-- /{name} -->"
        marked = re.compile(f"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
        before, after = marked.split(card, maxsplit=1) if marked.search(card) else (f"{card.rstrip()}\n\n", "\n")
        card = before + part + after
    return card


def machine() -> str:
    """What the run was made on, for a card."""
    import torch

    device = "a GPU" if torch.cuda.is_available() else "no GPU"
    return f"{os.cpu_count()} cores, {device}, float32, torch {torch.__version__.split('+')[0]}"


def history(logs: Sequence[Path]) -> dict[str, Any]:
    """Tokens, seconds and curve of a training, from the reports of `tutor pretrain` (report.json) or from logs.

    A log has a JSON object a line with `t`, seconds since this part of the run began, `tokens`, and `held`, the
    held-out loss or null. Raises InputError for a file that is neither.
    """
    seconds, last, tokens, curve = 0.0, 0.0, 0, dict[int, float]()
    for log in logs:
        try:
            for record in _records(read_learner_text(log)):
                if record["t"] < last:  # it was begun again
                    seconds += last
                last, tokens = record["t"], record["tokens"]
                if record.get("held") is not None:
                    curve[tokens] = record["held"]
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(str(log), f"not a run's log ({error})", "give a report.json, or lines of JSON") from None
        seconds, last = seconds + last, 0.0
    return {"tokens": tokens, "seconds": round(seconds), "curve": sorted(curve.items())}


def _records(text: str) -> Iterator[dict[str, Any]]:
    if "\n" in text.strip() and not text.lstrip().startswith("{\n"):
        yield from (json.loads(line) for line in text.splitlines() if line.strip())
        return
    result = json.loads(text).get("result")
    if result is None:
        yield json.loads(text)
        return
    for update in result["curve"]:
        yield {"t": 0.0, "tokens": update["tokens"], "held": update["held_out_loss"]}
    yield {"t": result["seconds"], "tokens": result["tokens"]}


def _training(folder: Path, training: dict[str, Any]) -> str:
    weights = list(folder.glob("*.safetensors"))
    rows = [
        ("", ""),
        ("parameters", f"{registry.parameters(folder) or 0:,}"),
        ("weights", f"{registry.config(folder).get('torch_dtype', 'float16')}, {_size(weights)}"),
    ]
    if training:
        minutes = training["seconds"] / 60
        took = f"{minutes / 60:.1f} hours" if minutes >= 90 else f"{minutes:.0f} minutes"
        rows += [("tokens seen", f"{training['tokens']:,}"), ("took", f"{took} on {training['machine']}")]
    text = _table(rows)
    if curve := training.get("curve"):
        every = max(-(-len(curve) // _POINTS), 1)
        chosen = [*curve[::every], *([curve[-1]] if (len(curve) - 1) % every else [])]
        points = [(f"{tokens / 1e6:.2f}", f"{loss:.3f}") for tokens, loss in chosen]
        text += "\n" + _table([("million tokens", "held-out loss, nats"), *points])
    return text


def _size(files: Sequence[Path]) -> str:
    return f"{sum(file.stat().st_size for file in files) / 1e6:.1f} MB"


def _number(figure: Figure) -> str:
    if figure.name.startswith("share"):
        return f"{100 * figure.value:.1f} %"
    return (
        f"{figure.value:g}" if float(figure.value).is_integer() and figure.tolerance >= 1 else f"{figure.value:.3f}"
    )


def _table(rows: Sequence[tuple[str, str]]) -> str:
    lines = [f"| {name} | {value} |" for name, value in rows]
    return "\n".join([lines[0], "|---|---|", *lines[1:]]) + "\n"


def _sample(sample: Sample) -> str:
    """A sample in Markdown, where nothing of it is taken for Markdown; a decoder's with its beginning."""
    seed = "" if sample.seed is None else f", seed {sample.seed}"
    whole = sample.text if sample.seed is None else sample.given + sample.text
    return f"\n`{sample.given.strip()}`{seed}\n\n````text\n{whole.strip()}\n````\n"


def _blank(folder: Path) -> str:
    return (
        f"# {folder.name}\n\nTo be written: what it is for and not for, its data, how it was made, known failings.\n"
    )

"""A fine-tuning run on disk: what it was begun with, its curve, its checkpoints. Whatever happens, it can go on.

    runs/<name>/run.json            what was asked for; its presence makes the folder a run
                data/               the examples, ready to be read
                plan.json           steps, looks and estimate; a run without it starts again from its beginning
                metrics.jsonl       a line a step; the lines of looks carry the held-out loss and a sample
                checkpoints/        the trained weights at some looks, in 16 bits, for the time machine
                best-000040.safetensors, state.safetensors     what a run that goes on needs
                losses.safetensors  the held-out loss of every token, before and after
                report.json         how it ended

At a look the files are written in this order: best weights, 16-bit copy, line of the curve, state. So what belongs
to a state is there when the state is; what is newer than the state is thrown away, and made again.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor import paths
from tutor.errors import InputError
from tutor.storage import replacing, write_json, write_text

if TYPE_CHECKING:
    from torch import Tensor

_ABOUT, _PLAN, _CURVE, _REPORT, _LOSSES = (
    "run.json",
    "plan.json",
    "metrics.jsonl",
    "report.json",
    "losses.safetensors",
)
_KIND = "finetune"
"""In run.json: `runs` also holds those of `pretrain`."""


@dataclass(frozen=True)
class Row:
    """A line of the curve: a step, and what was seen if it was followed by a look at the held-out side."""

    step: int
    """0 is before training."""
    loss: float
    """On the batch, in nats per token; for step 0 the held-out one."""
    tokens: int
    """Read so far, each time counted."""
    tokens_per_second: float
    seconds: float
    """Since the run began, without the time that it was stopped."""
    held_out_loss: float | None = None
    sample: str | None = None
    macro_f1: float | None = None
    """Of a classifier, on the held-out side."""


class RunFolder:
    """The files of one run, and the lines of its curve as they stand there."""

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, path.name
        self.rows = _rows(path / _CURVE)
        self.state, self.data = path / "state.safetensors", path / "data"

    def inputs(self) -> dict[str, Any]:
        """What the run was begun with."""
        return dict(self._about()["inputs"])

    def source(self) -> Path:
        """The file that it learns from."""
        return Path(self._about()["file"])

    def _about(self) -> dict[str, Any]:
        found = _read(self.path / _ABOUT)
        if found is None or not (isinstance(found.get("inputs"), dict) and isinstance(found.get("file"), str)):
            raise InputError(str(self.path / _ABOUT), "not the beginning of a run", "run the fine-tuning again")
        return found

    def plan(self) -> dict[str, Any] | None:
        """What `write_plan` kept, or None if it had not come that far."""
        return _read(self.path / _PLAN)

    def report(self) -> dict[str, Any] | None:
        """What `write_report` kept, or None if the run has not ended."""
        return _read(self.path / _REPORT)

    def is_unfinished(self) -> bool:
        report = self.report()
        return self.state.exists() or report is None or report["result"]["finished"] == "cancelled"

    def begin(self, inputs: Mapping[str, Any], file: Path) -> None:
        """Make it the folder of a new run on `file`; what another left in it is removed."""
        shutil.rmtree(self.path, ignore_errors=True)
        write_json(self.path / _ABOUT, {"kind": _KIND, "inputs": inputs, "file": str(file.resolve())})
        self.rows = []

    def abandon(self) -> None:
        """Remove a run that cannot begin, so that its name is free."""
        if self.plan() is None:
            shutil.rmtree(self.path, ignore_errors=True)

    def write_plan(self, plan: Mapping[str, Any]) -> None:
        write_json(self.path / _PLAN, plan)

    def write_report(self, document: Mapping[str, Any]) -> None:
        write_json(self.path / _REPORT, document)

    def go_back(self, step: int) -> None:
        """Forget what is newer than `step`, and remove what a killed process left half written."""
        for part in [*self.path.rglob(".*.part")]:
            part.unlink()
        self.rows = [row for row in self.rows if row.step <= step]
        write_text(self.path / _CURVE, "".join(map(_line, self.rows)))
        for file in (*self._bests(), *self.checkpoints()):
            if step_of(file) > step:
                file.unlink()

    def append(self, row: Row, *, on_disk: bool = True) -> None:
        """Add a line to the curve; of several processes only one does it on disk."""
        self.rows.append(row)
        if on_disk:
            with (self.path / _CURVE).open("a", encoding="utf-8", newline="\n") as out:
                out.write(_line(row))

    def checkpoints(self) -> list[Path]:
        """The 16-bit copies of the trained weights, the oldest first."""
        return sorted((self.path / "checkpoints").glob("*.safetensors"))

    def write_checkpoint(self, step: int, tensors: Mapping[str, Tensor], most: int) -> None:
        """Keep the weights in 16 bits. Where there are more than `most`, every second is removed."""
        import torch

        half = {name: tensor.detach().to(torch.float16) for name, tensor in tensors.items()}
        write_tensors(self.path / "checkpoints" / f"{step:06}.safetensors", half)
        if len(kept := self.checkpoints()) > most:
            for file in kept[-2::-2]:  # the newest stays
                file.unlink()

    def best(self) -> Path | None:
        """The weights that did best on the held-out side so far, in 32 bits."""
        return max(self._bests(), default=None)

    def write_best(self, step: int, tensors: Mapping[str, Tensor]) -> None:
        """Keep the weights as the best ones; `drop_old_bests` removes those before, once the state has caught up."""
        write_tensors(self.path / f"best-{step:06}.safetensors", tensors)

    def drop_old_bests(self) -> None:
        for file in sorted(self._bests())[:-1]:
            file.unlink()

    def write_losses(self, **sides: list[Any]) -> None:
        """Keep the held-out losses of `before` and `after`, each a list of arrays (n,) of float64."""
        import numpy as np
        from safetensors.numpy import save_file

        arrays = {name: np.concatenate(parts) for name, parts in sides.items()}
        lengths = np.array([len(part) for part in next(iter(sides.values()))])
        with replacing(self.path / _LOSSES) as part:
            save_file(arrays | {"lengths": lengths}, part)

    def losses(self) -> dict[str, list[Any]]:
        """What `write_losses` kept. Raises InputError if it is missing or damaged."""
        import numpy as np
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        file = self.path / _LOSSES
        try:
            found = load_file(file)
            ends = np.cumsum(found.pop("lengths"))[:-1]
        except (OSError, KeyError, SafetensorError) as error:
            raise InputError(str(file), f"unreadable ({error})", "run the fine-tuning again") from None
        return {name: np.split(array, ends) for name, array in found.items()}

    def clear(self) -> None:
        """Remove what only a run that goes on needs."""
        for file in (self.state, *self._bests()):
            file.unlink(missing_ok=True)

    def _bests(self) -> list[Path]:
        return [*self.path.glob("best-*.safetensors")]


def write_tensors(file: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write tensors as safetensors, atomically."""
    from safetensors.torch import save_file

    with replacing(file) as part:
        save_file({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}, part)


def step_of(file: Path) -> int:
    """The step that a checkpoint was made after."""
    return int(file.stem.rpartition("-")[2])


def find(name: str) -> RunFolder:
    """The fine-tuning run of that name. Raises InputError, with the names there are, if there is none."""
    known = names()
    if name in known:
        return RunFolder(paths.runs() / name)
    hint = f"choose one of: {', '.join(known)}" if known else "make one with tutor finetune"
    raise InputError(name[:80] or "RUN", "no fine-tuning run of this name", hint)


def names() -> list[str]:
    """The names of all fine-tuning runs."""
    shelf = paths.runs()
    folders = sorted(shelf.iterdir()) if shelf.is_dir() else []
    return [folder.name for folder in folders if (_read(folder / _ABOUT) or {}).get("kind") == _KIND]


def restarted(inputs: Mapping[str, Any]) -> str | None:
    """The unfinished run that was begun with the same, if `torchrun` has started this process after a failure."""
    if os.environ.get("TORCHELASTIC_RESTART_COUNT", "0") == "0":
        return None
    runs = (RunFolder(paths.runs() / name) for name in names())
    return next((run.name for run in runs if run.is_unfinished() and run.inputs() == inputs), None)


def _line(row: Row) -> str:
    return json.dumps(dataclasses.asdict(row)) + "\n"


def _rows(file: Path) -> list[Row]:
    """The lines of a curve; the last one may have been cut short by a crash."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return [row for row in map(_parsed, lines) if row is not None]


def _parsed(line: str) -> Row | None:
    try:
        return Row(**json.loads(line))
    except (ValueError, TypeError):
        return None


def _read(file: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None

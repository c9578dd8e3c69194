"""What a fine-tuning run has changed: the held-out loss, the samples, what was forgotten, what is only recited.

It opens the model that was tuned and the one it came from, lets both write with equal seeds and read a text of
everyday English, and compares their weights. If nothing has got better, it says so and ends with status 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from tutor.errors import InputError
from tutor.experiments.frame.inputs import Argument, Device, Option
from tutor.experiments.frame.tuning import Update

if TYPE_CHECKING:
    from tutor.engine.classification_metrics import Scores
    from tutor.engine.loading import Loaded
    from tutor.engine.movement import Movement
    from tutor.engine.run_folder import RunFolder

TOPIC = "Fine-tuning"
SCHEMA = 1
NEEDS_TORCH = True
EXAMPLES = ("tutor report lighthouse", "tutor report lighthouse --samples 1 --plain")


@dataclass(frozen=True)
class Inputs:
    run: Annotated[str, Argument("A fine-tuning run's name.", metavar="RUN", piped=False)]
    samples: Annotated[int, Option("How many samples of each model.", low=1, high=20)] = 3
    device: Device = "auto"


@dataclass(frozen=True)
class Pair:
    """The same prompt and the same random numbers, before and after."""

    seed: int
    before: str
    after: str


@dataclass(frozen=True)
class Forgetting:
    """How well the model still foretells everyday English that the run did not train on."""

    text: str
    """The file, one of ours."""
    tokens: int
    loss_before: float
    loss_after: float
    rise_low: float
    """The lower end of the 95 % interval of the rise, in nats per token."""
    rise_high: float


@dataclass(frozen=True)
class Recital:
    """The longest stretch of the tuned model's samples that stands word for word in the training text."""

    text: str
    tokens: int
    words: int
    tokens_before: int
    """The longest such stretch of the model before: what is common English."""
    written: int
    """Tokens in all of the tuned model's samples."""
    searched: int
    """Tokens of the training text that were searched."""


@dataclass(frozen=True)
class Result:
    name: str
    model: str
    """What was tuned."""
    task: str
    method: str
    device: str
    seed: int
    steps: int
    tokens: int
    seconds: float
    seconds_low: float
    """What was estimated before the run."""
    seconds_high: float
    bytes: int | None
    """The most memory that the run held."""
    bytes_estimated: int | None
    training_tokens: int
    held_out_tokens: int
    loss_before: float
    """Held-out, in nats per token; of a classifier, per text."""
    loss_after: float
    fall_low: float
    """The lower end of the 95 % interval of the fall."""
    fall_high: float
    perplexity_before: float | None
    perplexity_after: float | None
    scores_before: Scores | None
    """Of a classifier: always giving the commonest label, on the held-out texts."""
    scores_after: Scores | None
    curve: tuple[Update, ...]
    prompt: str
    samples: tuple[Pair, ...]
    forgetting: Forgetting | None
    """None where the decoder itself was not trained."""
    recital: Recital | None
    movements: tuple[Movement, ...]
    """How far each matrix has moved; empty where the decoder itself was not trained."""
    finished: str
    succeeded: bool
    """Whether the held-out loss fell, and by more than chance explains."""


def run(inputs: Inputs) -> Result:
    """Raises InputError if there is no such run, if it has not ended, or if its model is gone."""
    from tutor.engine import run_folder

    folder = run_folder.find(inputs.run)
    told = (folder.report() or {}).get("result")
    if told is None:
        raise InputError(inputs.run, "this run has not ended", f"go on with tutor finetune --resume {inputs.run}")
    kept = dict(told)
    same = ("name", "model", "task", "method", "seed", "steps", "tokens", "seconds", "bytes", "training_tokens",
            "held_out_tokens", "loss_before", "loss_after", "fall_low", "fall_high", "perplexity_before",
            "perplexity_after", "prompt", "finished", "succeeded")  # fmt: skip
    before, after = _models(folder, kept, inputs.device)
    return Result(
        **{name: kept[name] for name in same},
        device=before.device,
        seconds_low=kept["estimate"]["seconds_low"],
        seconds_high=kept["estimate"]["seconds_high"],
        bytes_estimated=kept["estimate"]["bytes"],
        scores_before=_scores(kept["scores_before"]),
        scores_after=_scores(kept["scores_after"]),
        curve=tuple(Update(**update) for update in kept["curve"]),
        **_compared(folder, kept, before, after, inputs.samples),
    )


def _models(folder: RunFolder, kept: dict[str, Any], device: str) -> tuple[Loaded, Loaded | None]:
    """The decoder before and the one after, which is None where it was not trained."""
    from tutor.engine import loading, registry

    kinds = {entry.name: entry.kind for entry in registry.entries()}
    if folder.name not in kinds:
        todo = f"run tutor finetune {folder.inputs()['file']} --name {folder.name} again"
        raise InputError(folder.name, "its model has been removed, so there is nothing to compare", todo)
    before = loading.decoder(folder.inputs()["model"], device)
    if kinds[folder.name] != "decoder":
        return before, None
    return before, loading.decoder(folder.name, device)


def _compared(
    folder: RunFolder, kept: dict[str, Any], before: Loaded, after: Loaded | None, samples: int
) -> dict[str, Any]:
    from tutor.engine import movement

    if after is None:
        return {"samples": (), "forgetting": None, "recital": None, "movements": ()}
    pairs, recital = _written(folder, kept, before, after, samples) if kept["prompt"] else ((), None)
    moved = movement.movements(before.model.state_dict(), after.model.state_dict())
    return {"samples": pairs, "forgetting": _forgetting(before, after), "recital": recital, "movements": moved}


def _written(
    folder: RunFolder, kept: dict[str, Any], before: Loaded, after: Loaded, samples: int
) -> tuple[tuple[Pair, ...], Recital]:
    """What both write with equal seeds, and what of it stands in the training text."""
    from tutor.engine import memorisation, tuning_data
    from tutor.engine.samples import continued

    seeds = range(kept["seed"], kept["seed"] + samples)
    old, new = ([continued(model, kept["prompt"], seed) for seed in seeds] for model in (before, after))
    training = tuning_data.training_tokens(folder.data, memorisation.MOST)
    spans = [memorisation.longest(sample.ids, training) for sample in new]
    best = max(range(samples), key=lambda index: spans[index].length)
    span = spans[best]
    text = after.splitter.decode(new[best].ids[span.start : span.start + span.length])
    recital = Recital(
        text=text,
        tokens=span.length,
        words=len(text.split()),
        tokens_before=max(memorisation.longest(sample.ids, training).length for sample in old),
        written=sum(len(sample.ids) for sample in new),
        searched=len(training),
    )
    pairs = zip(seeds, old, new, strict=True)
    return tuple(Pair(seed, one.text, other.text) for seed, one, other in pairs), recital


def _forgetting(before: Loaded, after: Loaded) -> Forgetting:
    from tutor.engine import everyday, significance
    from tutor.engine.finetuning import mean_loss

    old, new = everyday.losses(before), everyday.losses(after)
    low, high = significance.interval(new, old)
    return Forgetting(
        text=everyday.FILE,
        tokens=sum(map(len, old)),
        loss_before=mean_loss(old),
        loss_after=mean_loss(new),
        rise_low=low,
        rise_high=high,
    )


def _scores(kept: dict[str, Any] | None) -> Scores | None:
    from tutor.engine.classification_metrics import LabelScore, Scores

    if kept is None:
        return None
    return Scores(
        accuracy=kept["accuracy"],
        macro_f1=kept["macro_f1"],
        labels=tuple(LabelScore(**label) for label in kept["labels"]),
        confusion=tuple(tuple(row) for row in kept["confusion"]),
    )

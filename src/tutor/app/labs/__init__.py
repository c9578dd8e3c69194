"""The labs there are: what each is called and which experiments it shows. Imports nothing heavy.

`make_lab` imports the lab that is asked for, so that a home screen can list all of them for nothing.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.app.labs.asking import Engine
    from tutor.app.labs.base import Lab


@dataclass(frozen=True)
class LabInfo:
    """What a list of labs shows."""

    key: str
    """The key that opens it on the home screen."""
    name: str
    title: str
    line: str
    """What one does there, in one line."""
    experiments: tuple[str, ...]
    """The experiments it shows, the first one when it opens."""
    views: tuple[str, ...] = ()
    """How its experiments are called in the lab, if it has several."""
    widget: str = "base:Lab"
    """Module in this folder and class."""
    brief: str = ""
    """The same as `line` in at most 18 characters, for a home screen of 80 columns."""


LABS = (
    LabInfo(
        "t",
        "tokens",
        "Tokens",
        "type, and see the pieces that a model reads",
        ("tokenize", "compare", "merges", "tax", "train-tokenizer"),
        ("tokens", "side by side", "merges", "languages", "train one"),
        widget="tokens:TokensLab",
        brief="text in pieces",
    ),
    LabInfo(
        "w",
        "embeddings",
        "Embeddings",
        "words as places: neighbours, maps, analogies",
        ("neighbours", "map", "analogy", "distance", "context"),
        ("neighbours", "map", "analogy", "distance", "in sentences"),
        brief="words as places",
    ),
    LabInfo(
        "p",
        "positions",
        "Positions",
        "how a model is told where words stand",
        ("positions", "addition", "shuffle", "beyond"),
        ("encoding", "addition", "order", "too long"),
        brief="where words stand",
    ),
    LabInfo(
        "a",
        "attention",
        "Attention",
        "which word looks at which, head by head",
        ("attention", "ablate", "heads"),
        ("patterns", "head off", "jobs of heads"),
        widget="attention:AttentionLab",
        brief="who looks at whom",
    ),
    LabInfo(
        "i",
        "inside",
        "Inside",
        "one sentence through the model, stage by stage",
        ("walk", "lens", "parallel"),
        ("stages", "logit lens", "all at once"),
        widget="inside:InsideLab",
        brief="stage by stage",
    ),
    LabInfo(
        "l",
        "translation",
        "Translation",
        "an encoder reads, a decoder writes",
        ("translate", "cross-attention"),
        ("translation", "cross-attention"),
        widget="translation:TranslationLab",
        brief="encoder, decoder",
    ),
    LabInfo(
        "g",
        "generation",
        "Generation",
        "the next word as bars, and text as it is made",
        ("next", "generate", "surprise"),
        ("next word", "text", "surprise"),
        widget="generation:GenerationLab",
        brief="the next word",
    ),
    LabInfo(
        "m",
        "gaps",
        "Gap filling",
        "hide a word, and see what fits",
        ("fill",),
        widget="gaps:GapsLab",
        brief="a word is hidden",
    ),
    LabInfo(
        "z",
        "zoo",
        "Zoo",
        "small cousins that draw, caption, compose",
        ("draw", "caption", "match", "compose", "complete", "classify", "retrieve", "prompt"),
        ("draw", "caption", "match", "compose", "complete code", "classify", "find passages", "few-shot"),
        brief="draw and caption",
    ),
    LabInfo("s", "scale", "Scale", "what size costs, from this model to GPT-3", ("scale",), brief="what size costs"),
    LabInfo(
        "n",
        "training",
        "Training",
        "a model from nothing; one base for many tasks",
        ("pretrain", "adapt"),
        ("from nothing", "one base, many tasks"),
        widget="pretrain:PretrainLab",
        brief="from nothing",
    ),
    LabInfo(
        "f",
        "finetune",
        "Fine-tuning",
        "teach the storyteller a text of your own",
        ("finetune",),
        widget="finetune:FinetuneLab",
        brief="a text of your own",
    ),
    LabInfo(
        "h",
        "runs",
        "Time machine",
        "a fine-tuning run, checkpoint by checkpoint",
        ("timeline", "report"),
        ("time machine", "report"),
        widget="runs:RunsLab",
        brief="through a run",
    ),
    LabInfo(
        "b",
        "build",
        "Build it",
        "write a part; the model then works with it",
        ("exercise",),
        widget="exercise:ExerciseLab",
        brief="write a part",
    ),
)
"""In the order in which the course meets them."""


def lab_for(experiment: str) -> str:
    """The name of the lab that shows an experiment: one of `LABS`, or a plain one called like the experiment."""
    return next((info.name for info in LABS if experiment in info.experiments), experiment)


def info_for(experiment: str) -> LabInfo:
    """What is known of the lab that shows an experiment. Raises UsageError if there is no such experiment."""
    name = lab_for(experiment)
    for info in LABS:
        if info.name == name:
            return info
    from tutor.experiments import summary

    return LabInfo("", name, name.replace("-", " ").capitalize(), summary(name), (name,))


def make_lab(experiment: str, engine: Engine | None = None) -> Lab:
    """A new lab widget that opens with this experiment.

    `engine` is where experiments that need torch are computed; without one the lab starts its own when needed.
    Raises UsageError if there is no such experiment.
    """
    info = info_for(experiment)
    module, _, name = info.widget.partition(":")
    widget = getattr(importlib.import_module(f"tutor.app.labs.{module}"), name)
    lab: Lab = widget(info, experiment, engine)
    return lab

"""What a control may offer: tokenizers, models and runs by name, and files at hand."""

from __future__ import annotations

from pathlib import Path

from tutor import paths
from tutor.experiments import load

ARCHITECTURES = ("decoder", "seq2seq", "encoder")
"""The kinds of bundled folders that are models; others hold vectors and tokenizers."""


PRACTICE = "lessons/practice"
"""Where files to try lie, as they are called wherever tutor is installed."""

_FILES = {
    "caption": ("seven.txt", "four.txt"),
    "match": ("seven.txt", "four.txt"),
    "train-tokenizer": ("story.txt", "reviews.txt"),
    "pretrain": ("tiny.toml",),
    "beyond": ("story.txt", "reviews.txt"),
}
"""The practice files that the line of an experiment may begin with."""
_ENDINGS = {"train-tokenizer": ".txt", "beyond": ".txt", "pretrain": ".toml"}
"""How a file of the learner's own ends that may be offered too."""
_MOST = 8


def first_words(experiment: str) -> tuple[str, tuple[str, ...]]:
    """What the line of an experiment may begin with, where that is one of a few things: their kind, and which."""
    if experiment == "compose":
        return "style", tuple(load("compose").STYLES)
    if experiment == "exercise":
        return "part", tuple(load("exercise").NAMES)
    if experiment in ("report", "timeline"):
        from tutor.engine import run_folder

        return "run", tuple(run_folder.names())
    return "file", files_for(experiment)


def files_for(experiment: str) -> tuple[str, ...]:
    """Files that the experiment can read: those that come with the lessons, and those in the current directory."""
    practice = tuple(f"{PRACTICE}/{name}" for name in _FILES.get(experiment, ()))
    if experiment not in _ENDINGS:
        return practice
    own = sorted(path.name for path in Path.cwd().glob(f"*{_ENDINGS[experiment]}") if path.is_file())
    return (*practice, *own[:_MOST])


def names_of(source: str, default: str | None = None) -> tuple[str, ...]:
    """The names there are, of models those that are of the same kind as the `default` one and read what it reads.

    May import `tokenizers`, so not for the event loop.
    """
    if source == "tokenizer":
        from tutor.engine.tokenization import KINDS, own

        return (*KINDS, *own())
    if source == "model":
        from tutor.engine.registry import entries, reads

        known = {each.name: (each.kind, reads(each.directory)) for each in entries()}
        if default in known:
            return tuple(name for name, what in known.items() if what == known[default])
        names = tuple(name for name, (kind, _) in known.items() if kind in ARCHITECTURES)
        return names if default is None else (default, *names)  # such as a folder that was typed
    if source == "classifier":
        from tutor.engine.registry import classifiers

        return tuple(classifiers())
    if source == "run" and paths.runs().is_dir():
        return tuple(sorted(folder.name for folder in paths.runs().iterdir() if folder.is_dir()))
    return ()

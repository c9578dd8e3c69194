"""The words that a shell may offer for an argument or an option."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def words_for(source: str, default: str = "") -> list[str]:
    """The names of the tokenizers, models, runs or lessons there are; of models those that can replace `default`."""
    if source == "tokenizer":
        from tutor.engine.tokenization import KINDS

        return list(KINDS)
    if source == "model":
        return _models_like(default)
    if source == "classifier":
        from tutor.engine.registry import classifiers

        return list(classifiers())
    if source == "lesson":
        from tutor.course import loader

        return [str(outline.number) for outline in loader.outlines()[0]]
    if source == "run":
        from tutor import paths

        return sorted(folder.name for folder in paths.runs().glob("*") if folder.is_dir())
    return []


def _models_like(name: str) -> list[str]:
    """The names of the models that can stand where `name` stands: of its kind, made to read the same.

    All models of language, and `name`, where it is none of them; all there are for a name that is not here.
    """
    from tutor.engine import registry

    known = {entry.name: entry for entry in registry.entries()}
    if name not in known:
        return list(known)
    kind = known[name].kind
    if kind in ("decoder", "seq2seq", "encoder", "matcher"):
        return registry.alike([kind], registry.reads(known[name].directory))
    return [name, *registry.alike(["decoder", "seq2seq", "encoder"])]


def completer(source: str, choices: tuple[str, ...] = (), default: Any = None) -> Callable[[str], list[str]]:
    """What Typer asks for the words that begin as the one being typed; `choices` instead, where there are some."""

    def complete(incomplete: str) -> list[str]:
        return [word for word in choices or words_for(source, default or "") if word.startswith(incomplete)]

    return complete

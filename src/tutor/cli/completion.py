"""The words that a shell may offer for an argument or an option."""

from __future__ import annotations

from collections.abc import Callable


def words_for(source: str) -> list[str]:
    """The names of the tokenizers, models, runs or lessons there are."""
    if source == "tokenizer":
        from tutor.engine.tokenization import KINDS

        return list(KINDS)
    if source == "model":
        from tutor.engine.registry import entries

        return [entry.name for entry in entries()]
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


def completer(source: str, choices: tuple[str, ...] = ()) -> Callable[[str], list[str]]:
    """What Typer asks for the words that begin as the one being typed; `choices` instead, where there are some."""

    def complete(incomplete: str) -> list[str]:
        return [word for word in choices or words_for(source) if word.startswith(incomplete)]

    return complete

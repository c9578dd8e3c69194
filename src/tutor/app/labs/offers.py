"""The names that a control may offer: tokenizers, models, runs."""

from __future__ import annotations

from tutor import paths

ARCHITECTURES = ("decoder", "seq2seq", "encoder")
"""The kinds of bundled folders that are models; others hold vectors and tokenizers."""


def names_of(source: str) -> tuple[str, ...]:
    """The names there are; may import `tokenizers`, so not for the event loop."""
    if source == "tokenizer":
        from tutor.engine.tokenization import KINDS

        return tuple(KINDS)
    if source == "model":
        from tutor.engine.registry import entries

        return tuple(entry.name for entry in entries() if entry.kind in ARCHITECTURES)
    if source == "run" and paths.runs().is_dir():
        return tuple(sorted(folder.name for folder in paths.runs().iterdir() if folder.is_dir()))
    return ()

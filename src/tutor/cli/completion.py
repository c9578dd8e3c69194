"""The words that a shell may offer for an option."""

from __future__ import annotations


def words_for(source: str) -> list[str]:
    """The names of the tokenizers, models or runs there are."""
    if source == "tokenizer":
        from tutor.engine.tokenization import KINDS

        return list(KINDS)
    if source == "model":
        from tutor.engine.registry import entries

        return [entry.name for entry in entries()]
    return []

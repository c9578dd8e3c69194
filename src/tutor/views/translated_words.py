"""In words: what a word of a translation was written from, and whether the text is one the model can read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tutor.views.sentences import counted
from tutor.views.translated_tables import START, clearest, reads, table, whose, written_before
from tutor.views.visible import bare, visible

if TYPE_CHECKING:
    from tutor.experiments.translate import Result, Row, Sentence

_PIECES = 2.5
"""Tokens a word from which most words are not known: English that the model has learned from has 1.2 to 2."""
_SURE = 0.4
"""The share that it gives its tokens on average, below which a translation is hardly one."""
_SEEN = 0.005
"""The smallest share that is told: a smaller one would be written as 0 %."""


def told(result: Result) -> list[str]:
    """What the word that was asked for was written from, or what the table shows; nothing if neither was."""
    if result.row is None and result.table is None:
        return []
    row = result.row or clearest(result)
    return [*(_encoder(result, row) if result.table == "encoder" else _decoder(result, row)), *_chosen(result, row)]


def _decoder(result: Result, row: Row) -> Iterator[str]:
    one = result.sentences[row.sentence]
    word = f"'{bare(one.words[row.word].text)}'"
    read = sorted(reads(one, row.reads), key=lambda pair: -pair[1])[:2]
    across = ", then ".join(f"'{text}' ({_percent(share)})" for text, share in read if share >= _SEEN)
    back = max(written_before(one, row.looks_back), key=lambda pair: pair[1])
    seen = f"{_quoted(back[0])} ({_percent(back[1])})"
    if result.table == "decoder":
        yield f"In {whose(result, 'decoder')}, {word} looks back most at {seen}."
        yield f"The mask hides {word} and all after it: the empty half."
    else:
        yield f"In {whose(result, 'cross')}, {word} reads {across}, and looks back most at {seen}."


def _encoder(result: Result, row: Row) -> Iterator[str]:
    one = result.sentences[row.sentence]
    drawn = table(result, row, "encoder").drawn
    at = drawn.mark or 0
    weights = drawn.values[at]
    source, word = (f"'{bare(text)}'" for text in (one.tokens[at].text, one.words[row.word].text))
    after, before = _percent(weights[at + 1 :].sum()), _percent(weights[:at].sum())
    yield (
        f"Nothing is masked: {source}, which {word} reads most, gives {after} to what comes after it and {before} to "
        "what comes before."
    )


def _chosen(result: Result, row: Row) -> Iterator[str]:
    one = result.sentences[row.sentence]
    output, count = one.outputs[row.token], len(one.words[row.word].tokens)
    rivals = [each for each in one.outputs[row.token].candidates if each.id != output.id][:2]
    near = ", ".join(
        f"'{bare(each.text)}' {_percent(each.probability)}" for each in rivals if each.probability > _SEEN
    )
    first = f"Its first of {count} tokens" if count > 1 else "It"
    yield f"{first} had {_percent(output.probability)}{f', beside {near}' if near else ''}."
    yield (
        "A decoder-only model, such as the storyteller, has the look back but nothing to read across to: no encoder, "
        "no cross-attention."
    )


def doubts(result: Result) -> list[str]:
    """For the first sentence that is hardly one that the model can read, why that may be so."""
    return next(([said] for one in result.sentences if (said := _doubt(one))), [])


def _doubt(one: Sentence) -> str:
    """Three signs, the plainest first; nothing if there is none."""
    spelled = [one.source[token.start : token.end] for token in one.tokens if _is_unknown(token.text)]
    if spelled:
        signs = ", ".join(visible(sign) for sign in list(dict.fromkeys(spelled))[:3])
        return f"Is this English? The model has no pieces for signs such as {signs}: do not trust the translation."
    words = [word for word in one.source_words if any(letter.isalnum() for letter in word.text)]
    pieces = sum(len(word.tokens) for word in words)
    if len(words) > 1 and pieces > _PIECES * len(words):
        return (
            f"Is this English? {counted(len(words), 'word')} fall into {pieces} pieces, so the model hardly knows "
            "them: do not trust the translation."
        )
    share = math.exp(min(one.beams[0].score, 0.0))
    if share < _SURE:
        return (
            f"Is this simple English? The model gives its own words only {_percent(share)} on average: do not trust "
            "the translation."
        )
    return ""


def _is_unknown(text: str) -> bool:
    """Whether a token stands for a single byte, or for anything."""
    return text == "<unk>" or (text.startswith("<0x") and text.endswith(">"))


def _quoted(text: str) -> str:
    return text if text == START else f"'{text}'"


def _percent(share: float) -> str:
    return f"{100 * float(share):.0f} %"


__all__: Sequence[str] = ["doubts", "told"]

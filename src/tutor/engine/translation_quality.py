"""How good a translator is: held-out sentences translated and compared with what people wrote.

Needs the package `sacrebleu`, which is in the extra `dev`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from tutor.engine.evaluation import evaluating
from tutor.engine.pairs import PairFile, source_ids
from tutor.engine.seq2seq import Seq2Seq
from tutor.engine.translation import beam_search


@dataclass(frozen=True)
class Question:
    """A sentence and all its translations in the held-out set."""

    english: str
    references: tuple[str, ...]


@dataclass(frozen=True)
class Quality:
    """Scores from 0 to 100 over all sentences at once."""

    sentences: int
    chrf: float
    """Popović 2015, against all references: the best match counts."""
    bleu: float
    """Papineni et al. 2002, against all references."""
    chrf_single: float
    """Against the first reference only, which is stricter."""
    bleu_single: float


def questions(file: PairFile, tokenizer: Tokenizer, *, most: int, longest: int = 12) -> list[Question]:
    """At most `most` English sentences of up to `longest` words, evenly spread, always the same ones."""
    found: dict[str, list[str]] = {}
    for number in range(len(file)):
        english, other = (tokenizer.decode(side.tolist()).strip() for side in file[number])
        if len(re.findall(r"\w+", english)) <= longest:
            found.setdefault(english, []).append(other)
    names = list(found)
    chosen = np.linspace(0, len(names) - 1, min(most, len(names))).astype(int)
    return [Question(names[i], tuple(dict.fromkeys(found[names[i]]))) for i in chosen]


def translations(
    model: Seq2Seq, tokenizer: Tokenizer, sentences: Sequence[str], language: str, beams: int = 4
) -> Iterator[str]:
    """The best translation of each sentence by beam search."""
    device = next(model.parameters()).device
    with evaluating(model):
        for sentence in sentences:
            source = torch.tensor([source_ids(tokenizer, sentence, language)], device=device)
            found = beam_search(model, source, beams=beams)
            yield tokenizer.decode(list(found[0].ids)).strip() if found else ""


def quality(answers: Sequence[str], asked: Sequence[Question]) -> Quality:
    """Score the answers, one for each question."""
    import sacrebleu

    most = max(len(question.references) for question in asked)
    # One list for each rank of reference; a sentence that has fewer is left out of the later ones.
    every: list[Any] = [[q.references[i] if i < len(q.references) else None for q in asked] for i in range(most)]
    first = [[question.references[0] for question in asked]]
    found = list(answers)
    return Quality(
        sentences=len(found),
        chrf=sacrebleu.corpus_chrf(found, every).score,
        bleu=sacrebleu.corpus_bleu(found, every).score,
        chrf_single=sacrebleu.corpus_chrf(found, first).score,
        bleu_single=sacrebleu.corpus_bleu(found, first).score,
    )

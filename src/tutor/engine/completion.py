"""The rest of a line of code: the likeliest one by beam search, and whether Python can read what it makes."""

from __future__ import annotations

import ast
import math
import warnings
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from tutor.engine.cache import Cache
from tutor.engine.loading import Loaded


@dataclass(frozen=True)
class Line:
    """One way to go on."""

    ids: tuple[int, ...]
    text: str
    """What is added to the code, up to the end of the line."""
    log_probability: float
    """Of its tokens and the line end, in nats, given that it goes on as the last word was begun."""


@dataclass(frozen=True)
class _Beam:
    ids: tuple[int, ...]
    total: float
    """The log-probability of its tokens, in nats."""
    ended: bool
    left: str
    """What of the begun word is still to be written."""


def complete_line(loaded: Loaded, ids: list[int], *, beams: int, tokens: int) -> list[Line]:
    """The best continuations of ids to the end of the line, best first, at most `beams` and at most `tokens` long.

    The last word, or the last sign, is taken back and written anew, by any tokens that begin with its text: a word
    that was broken off may be the beginning of a longer one, which has other tokens. `ids` must leave room for
    `tokens` in the context.
    """
    kept, begun = _taken_back(loaded, ids)
    found = _search(loaded, kept, begun, beams, tokens)
    lines: dict[str, Line] = {}
    for one in found:  # a line can be written in several tokens
        text = _line(loaded, one.ids)[len(begun) :]
        before = lines.get(text)
        total = one.total if before is None else float(np.logaddexp(one.total, before.log_probability))
        lines[text] = Line(one.ids if before is None else before.ids, text, total)
    return sorted(lines.values(), key=lambda line: -line.log_probability)


def _taken_back(loaded: Loaded, ids: list[int]) -> tuple[list[int], str]:
    """The ids without the tokens of the last word or sign, and its text; a line end is not taken back.

    A space is part of the word after it, as it would be if the word were whole.
    """
    kept, begun = ids, ""
    while len(kept) > 1:
        text = loaded.splitter.text_of(kept[-1])
        joined = not begun or (_is_of_a_word(begun[:1]) and (text == " " or _is_of_a_word(text[-1:])))
        if not joined or text.startswith("\n") or kept[-1] in loaded.model.config.end_ids:
            break
        kept, begun = kept[:-1], text + begun
    return kept, begun


def _is_of_a_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _search(loaded: Loaded, ids: list[int], begun: str, beams: int, tokens: int) -> list[_Beam]:
    """Whole lines, best first, each with its probability given that it goes on as the last word was begun."""
    line_ends, texts = _ends(loaded), _texts(loaded)
    cache = Cache(len(ids) + tokens)
    running, done, mass = [_Beam((), 0.0, False, begun)], list[_Beam](), 0.0
    feed = torch.tensor([ids], device=loaded.device)
    with torch.inference_mode():
        for _ in range(tokens):
            scores = loaded.model(feed, cache=cache)[:, -1].float().log_softmax(-1).cpu()  # (rows, V)
            mass += _constrain(scores, running, texts)
            _one_end(scores, line_ends)
            running, rows, finished = _extended(running, scores, (line_ends, texts), beams)
            done += finished
            done = sorted(done, key=lambda beam: -beam.total)[:beams]
            if not running or (len(done) == beams and done[-1].total >= running[0].total):
                break  # a line only gets less likely as it grows
            cache.reorder(torch.tensor(rows, device=loaded.device))
            feed = torch.tensor([[beam.ids[-1]] for beam in running], device=loaded.device)
    whole = [beam for beam in done or running if not beam.left]
    given = math.log(mass) if begun and mass > 0 else 0.0  # of all that begins as the word was begun
    return [replace(beam, total=beam.total - given) for beam in whole] or running[:1]


def _constrain(scores: Tensor, running: list[_Beam], texts: list[str]) -> float:
    """Rule out, in place, what does not go on as the word was begun; gives the probability of what completes it."""
    mass = 0.0
    for row, beam in enumerate(running):
        if beam.left:
            covers = torch.tensor([text.startswith(beam.left) for text in texts])
            parts = torch.tensor([bool(text) and beam.left.startswith(text) for text in texts])
            mass += float((scores[row][covers] + beam.total).exp().sum())
            scores[row] = scores[row].masked_fill(~(covers | parts), -torch.inf)
    return mass


def _one_end(scores: Tensor, line_ends: Tensor) -> None:
    """Put, in place, all that ends the line onto its likeliest end: how the next line begins is no part of it."""
    every = torch.where(line_ends, scores, -torch.inf)
    scores.masked_fill_(line_ends, -torch.inf).scatter_(1, every.argmax(1, True), every.logsumexp(1, True))


def _extended(
    running: list[_Beam], scores: Tensor, tokens: tuple[Tensor, list[str]], beams: int
) -> tuple[list[_Beam], list[int], list[_Beam]]:
    """The best beams one token longer that go on, the rows they come from, and those that ended.

    `tokens` says of each whether it ends a line, and its text.
    """
    line_ends, texts = tokens
    totals = scores + torch.tensor([[beam.total] for beam in running])
    best = totals.flatten().topk(min(2 * beams, totals.numel()))
    going, rows, finished = list[_Beam](), list[int](), list[_Beam]()
    for rank, (total, place) in enumerate(zip(best.values.tolist(), best.indices.tolist(), strict=True)):
        if total == float("-inf"):
            break
        row, token = divmod(place, scores.shape[1])
        left = running[row].left.removeprefix(texts[token]) if len(texts[token]) < len(running[row].left) else ""
        beam = _Beam((*running[row].ids, token), total, bool(line_ends[token]), left)
        if beam.ended:
            finished += [beam] if rank < beams else []  # an end must be among the best itself
        elif len(going) < beams:
            going.append(beam)
            rows.append(row)
    return going, rows, finished


def _texts(loaded: Loaded) -> list[str]:
    """What each token writes, empty for one that writes nothing."""
    size, known = loaded.model.config.vocab_size, loaded.splitter.vocabulary_size
    return [
        "" if id in loaded.model.config.end_ids or id >= known else loaded.splitter.text_of(id) for id in range(size)
    ]


def _ends(loaded: Loaded) -> Tensor:
    """Which tokens end a line or the text, shape (V,)."""
    ended = [id in loaded.model.config.end_ids or text.startswith("\n") for id, text in enumerate(_texts(loaded))]
    return torch.tensor(ended)


def _line(loaded: Loaded, ids: tuple[int, ...]) -> str:
    text: str = loaded.tokenizer.decode(list(ids), skip_special_tokens=True)
    return text.split("\n")[0]


def problem_of(code: str) -> str:
    """Why Python cannot read the code; empty if it can. A line that opens a block is given one."""
    lines = code.rstrip().split("\n")
    if lines[-1].rstrip().endswith(":"):
        indentation = len(lines[-1]) - len(lines[-1].lstrip())
        lines.append(" " * (indentation + 4) + "pass")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a strange escape is none of the learner's business here
            ast.parse("\n".join(lines) + "\n")
    except SyntaxError as error:
        return f"{error.msg} in line {error.lineno}"
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or type(error).__name__
    return ""

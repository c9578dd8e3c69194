"""The rest of a line of code: the likeliest one by beam search, and whether Python can read what it makes."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

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
    ended: bool


def complete_line(loaded: Loaded, ids: list[int], *, beams: int, tokens: int) -> list[Line]:
    """The best continuations of ids to the end of the line, best first, at most `beams` and at most `tokens` long.

    The last token is taken back and written anew, by any token that begins with its text: a word that was broken off
    may be the beginning of a longer one. `ids` must leave room for `tokens` in the context.
    """
    kept, healed = (ids[:-1], loaded.splitter.text_of(ids[-1])) if len(ids) > 1 else (ids, "")
    if healed.startswith("\n"):  # a new line is no part of a word
        kept, healed = ids, ""
    found = _search(loaded, kept, healed, beams, tokens)
    lines: dict[str, Line] = {}
    for one in found:  # a line can end in several tokens, one for each indentation of the next
        text = _line(loaded, one.ids)[len(healed) :]
        before = lines.get(text)
        total = one.total if before is None else float(np.logaddexp(one.total, before.log_probability))
        lines[text] = Line(one.ids if before is None else before.ids, text, total)
    return sorted(lines.values(), key=lambda line: -line.log_probability)


def _search(loaded: Loaded, ids: list[int], healed: str, beams: int, tokens: int) -> list[_Beam]:
    line_ends, begins = _ends(loaded), _beginning(loaded, healed)
    cache = Cache(len(ids) + tokens)
    running, done = [_Beam((), 0.0, False)], list[_Beam]()
    feed = torch.tensor([ids], device=loaded.device)
    with torch.inference_mode():
        for index in range(tokens):
            scores = loaded.model(feed, cache=cache)[:, -1].float().log_softmax(-1).cpu()  # (rows, V)
            if index == 0 and healed:
                scores = scores.masked_fill(~begins, -torch.inf).log_softmax(-1)
            running, rows, finished = _extended(running, scores, line_ends, beams)
            done += finished
            done = sorted(done, key=lambda beam: -beam.total)[:beams]
            if not running or (len(done) == beams and done[-1].total >= running[0].total):
                break  # a line only gets less likely as it grows
            cache.reorder(torch.tensor(rows, device=loaded.device))
            feed = torch.tensor([[beam.ids[-1]] for beam in running], device=loaded.device)
    return done or running


def _extended(
    running: list[_Beam], scores: Tensor, line_ends: Tensor, beams: int
) -> tuple[list[_Beam], list[int], list[_Beam]]:
    """The best beams one token longer that go on, the rows they come from, and those that ended."""
    totals = scores + torch.tensor([[beam.total] for beam in running])
    best = totals.flatten().topk(min(2 * beams, totals.numel()))
    going, rows, finished = list[_Beam](), list[int](), list[_Beam]()
    for rank, (total, place) in enumerate(zip(best.values.tolist(), best.indices.tolist(), strict=True)):
        if total == float("-inf"):
            break
        row, token = divmod(place, scores.shape[1])
        beam = _Beam((*running[row].ids, token), total, bool(line_ends[token]))
        if beam.ended:
            finished += [beam] if rank < beams else []  # an end must be among the best itself
        elif len(going) < beams:
            going.append(beam)
            rows.append(row)
    return going, rows, finished


def _ends(loaded: Loaded) -> Tensor:
    """Which tokens end a line or the text, shape (V,)."""
    size = loaded.model.config.vocab_size
    texts = [loaded.splitter.text_of(id) if id < loaded.splitter.vocabulary_size else "" for id in range(size)]
    ended = [id in loaded.model.config.end_ids or text.startswith("\n") for id, text in enumerate(texts)]
    return torch.tensor(ended)


def _beginning(loaded: Loaded, text: str) -> Tensor:
    """Which tokens begin with the text, shape (V,)."""
    size, known = loaded.model.config.vocab_size, loaded.splitter.vocabulary_size
    return torch.tensor([id < known and loaded.splitter.text_of(id).startswith(text) for id in range(size)])


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

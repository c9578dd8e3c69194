"""Records for the labs beyond attention and the next word, with values that a reader can check by eye."""

import numpy as np
from canned import TEXT, TOKENS

from tutor.engine import exercises
from tutor.engine.records import Candidate
from tutor.experiments import ablate, draw, exercise, fill, surprise, walk
from tutor.experiments import next as next_word

STAGES = ("resid_pre", "q", "pattern", "resid_post")


def guess(text, share):
    """A candidate of that probability."""
    return Candidate(sum(map(ord, text)), f" {text}", share, 0.0)


def walked(inputs):
    """Two layers of four stages each between embedding and logits; the guess settles on 'mat' in layer 1."""
    stream = np.array([[0.5, -0.25], [0.125, 1.0], [2.0, -12.5]], np.float32)
    heads = np.array([[0.25, 0.25, 0.5], [0.0, 1.0, 0.0]], np.float32)

    def stage(name, layer=None, said=None):
        by_head = name in ("q", "pattern")
        shape = {"q": (2, 3, 4), "pattern": (2, 3, 3), "logits": (3, 9)}.get(name, (3, 8))
        return walk.Stage(name, layer, shape, None if name == "logits" else 3.5, said, heads if by_head else stream)

    inside = [
        stage(name, layer, guess(("dog", "mat")[layer], 0.4) if name.startswith("resid") else None)
        for layer in range(2)
        for name in STAGES
    ]
    ends = [stage("final_norm"), stage("logits", None, guess("mat", 0.75))]
    stages = (stage("embed", None, guess("sat", 0.9)), *inside, *ends)
    return walk.Result("storyteller", "cpu", TOKENS, 0, inputs.layer, stages)


def without(inputs):
    """With the heads off 'mat' falls from 50 to 25 per cent."""
    heads = tuple(ablate.Head(*map(int, word.split("."))) for word in inputs.heads)
    candidates = (ablate.Changed(1, " mat", 0.5, 0.25), ablate.Changed(2, " rug", 0.25, 0.5))
    return ablate.Result("storyteller", "cpu", TOKENS, 0, heads, candidates, 0.125, 1.5, 1.75)


def distribution(inputs):
    """mat 50 %, rug 30 %, bed 20 %; top-k keeps the best, and a model called coder says code."""
    words = ("def", "class", "if") if inputs.model == "coder" else ("mat", "rug", "bed")
    shares = (0.5, 0.3, 0.2)
    before = tuple(Candidate(at, f" {w}", p, 0.0) for at, (w, p) in enumerate(zip(words, shares, strict=True)))
    kept = before[: inputs.top_k or 3]
    total = sum(one.probability for one in kept)
    after = tuple(Candidate(one.id, one.text, one.probability / total, 0.0) for one in kept)
    return next_word.Result(
        inputs.model, "cpu", inputs.text, TOKENS, 0, before, after, len(kept), 3, 1.5, 1.5 if len(kept) == 3 else 0.0
    )


def surprised(inputs):
    """Each word of the text a token, the last one a surprise."""
    words = inputs.text.split(" ")
    tokens, at = [], 0
    for number, word in enumerate(words):
        piece = word if number == 0 else f" {word}"
        bits = 9.0 if number == len(words) - 1 else 1.0
        tokens.append(surprise.SurprisingToken(piece, number, at, at + len(piece), 2**-bits, bits, " dog", 0.5))
        at += len(piece)
    return surprise.Result("storyteller", "cpu", tuple(tokens), 0, 1.0, 2.7, 1.44, 0.5)


def filled(inputs):
    """'dog' 60 %, then 'cat' 20 %, in the one gap of a text."""
    index = inputs.text.split(" ").index("[MASK]") + 1
    tokens = tuple(
        type(TOKENS[0])(word, at, 0, 0) for at, word in enumerate(["[CLS]", *inputs.text.split(" "), "[SEP]"])
    )
    candidates = (Candidate(1, "dog", 0.6, 0.0), Candidate(2, "cat", 0.2, 0.0))
    gap = fill.Gap(index, inputs.text, candidates, 1.0, np.full(len(tokens), 1 / len(tokens), np.float32), ())
    text = inputs.text.replace("[MASK]", "dog", 1)
    return fill.Result("gapfiller", "cpu", tokens, 0, 5500, text, (gap,), ())


def drawn(inputs):
    """A vertical stroke, the stronger the larger the seed."""
    picture = np.zeros((8, 8), np.int64)
    picture[:, 3] = 10 + inputs.seed
    words = tuple(inputs.caption.split())
    return draw.Result(
        "painter", "cpu", inputs.caption, words, picture, np.zeros((8, 8)), 1.0, inputs.caption, 70, 0.1
    )


def task(inputs):
    """What is to be written, before anything was."""
    return exercise._result(exercises.find(inputs.name), inputs, (), None, succeeded=True)


__all__ = ["TEXT", "TOKENS", "distribution", "drawn", "filled", "surprised", "task", "walked", "without"]

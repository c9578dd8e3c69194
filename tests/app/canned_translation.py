"""`Where is the library?` translated by 2 layers with 2 heads: head 1.1 aligns, the others look anywhere."""

import numpy as np

from tutor.engine.records import Candidate
from tutor.engine.tokenization import Token
from tutor.engine.translated_words import parts_of
from tutor.engine.word_alignment import words_of
from tutor.experiments import cross_attention, translate

ENGLISH, SPANISH = "Where is the library?", "¿Dónde está la biblioteca?"
_ALIGNED = (5, 1, 2, 4, 4, 6, 5, 6)
"""The source token that each output token reads in head 1.1."""


def _tokens(text, *pieces):
    """The tokens of a text, the last one its end."""
    tokens, at = [], 0
    for number, piece in enumerate(pieces):
        at = text.index(piece.strip(), at)
        tokens.append(Token(piece, 10 + number, at, at + len(piece.strip())))
        at += len(piece.strip())
    return (*tokens, Token("</s>", 1, len(text), len(text)))


SOURCE = (Token("<es>", 2, 0, 0), *_tokens(ENGLISH, " Where", " is", " the", " library", "?"))
TARGET = _tokens(SPANISH, "¿", "Dónde", " está", " la", " biblio", "teca", "?")


def crossing():
    """Shape (2, 2, 8, 7): even weights, but in head 1.1 where `_ALIGNED` says, most clearly for `biblioteca`."""
    patterns = np.full((2, 2, len(TARGET), len(SOURCE)), 1 / len(SOURCE), np.float32)
    patterns[1, 1] = 0.1 / 6
    patterns[1, 1, range(len(TARGET)), _ALIGNED] = 0.9
    patterns[1, 1, 4] = [0.01, 0.01, 0.01, 0.01, 0.94, 0.01, 0.01]
    return patterns


def looking_back():
    """Shape (2, 2, 8, 8): all weight on the token that was read last, which is the one written before."""
    return np.broadcast_to(np.eye(len(TARGET), dtype=np.float32), (2, 2, len(TARGET), len(TARGET)))


def translated(inputs):
    """What the engine would say to these inputs; in French the same with another language."""
    spanish = parts_of(SPANISH, TARGET)
    candidates = tuple(
        Candidate(10 + at, text, share, 0.0) for at, text, share in ((4, " biblio", 0.7), (90, " casa", 0.2))
    )
    outputs = tuple(
        translate.Written(one.text, one.id, one.start, one.end, 0.7, float(np.log(0.7)), candidates) for one in TARGET
    )
    back, cross = looking_back(), crossing()
    sentence = translate.Sentence(
        source=ENGLISH, tokens=SOURCE, left_out=0, source_words=parts_of(ENGLISH, SOURCE), translation=SPANISH,
        ended=True, beams=(translate.Beam(SPANISH, len(TARGET), -2.8, -0.35),), outputs=outputs, words=spanish,
        memory_shape=(7, 16), one_vector_log_probability=-9.0,
        encoder_attention=np.full((3, 2, 7, 7), 1 / 7, np.float32), self_attention=back, cross_attention=cross,
        self_mean=back.mean((0, 1)), cross_mean=cross.mean((0, 1)),
    )  # fmt: skip
    whole = translate.Result("translator", "cpu", inputs.to, SPANISH, (sentence,), 0, None, None, None, None)
    return translate.looked_at(whole, inputs)


def aligned(inputs):
    """Each output word needs the input word that head 1.1 reads."""
    sides = words_of(ENGLISH, SOURCE), words_of(SPANISH, TARGET)
    hiding = np.array([[3, 0, 0, 0], [0, 2, 0, 0], [0, 0, 0, 1], [0, 0, 0, 6]], np.float32)
    whole = cross_attention.Result(
        model="translator", device="cpu", language=inputs.to, source=ENGLISH, target=SPANISH, forced=False,
        log_probability=-2.8, tokens=SOURCE, outputs=TARGET, left_out=0, target_left_out=0, source_words=sides[0],
        target_words=sides[1], patterns=crossing(), hiding=hiding, layer=None, head=None, heads=(), baseline=None,
        pairs=(), word=None,
    )  # fmt: skip
    return cross_attention.looked_at(whole, inputs)

"""Sentence pairs: the split, batches by length that a step's number decides, and the loss that is learned."""

from __future__ import annotations

import lzma

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from tutor.engine.losses import IGNORED, backward
from tutor.engine.pairs import (
    Pair,
    PairBatches,
    PairFile,
    assembled,
    is_held_out_pair,
    read_pairs,
    source_ids,
    train_tokenizer,
    write_pairs,
)
from tutor.engine.seq2seq import Seq2Seq, Seq2SeqConfig
from tutor.engine.seq2seq_task import held_out_loss, learn
from tutor.engine.translation_quality import Question, quality, questions
from tutor.errors import InputError

PAIRS = [Pair(f"I see {n} cats{' here' * (n % 4)}.", f"Je vois {n} chats{' ici' * (n % 3)}.") for n in range(60)]


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer([text for pair in PAIRS for text in (pair.english, pair.other)], 290, ["es", "fr"])


@pytest.fixture(scope="module")
def file(tokenizer, tmp_path_factory):
    return write_pairs(PAIRS, tokenizer, "fr", tmp_path_factory.mktemp("pairs") / "fr.bin", 40)


def test_the_split_does_not_see_case_and_punctuation():
    held_out = [n for n in range(2000) if is_held_out_pair(f"Tom saw {n} dogs.")]
    assert 10 <= len(held_out) <= 80
    for n in range(300):
        for other in (f"tom saw {n} dogs!", f"  Tom  saw {n} dogs", f"“Tom saw {n} dogs?”"):
            assert is_held_out_pair(other) == (n in held_out)


def test_pairs_are_read_with_plain_spaces_and_a_line_without_a_tab_is_named(tmp_path):
    path = tmp_path / "pairs.tsv.xz"
    with lzma.open(path, "wt", encoding="utf-8") as out:
        out.write("Who?\tQui\u202f?\nIt’s me.\tC’est\u00a0moi.\nlost\n")
    pairs = read_pairs(path)
    assert [next(pairs), next(pairs)] == [Pair("Who?", "Qui ?"), Pair("It's me.", "C'est moi.")]
    with pytest.raises(InputError, match=":3: no tab"):
        next(pairs)


def test_the_source_begins_with_the_language_and_both_sides_end_and_come_back_as_text(tokenizer, file):
    assert [tokenizer.token_to_id(t) for t in ("<pad>", "</s>", "<es>", "<fr>")] == [0, 1, 2, 3]
    for number in (0, 7, 59):
        source, target = file[number]
        assert source[0] == 3 and source[-1] == 1 and target[-1] == 1
        assert tokenizer.decode(source.tolist()).strip() == PAIRS[number].english
        assert tokenizer.decode(target.tolist()).strip() == PAIRS[number].other
    assert len(file) == 60
    for text in ("Nº 25, 3 dogs", "¿Qué? «Là»", " two  spaces "):
        assert tokenizer.decode(tokenizer.encode(text).ids).strip() == text.strip()
    assert tokenizer.encode("<fr> I see").ids == tokenizer.encode("<fr>I see").ids
    with pytest.raises(InputError, match="es, fr"):
        source_ids(tokenizer, "Hello", "de")


def test_what_is_too_long_is_left_out_and_a_cut_file_is_refused(tokenizer, file, tmp_path):
    path = tmp_path / "some.bin"
    longest = int(np.median(file.lengths.max(1)))
    some = write_pairs(PAIRS, tokenizer, "fr", path, longest)
    assert 0 < len(some) < 60 and some.lengths.max() <= longest
    path.with_suffix(".starts").write_bytes(path.with_suffix(".starts").read_bytes()[:-4])
    with pytest.raises(InputError, match="not a file of pairs"):
        PairFile.open(path)


@pytest.mark.parametrize("size", [30, 64, 200, 10_000])
def test_an_epoch_has_every_pair_once_in_batches_that_are_not_too_large(file, size):
    batches = PairBatches([file, file], size=size, start=0, seed=1)
    for epoch in range(2):
        seen = []
        for number in range(len(batches)):
            batch = batches(epoch * len(batches) + number)
            rows, T = batch.target.shape
            assert rows == 1 or rows * max(T, batch.source.shape[1]) <= size
            seen += [tuple(row[row != IGNORED].tolist()) for row in batch.target]
        assert sorted(seen) == sorted(2 * [tuple(file[i][1].tolist()) for i in range(60)])
    assert batches.tokens_a_batch * len(batches) == 2 * file.lengths[:, 1].sum()


def test_a_batch_depends_on_its_number_only(file):
    batches, others = (PairBatches([file], size=100, start=0, seed=5) for _ in range(2))
    steps = [0, 1, len(batches), 2 * len(batches) + 1]
    forward = [batches(step) for step in steps]
    back = [others(step) for step in reversed(steps)][::-1]
    assert all(
        torch.equal(a.target, b.target) and torch.equal(a.source, b.source)
        for a, b in zip(forward, back, strict=True)
    )
    assert any(not torch.equal(batches(i).target, batches(len(batches) + i).target) for i in range(len(batches)))


def small():
    torch.manual_seed(0)
    return Seq2Seq(Seq2SeqConfig(290, 16, 1, 1, 2, 2, 24, 24, max_position_embeddings=64, dropout=0.0))


def test_the_loss_is_that_of_each_pair_alone_however_it_is_padded(file):
    """Padding of source and target, the shift by one, and the end token, against one pair at a time."""
    model, pairs = small().eval(), [file[i] for i in (1, 4, 10, 11)]
    total, count = 0.0, 0
    for source, target in pairs:
        before = torch.tensor([[0, *target[:-1].tolist()]])
        logits = model(torch.from_numpy(source)[None], before)[0].detach()
        total += float(F.cross_entropy(logits, torch.from_numpy(target), reduction="sum"))
        count += len(target)
    assert held_out_loss(model, pairs) == pytest.approx(total / count, rel=1e-5)
    loss, tokens = learn(model, assembled(pairs, 0), smoothing=0.0)
    assert (loss, tokens) == (pytest.approx(total / count, rel=1e-5), count)


def test_smoothing_in_chunks_has_the_gradient_of_the_whole(monkeypatch):
    monkeypatch.setattr("tutor.engine.losses.CHUNK", 7)
    generator = torch.Generator().manual_seed(0)
    hidden = torch.randn(4, 5, 6, generator=generator, requires_grad=True)
    weight = torch.randn(9, 6, generator=generator)
    targets = torch.randint(0, 9, (4, 5), generator=generator)
    targets[2, 3:] = IGNORED
    expected = F.cross_entropy((hidden @ weight.T).flatten(0, 1), targets.flatten(), label_smoothing=0.1)
    (gradient,) = torch.autograd.grad(expected, hidden)
    assert backward(hidden, targets, lambda x: x @ weight.T, 0.1) == pytest.approx(expected.item(), rel=1e-5)
    torch.testing.assert_close(hidden.grad, gradient)


def test_questions_gather_all_references_of_a_sentence(tokenizer, tmp_path):
    twice = [Pair("I see.", "Je vois."), Pair("I see.", "Je vois ici."), Pair("I see cats " * 8, "chats")]
    file = write_pairs(twice, tokenizer, "fr", tmp_path / "q.bin", 200)
    assert questions(file, tokenizer, most=9) == [Question("I see.", ("Je vois.", "Je vois ici."))]


def test_quality_is_full_for_a_reference_and_counts_the_best_of_several():
    pytest.importorskip("sacrebleu", reason="it is in the dev extra")
    asked = [
        Question("a", ("uno dos tres cuatro cinco", "seis siete ocho nueve diez")),
        Question("b", ("la casa es muy roja",)),
    ]
    full = quality(["seis siete ocho nueve diez", "la casa es muy roja"], asked)
    assert full.sentences == 2
    assert full.bleu == pytest.approx(100) and full.chrf == pytest.approx(100)
    assert full.bleu_single < 90 and full.chrf_single < 90
    assert quality(["x y z", "q"], asked).chrf < 5
